"""What a plan costs: each operator's cycles, bytes and energy, one after another on the timeline."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from hw_configs.accelerator import Accelerator
from simulator.machine import Machine
from simulator.operator_cost import cost_operator, cost_view
from simulator.plan import Plan, Tiling
from simulator.plan_check import check_plan
from simulator.residency_check import ResidencyCheck
from simulator.result import FusedStep, OperatorCost, Result, TraceEvent
from simulator.tile_cost import Nest
from simulator.timeline import trace_operator
from simulator.whole_tensor_moves import move_whole_tensors, with_whole_tensors
from workloads.network import Network
from workloads.operators import Operator


@dataclass(frozen=True, slots=True)
class _Run:
    """An operator as if it were alone, from cycle 0."""

    cost: OperatorCost
    footprint_bits: int
    events: tuple[TraceEvent, ...]


def _run_operator(
    operator: Operator, network: Network, nests: tuple[Nest, ...], tiling: Tiling, machine: Machine
) -> _Run:
    cost = cost_operator(operator, network.tensors, nests, tiling, machine)
    nest = nests[tiling.alternative]
    footprint_bits = 8 * cost.scratchpad_bytes
    return _Run(cost, footprint_bits, trace_operator(operator.name, nest, tiling, machine))


def simulate(network: Network, accelerator: Accelerator, plan: Plan, *, batch: int = 1) -> Result:
    """Return what ``network`` costs on ``accelerator`` when run as ``plan`` says.

    Operators run one after another: the next one's first transfer starts when the last store of the one before ends.
    Whole tensors that a step needs from off-chip memory are loaded before it, those that it makes are stored after it.

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
    machine = Machine(accelerator=accelerator)
    check_plan(network, plan, machine.storage)
    operators = {operator.name: operator for operator in network.operators}
    residency = ResidencyCheck(network, plan, machine)
    known: dict[tuple[Hashable, ...], _Run] = {}
    costs: list[OperatorCost] = []
    events: list[TraceEvent] = []
    now = 0
    for step, name in enumerate(plan.schedule):
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
        run = known[key]
        stays = residency.step(step, operator, nests[tiling.alternative], run.footprint_bits)
        moved = move_whole_tensors(name, step, stays, network.tensors, machine)
        start = now + moved.load_cycles
        costs.append(with_whole_tensors(replace(run.cost, name=name, start_cycle=now), moved, stays, machine))
        events.extend(replace(one, start_cycle=one.start_cycle + now) for one in moved.loads)
        events.extend(replace(one, operator=name, start_cycle=one.start_cycle + start) for one in run.events)
        events.extend(replace(one, start_cycle=one.start_cycle + start + run.cost.total_cycles) for one in moved.stores)
        now += costs[-1].total_cycles
    residency.finish()
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
