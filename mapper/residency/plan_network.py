"""From a network and an accelerator to a plan in which tensors may stay in the scratchpad between operators."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hw_configs.accelerator import Accelerator
from mapper.baselines.memory_aware_order import memory_aware_order
from mapper.budgets import peak_bytes
from mapper.in_place import in_place_pairs
from mapper.map_network import no_fit
from mapper.objective import Objective
from mapper.problem import plan_problem
from mapper.residency.choices import Choice, ResidencyProblem
from mapper.residency.faster_tilings import with_faster_tilings
from mapper.residency.operator_choices import ChoiceMaker
from mapper.residency.plan_order import PlacedDecision, better, plan_order
from mapper.tiling import Shortage
from simulator.machine import Machine
from simulator.plan import Plan, Stay, Tiling
from simulator.whole_tensors import WholeTransfer, whole_bytes, whole_transfer
from workloads.network import Network
from workloads.operators import Operator, View
from workloads.views import storage_of

Progress = Callable[[int, int], None]
NO_TILINGS: Mapping[str, Tiling] = {}

_SOLVER_TOLERANCE = 1e-8
"""Relative: bounds of billions of pJ come from floating-point sums."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidencyPlan:
    """A plan with what is known of it.

    Parameters
    ----------
    plan : Plan
    lower_bound : float
        Bytes, cycles or pJ below which no plan goes that runs operators in this order by one of their choices.
    is_proven : bool
        Whether the plan costs no more than that.
    seconds : float
    num_choices : int
        Ways to run operators that were chosen from.
    """

    plan: Plan
    lower_bound: float
    is_proven: bool
    seconds: float
    num_choices: int


def residency_problem(
    network: Network,
    machine: Machine,
    objective: Objective,
    *,
    layer_tilings: Mapping[str, Tiling] = NO_TILINGS,
    progress: Progress | None = None,
) -> ResidencyProblem:
    """Return the planning problem of ``network`` with all choices of its operators.

    Activations may lie whole; weights pass tile by tile, since they are needed once a run, or are held by their tiling.

    Raises
    ------
    InfeasiblePlan
        When an operator's smallest tile exceeds the scratchpad.
    """
    problem = plan_problem(network, with_weights=False, size_of=whole_bytes)
    storage = storage_of(network)
    maker = ChoiceMaker(network, problem, machine, objective, layer_tilings)
    steps = [operator for operator in network.operators if not isinstance(operator.work, View)]
    choices: list[tuple[Choice, ...]] = []
    for number, operator in enumerate(steps):
        found = maker.choices_of(operator, number, lambda name: storage[name])
        if isinstance(found, Shortage):
            raise no_fit(operator.name, str(operator.kind), found, machine)
        choices.append(found)
        if progress:
            progress(number + 1, len(steps))
    transfers = [whole_transfer(network.tensors[tensor.name], machine) for tensor in problem.tensors]
    return ResidencyProblem(
        tensors=problem,
        choices=tuple(choices),
        load_costs=tuple(_cost(one, objective, machine, is_load=True) for one in transfers),
        store_costs=tuple(_cost(one, objective, machine, is_load=False) for one in transfers),
        in_place={pair.source: pair.result for pair in in_place_pairs(network, problem)},
    )


def plan_residency(
    network: Network,
    accelerator: Accelerator,
    objective: Objective,
    *,
    time_limit_s: float = 10.0,
    layer_tilings: Mapping[str, Tiling] = NO_TILINGS,
    progress: Progress | None = None,
) -> ResidencyPlan | None:
    """Return the plan of least ``objective`` found; None where none was found in time.

    Two orders are tried: the network's, and a topological order that keeps little alive.

    Parameters
    ----------
    network : Network
    accelerator : Accelerator
        With one scratchpad for all operands.
    objective : Objective
        Not energy times cycles, which is no sum over operators.
    time_limit_s : float
        For deciding and placing; making the choices comes before.
    layer_tilings : mapping of str to Tiling
        Of the layer-by-layer plan for the same objective, where there is one: saves looking for them again.
    progress : callable, optional
        Called with operators done and operators in all.

    Raises
    ------
    InfeasiblePlan
        When an operator's smallest tile exceeds the scratchpad.
    """
    begin = time.perf_counter()
    machine = Machine(accelerator=accelerator)
    problem = residency_problem(network, machine, objective, layer_tilings=layer_tilings, progress=progress)
    placed = _best_order(problem, machine.scratchpad_bytes, time_limit_s)
    if placed is None:
        return None
    plan = _plan(network, problem, placed)
    if objective is Objective.TRAFFIC:
        plan = with_faster_tilings(network, plan, machine)
    return ResidencyPlan(
        plan=plan,
        lower_bound=placed.lower_bound / (8 if objective is Objective.TRAFFIC else 1),
        is_proven=placed.cost <= placed.lower_bound * (1 + _SOLVER_TOLERANCE),
        seconds=time.perf_counter() - begin,
        num_choices=sum(map(len, problem.choices)),
    )


