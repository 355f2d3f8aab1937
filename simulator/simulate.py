"""What a plan costs: each operator's cycles, bytes and energy, one after another on the timeline."""

from __future__ import annotations

from hw_configs.accelerator import Accelerator
from simulator.machine import Machine
from simulator.operator_cost import cost_operator, cost_view
from simulator.plan import Plan
from simulator.result import FusedStep, OperatorCost, Result, TraceEvent
from simulator.timeline import trace_operator
from workloads.loop_nest import lower
from workloads.network import Network


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
    """
    machine = Machine(accelerator=accelerator)
    operators = {operator.name: operator for operator in network.operators}
    costs: list[OperatorCost] = []
    events: list[TraceEvent] = []
    now = 0
    for name in plan.schedule:
        operator = operators[name]
        nests = lower(operator, network.tensors)
        if nests == ():
            costs.append(cost_view(operator, now))
            continue
        tiling = plan.tilings[name]
        nest = nests[tiling.alternative] if isinstance(nests, tuple) else nests
        cost = cost_operator(operator, network.tensors, nest, tiling, machine, now)
        costs.append(cost)
        events.extend(trace_operator(name, nest, tiling, machine, now))
        now += cost.total_cycles
    return Result(
        network=network.name,
        accelerator=accelerator.name,
        technology=accelerator.technology.name,
        batch=batch,
        clock_hz=accelerator.array.clock_hz,
        operators=tuple(costs),
        area=machine.costs.area,
        num_parameters=network.num_parameters,
        fused_steps=tuple(
            FusedStep(name=fusion.name, function=fusion.function, into=operator.name)
            for operator in network.operators
            for fusion in operator.fusions
        ),
        events=tuple(events),
        notes=network.notes,
    )
