"""The plan of a whole network: layer by layer, or with tensors that stay between layers; simulated, the better kept."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from enum import StrEnum

from hw_configs.accelerator import Accelerator, Memory
from mapper.map_network import Progress, map_network
from mapper.objective import Objective
from mapper.residency.plan_network import ResidencyPlan, plan_residency
from simulator.plan import Plan
from simulator.result import BufferPlace, Planning, Result
from simulator.simulate import simulate
from workloads.errors import ConfigError, InfeasiblePlan
from workloads.network import Network


class Mapper(StrEnum):
    """How a network is planned."""

    JOINT = "joint"
    """Tilings and what stays in the scratchpad between operators, together."""
    LAYERS = "layers"
    """Each operator alone: all tensors pass through off-chip memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What a plan is made for, and how.

    Parameters
    ----------
    objective : Objective
    mapper : Mapper
    time_limit_s : float
        For each joint plan, once the ways to run each operator are known.

    Raises
    ------
    ConfigError
        For a time limit that is not positive.
    """

    objective: Objective = Objective.LATENCY
    mapper: Mapper = Mapper.JOINT
    time_limit_s: float = 10.0

    def __post_init__(self) -> None:
        if not self.time_limit_s > 0:
            raise ConfigError(f"time limit: expected more than 0 seconds, found {self.time_limit_s:g}")


def choose_plan(
    network: Network,
    accelerator: Accelerator,
    options: PlanOptions,
    *,
    batch: int = 1,
    progress: Progress | None = None,
) -> tuple[Plan, Result]:
    """Return the plan of least objective, and what it costs.

    The joint mapper keeps the layer-by-layer plan where it finds no better one: always on an accelerator with a
    scratchpad for each operand, between which tensors would have to be copied. Energy times cycles is no sum over
    operators: for it the plans of least energy and of least latency are tried.

    Parameters
    ----------
    network : Network
        In formats that the accelerator supports.
    accelerator, options
    batch : int
        Inferences in one run.
    progress : callable, optional
        Called with operators mapped and operators in all.

    Raises
    ------
    InfeasiblePlan
        When an operator's smallest tile exceeds the scratchpad.
    """
    begin = time.perf_counter()
    objective = options.objective
    candidates: list[tuple[Plan, Result]] = []
    shortage: InfeasiblePlan | None = None
    try:
        plan = map_network(network, accelerator, objective=objective, progress=progress)
    except InfeasiblePlan as error:  # whole operands need no second buffer: a joint plan may fit all the same
        shortage = error
        layers = None
    else:
        result = simulate(network, accelerator, plan, batch=batch)
        layers = score_of(result, objective)
        planning = Planning(mapper=str(Mapper.LAYERS), objective_value=layers, layer_by_layer_value=layers)
        candidates.append((plan, replace(result, planning=planning)))
    if options.mapper is Mapper.JOINT and isinstance(accelerator.scratchpad, Memory):
        for wanted in (Objective.ENERGY, Objective.LATENCY) if objective is Objective.EDP else (objective,):
            known = candidates[0][0].tilings if candidates and wanted is objective else {}
            found = plan_residency(network, accelerator, wanted, time_limit_s=options.time_limit_s, layer_tilings=known)
            if found is not None:
                result = simulate(network, accelerator, found.plan, batch=batch)
                planning = _planning(found, result, objective, layers)
                candidates.append((found.plan, replace(result, planning=planning)))
    if not candidates:
        assert shortage is not None, "without an error there is a layer-by-layer plan"
        raise shortage
    plan, result = min(reversed(candidates), key=lambda one: score_of(one[1], objective))
    assert result.planning is not None
    return plan, replace(result, planning=replace(result.planning, seconds=time.perf_counter() - begin))


def _planning(found: ResidencyPlan, result: Result, objective: Objective, layers: float | None) -> Planning:
    """What is known of a joint plan, and where it has tensors and tile buffers."""
    is_bounded = objective is not Objective.EDP
    return Planning(
        mapper=str(Mapper.JOINT),
        objective_value=score_of(result, objective),
        layer_by_layer_value=layers,
        lower_bound_value=found.lower_bound if is_bounded else None,
        is_proven=found.is_proven and is_bounded,
        stays=found.plan.stays,
        buffers=tuple(
            BufferPlace(step=step, offset_bytes=found.plan.buffers.get(cost.name, 0), size_bytes=cost.buffer_bytes)
            for step, cost in enumerate(result.operators)
            if cost.buffer_bytes
        ),
    )


def score_of(result: Result, objective: Objective) -> float:
    """Return what ``objective`` is of ``result``: bytes, cycles, pJ, or pJ times cycles."""
    match objective:
        case Objective.TRAFFIC:
            return result.off_chip_read_bytes + result.off_chip_write_bytes
        case Objective.LATENCY:
            return result.total_cycles
        case Objective.ENERGY:
            return result.energy.total_pj
        case Objective.EDP:
            return result.energy.total_pj * result.total_cycles