def _best_order(problem: ResidencyProblem, capacity_bytes: int, time_limit_s: float) -> PlacedDecision | None:
    """Return the better plan of two orders: the network's, and one that keeps less alive where not all fits."""
    deadline = time.perf_counter() + time_limit_s
    own = tuple(range(len(problem.tensors.operators)))
    orders = [own]
    if peak_bytes(problem.tensors, own) > capacity_bytes:
        orders = list(dict.fromkeys((own, memory_aware_order(problem.tensors))))
    best: PlacedDecision | None = None
    for left, order in zip(range(len(orders), 0, -1), orders, strict=True):
        found = plan_order(problem, order, capacity_bytes, (deadline - time.perf_counter()) / left)
        best = better(best, found)
    return best


def _cost(transfer: WholeTransfer, objective: Objective, machine: Machine, *, is_load: bool) -> int:
    match objective:
        case Objective.TRAFFIC:
            return transfer.bits
        case Objective.LATENCY:
            return transfer.cycles
        case _:
            energy = transfer.load if is_load else transfer.store
            return round(energy.total_pj + transfer.cycles * machine.costs.leakage_pj_per_cycle)


def _plan(network: Network, problem: ResidencyProblem, placed: PlacedDecision) -> Plan:
    decision = placed.decision
    assert decision.choices is not None
    names = problem.tensors.operators
    schedule = with_views(network, [names[operator] for operator in placed.schedule])
    position = {name: place for place, name in enumerate(schedule)}
    at = [position[names[operator]] for operator in placed.schedule]
    tilings = {}
    for operator, choice in zip(placed.schedule, decision.choices, strict=True):
        tiling = problem.choices[operator][choice].tiling
        assert tiling is not None
        tilings[names[operator]] = tiling
    stays = []
    for stay, box in zip(placed.boxes.stays, placed.boxes.box_of_stay, strict=True):
        tensor = problem.tensors.tensors[stay.tensor]
        is_first = tensor.producer is not None and placed.schedule[stay.first_step] == tensor.producer
        stays.append(
            Stay(
                tensor=tensor.name,
                first_step=at[stay.first_step],
                last_step=at[stay.last_step],
                offset_bytes=placed.offsets_bytes[box],
                size_bytes=tensor.size_bytes,
                is_loaded=not is_first,
                is_stored=is_first and stay.tensor in decision.stored,
            )
        )
    buffers = {names[placed.schedule[step]]: placed.offsets_bytes[box] for step, box in placed.boxes.buffers.items()}
    return Plan(schedule=schedule, tilings=tilings, stays=tuple(stays), buffers=buffers)


def with_views(network: Network, order: Sequence[str]) -> tuple[str, ...]:
    """Return ``order`` with the network's views put in, each as soon as what it shows exists."""
    waiting = [operator for operator in network.operators if isinstance(operator.work, View)]
    operators = {operator.name: operator for operator in network.operators}
    made = set(network.tensors) - {name for operator in network.operators for name in operator.outputs}
    schedule: list[str] = []

    def put_views() -> None:
        nonlocal waiting
        ready: list[Operator] = []
        while True:
            ready = [view for view in waiting if all(name in made for name in view.inputs)]
            if not ready:
                return
            for view in ready:
                schedule.append(view.name)
                made.update(view.outputs)
            waiting = [view for view in waiting if view not in ready]

    put_views()
    for name in order:
        schedule.append(name)
        made.update(operators[name].outputs)
        put_views()
    return tuple(schedule)
