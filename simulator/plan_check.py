"""Whether a plan goes with its network: said before anything is simulated, whoever wrote the plan."""

from __future__ import annotations

from simulator.plan import Plan, Tiling
from simulator.stored_nests import Nest, NestStorage
from workloads.errors import InfeasiblePlan
from workloads.loop_nest import MatrixNest
from workloads.network import Network
from workloads.operators import Operator
from workloads.tensor import TensorRole


def check_plan(network: Network, plan: Plan, storage: NestStorage) -> None:
    """Raise ``InfeasiblePlan`` when ``plan`` cannot run ``network``; names the operator.

    Every operator runs once, after those that make its inputs; each that is not a view has a tiling of one of its
    alternatives, which ``storage`` gives; steps of a recurrent operator run one at a time, outermost.
    """
    _check_schedule(network, plan)
    operators = {operator.name: operator for operator in network.operators}
    for name in plan.tilings:
        if name not in operators:
            raise InfeasiblePlan(f"plan of {network.name!r}: a tiling is for {name!r}, which is no operator")
    for operator in network.operators:
        nests = storage.nests_of(operator, network.tensors)
        if nests:
            _check_tiling(operator, network.name, nests, plan.tilings.get(operator.name))


def _check_schedule(network: Network, plan: Plan) -> None:
    operators = {operator.name: operator for operator in network.operators}
    missing = [name for name in operators if name not in plan.schedule]
    if missing:
        raise InfeasiblePlan(f"plan of {network.name!r}: operator {missing[0]!r} is not in the schedule")
    made = {tensor.name for tensor in network.with_role(TensorRole.INPUT, TensorRole.WEIGHT)}
    seen: set[str] = set()
    for name in plan.schedule:
        if name not in operators:
            raise InfeasiblePlan(f"plan of {network.name!r}: the schedule names {name!r}, which is no operator")
        if name in seen:
            raise InfeasiblePlan(f"plan of {network.name!r}: the schedule runs operator {name!r} twice")
        seen.add(name)
        for tensor in operators[name].inputs:
            if tensor not in made:
                raise InfeasiblePlan(
                    f"plan of {network.name!r}: operator {name!r} runs before its input {tensor!r} is made"
                )
        made.update(operators[name].outputs)


def _check_tiling(operator: Operator, network: str, nests: tuple[Nest, ...], tiling: Tiling | None) -> None:
    if tiling is None:
        raise InfeasiblePlan(f"plan of {network!r}: operator {operator.name!r} ({operator.kind}) has no tiling")
    if tiling.alternative >= len(nests):
        raise InfeasiblePlan(
            f"operator {operator.name!r} ({operator.kind}): alternative {tiling.alternative} of {len(nests)} "
            "alternatives, counted from 0, does not exist"
        )
    nest = nests[tiling.alternative]
    if not isinstance(nest, MatrixNest) or not nest.sequential or nest.m == nest.batch:
        return
    if tiling.position_tile.num_positions > nest.batch or tiling.loop_order[0] != "m":
        raise InfeasiblePlan(
            f"operator {operator.name!r} ({operator.kind}): its steps depend on each other: expected position tiles of "
            f"at most one step of {nest.batch} and m as the outermost loop, found {tiling}"
        )
