"""From a network and an accelerator to a plan."""

from __future__ import annotations

from collections.abc import Callable

from hw_configs.accelerator import Accelerator
from mapper.objective import Objective
from mapper.tiling import Shortage, best_tiling
from simulator.machine import Machine
from simulator.operator_cost import fixed_energy
from simulator.plan import Plan, Tiling
from simulator.tile_cost import Nest
from workloads.errors import InfeasiblePlan
from workloads.network import Network

Progress = Callable[[int, int], None]
"""Called with the number of operators mapped and the number of all."""


def map_network(
    network: Network,
    accelerator: Accelerator,
    *,
    objective: Objective = Objective.LATENCY,
    progress: Progress | None = None,
) -> Plan:
    """Return the layer-by-layer plan: operators in the network's order, each with its own best tiling.

    Each operator has the whole scratchpad, reads its inputs from off-chip memory and writes its outputs there.
    Operators with equal nests are tiled once.

    Raises
    ------
    InfeasiblePlan
        When an operator's smallest tile exceeds the scratchpad; names it and says how many bytes are missing.
    """
    machine = Machine(accelerator=accelerator)
    known: dict[tuple[tuple[Nest, ...], tuple[float, ...]], Tiling | Shortage] = {}
    tilings: dict[str, Tiling] = {}
    for index, operator in enumerate(network.operators):
        nests = machine.storage.nests_of(operator, network.tensors)
        if nests:
            fixed_pj = tuple(fixed_energy(operator, network.tensors, nest, machine).total_pj for nest in nests)
            key = (nests, fixed_pj)
            if key not in known:
                known[key] = best_tiling(nests, machine, objective, fixed_pj=fixed_pj)
            found = known[key]
            if isinstance(found, Shortage):
                raise no_fit(operator.name, str(operator.kind), found, machine)
            tilings[operator.name] = found
        if progress:
            progress(index + 1, len(network.operators))
    return Plan(schedule=tuple(operator.name for operator in network.operators), tilings=tilings)


def no_fit(name: str, kind: str, shortage: Shortage, machine: Machine) -> InfeasiblePlan:
    """Return the error of operator ``name``, of which not even the smallest tile fits."""
    missing = -(-shortage.missing_bits // 8)
    if machine.is_shared:
        has = f"the scratchpad of {machine.scratchpad_bytes:,} bytes"
        what_helps = "a larger scratchpad.capacity_bytes"
    else:
        sizes = [f"{memory.capacity_bytes:,}" for memory in machine.memories]
        has = f"one of the scratchpads (input {sizes[0]}, weight {sizes[1]}, output {sizes[2]} bytes)"
        what_helps = "a larger capacity_bytes of scratchpad.input, scratchpad.weight or scratchpad.output"
    return InfeasiblePlan(
        f"operator {name!r} ({kind}) does not fit: even its smallest tile exceeds {has} of "
        f"{machine.accelerator.name!r} by {missing:,} bytes; {what_helps} would help, or a smaller batch or resolution"
    )
