"""A fixed order's plans as choices: each gap between consecutive uses of a tensor is kept in the scratchpad, or not.

    step      0    1    2    3    4
    tensor a  made .    read .    read     two gaps: (0, 2) and (2, 4)

Kept through (0, 2) and not through (2, 4), a is in the scratchpad from step 0 to 2 and in step 4: two stays. Nothing
else is worth choosing: a read before the step that needs it, or a stay beyond a use, only takes space longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from mapper.problem import PlanProblem
from mapper.tensor_plan import Episode, TensorPlan


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Steps ``before`` and ``after`` use ``tensor``, none between does; the next may be the very next."""

    tensor: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Stay:
    """An episode that has no place yet: ``tensor`` is in the scratchpad from ``first_step`` to ``last_step``."""

    tensor: int
    first_step: int
    last_step: int


def steps_of_uses(problem: PlanProblem, schedule: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Return by tensor the steps at which it is made or read, ascending."""
    position = {operator: step for step, operator in enumerate(schedule)}
    found = []
    for tensor in problem.tensors:
        operators = tensor.consumers if tensor.producer is None else (tensor.producer, *tensor.consumers)
        found.append(tuple(sorted(position[operator] for operator in operators)))
    return tuple(found)


def gaps_of(problem: PlanProblem, schedule: Sequence[int]) -> tuple[Gap, ...]:
    """Return the gaps of all tensors."""
    return tuple(
        Gap(tensor, before, after)
        for tensor, steps in enumerate(steps_of_uses(problem, schedule))
        for before, after in pairwise(steps)
    )


def stays_of(problem: PlanProblem, schedule: Sequence[int], kept: Collection[Gap]) -> tuple[Stay, ...]:
    """Return the stays of all tensors when only the gaps ``kept`` are kept."""
    stays = []
    for tensor, steps in enumerate(steps_of_uses(problem, schedule)):
        if not steps:
            continue
        first = steps[0]
        for before, after in pairwise(steps):
            if Gap(tensor, before, after) not in kept:
                stays.append(Stay(tensor, first, before))
                first = after
        stays.append(Stay(tensor, first, steps[-1]))
    return tuple(stays)


def moved_bytes(problem: PlanProblem, left: Iterable[Gap]) -> int:
    """Return what leaving the scratchpad in the gaps ``left`` moves: a read each, a write a tensor without a copy."""
    gaps = list(left)
    total = sum(problem.tensors[gap.tensor].size_bytes for gap in gaps)
    return total + sum(write_bytes(problem, tensor) for tensor in {gap.tensor for gap in gaps})


def write_bytes(problem: PlanProblem, tensor: int) -> int:
    """Return what the first departure of ``tensor`` writes: nothing of what starts or ends off-chip anyway."""
    one = problem.tensors[tensor]
    return 0 if one.producer is None or one.is_output else one.size_bytes


def placed_plan(schedule: Sequence[int], stays: Sequence[Stay], offsets_bytes: Sequence[int]) -> TensorPlan:
    """Return the plan in which ``stays`` lie at ``offsets_bytes``."""
    episodes = [
        Episode(tensor=stay.tensor, first_step=stay.first_step, last_step=stay.last_step, offset_bytes=offset)
        for stay, offset in zip(stays, offsets_bytes, strict=True)
    ]
    episodes.sort(key=lambda episode: (episode.first_step, episode.tensor))
    return TensorPlan(schedule=tuple(schedule), episodes=tuple(episodes))
