"""What figures of plans share: units of scratchpad bytes, and what kinds of tensors look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum

from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan, spill_bytes
from plots.style import COLUMN_INCHES, GREEN, ORANGE, PAGE_INCHES, PURPLE, SKY_BLUE, short_name
from plots.units import BYTE_UNITS, Unit, number_text, unit_for

SCRATCHPAD_UNITS = (Unit("bytes", 1), Unit("KiB", 2**10), Unit("MiB", 2**20), Unit("GiB", 2**30))
"""Of bytes; powers of two, as scratchpads are built."""
_MOST_COLUMN_STEPS = 120
_NAME_CHARACTERS = 30


class TensorKind(StrEnum):
    """What a tensor is to a plan, as a legend writes it."""

    STAYS = "activation that stays"
    RETURNS = "activation that leaves and returns"
    FROM_OFF_CHIP = "network input or weight"
    OUTPUT = "network output"


KIND_COLOURS: Mapping[StrEnum, str] = {
    TensorKind.STAYS: SKY_BLUE,
    TensorKind.RETURNS: ORANGE,
    TensorKind.FROM_OFF_CHIP: GREEN,
    TensorKind.OUTPUT: PURPLE,
}


def tensor_kinds(problem: PlanProblem, plan: TensorPlan) -> Mapping[int, TensorKind]:
    """Return by tensor that ``plan`` has in the scratchpad at all: its kind."""
    times = Counter(episode.tensor for episode in plan.episodes)

    def kind(tensor: int, num_episodes: int) -> TensorKind:
        if problem.tensors[tensor].producer is None:
            return TensorKind.FROM_OFF_CHIP
        if problem.tensors[tensor].is_output:
            return TensorKind.OUTPUT
        return TensorKind.RETURNS if num_episodes > 1 else TensorKind.STAYS

    return {tensor: kind(tensor, count) for tensor, count in times.items()}


def scratchpad_text(num_bytes: int) -> str:
    """Return ``num_bytes`` in the largest unit that leaves 1 or more, to three digits, or to the byte below 1 KiB."""
    unit = unit_for([num_bytes], SCRATCHPAD_UNITS)
    return f"{num_bytes if unit.size == 1 else number_text(num_bytes / unit.size)} {unit.symbol}"


def traffic_text(num_bytes: int) -> str:
    """Return ``num_bytes`` of traffic in the largest unit that leaves 1 or more; powers of ten."""
    unit = unit_for([num_bytes], BYTE_UNITS)
    return f"{num_bytes if unit.size == 1 else number_text(num_bytes / unit.size)} {unit.symbol}"


def plan_title(problem: PlanProblem, plan: TensorPlan, capacity_bytes: int) -> str:
    """Return two lines: network, operators and scratchpad; what the plan moves beyond what every plan must."""
    spilled = traffic_text(spill_bytes(problem, plan.schedule, plan.episodes))
    name = short_name(problem.name, _NAME_CHARACTERS)
    return (
        f"{name}: {len(plan.schedule)} operators, scratchpad of {scratchpad_text(capacity_bytes)}\n"
        f"off-chip: {traffic_text(problem.compulsory_bytes)} compulsory and {spilled} beyond"
    )


def plan_width_inches(num_steps: int) -> float:
    """Return how wide a figure of a plan step by step is: a column, or a page where there are many steps."""
    return COLUMN_INCHES if num_steps <= _MOST_COLUMN_STEPS else PAGE_INCHES
