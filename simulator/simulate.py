"""What a plan costs: each operator's cycles, bytes and energy, one after another on the timeline."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from hw_configs.accelerator import Accelerator
from simulator.machine import Machine
from simulator.operator_cost import cost_operator, cost_view
from simulator.plan import Plan, Tiling
from simulator.plan_check import check_plan
from simulator.result import FusedStep, OperatorCost, Result, TraceEvent
from simulator.tile_cost import Nest
from simulator.timeline import trace_operator
from workloads.network import Network
from workloads.operators import Operator


@dataclass(frozen=True, slots=True)
class _Run:
    """An operator as if it were alone, from cycle 0."""

    cost: OperatorCost
    events: tuple[TraceEvent, ...]


def _run_operator(
    operator: Operator, network: Network, nests: tuple[Nest, ...], tiling: Tiling, machine: Machine
) -> _Run:
    cost = cost_operator(operator, network.tensors, nests, tiling, machine)
    return _Run(cost, trace_operator(operator.name, nests[tiling.alternative], tiling, machine))


def simulate(network: Network, accelerator: Accelerator, plan: Plan, *, batch: int = 1) -> Result:
    """Return what ``network`` costs on ``accelerator`` when run as ``plan`` says.

    Operators run one after another: the next one's first transfer starts when the last store of the one before ends.

    Parameters
    ----------
    network : Network
        In formats that the accelerator supports.
    accelerator : Accelerator
    plan : Plan
        A tiling for every operator that is not a view.
    batch : int
        Inferences in one run, for the throughput.

    Raises
    ------
    InfeasiblePlan
        When the plan does not go with the network, or a tiling does not fit into the scratchpad; names the operator.
    """
    check_plan(network, plan)
    machine = Machine(accelerator=accelerator)
    operators = {operator.name: operator for operator in network.operators}
    known: dict[tuple[Hashable, ...], _Run] = {}
    costs: list[OperatorCost] = []
    events: list[TraceEvent] = []
    now = 0
    for name in plan.schedule:
        operator = operators[name]
        nests = machine.storage.nests_of(operator, network.tensors)
        if not nests:
            costs.append(cost_view(operator, now))
            continue
        tiling = plan.tilings[name]
        formats = tuple(network.tensors[tensor].format for tensor in operator.inputs[:2])
        key = (nests, tiling, operator.kind, formats)
        if key not in known:
            known[key] = _run_operator(operator, network, nests, tiling, machine)
        cost = replace(known[key].cost, name=name, start_cycle=now)
        costs.append(cost)
        events.extend(replace(event, operator=name, start_cycle=event.start_cycle + now) for event in known[key].events)
        now += cost.total_cycles
    return Result(
        network=network.name,
        accelerator=accelerator.name,
        technology=accelerator.technology.name,
        batch=batch,
        clock_hz=accelerator.array.clock_hz,
        operators=tuple(costs),
        area=machine.costs.area,
        num_pes=machine.array.num_pes,
        num_parameters=network.num_parameters,
        fused_steps=tuple(
            FusedStep(name=fusion.name, function=fusion.function, into=operator.name)
            for operator in network.operators
            for fusion in operator.fusions
        ),
        events=tuple(events),
        notes=network.notes,
    )
