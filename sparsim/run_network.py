"""One network mapped and simulated on one accelerator."""

from __future__ import annotations

from dataclasses import replace

from hw_configs.accelerator import Accelerator
from mapper.map_network import Progress, map_network
from mapper.objective import Objective
from simulator.result import Result
from simulator.simulate import simulate
from simulator.supported_formats import with_supported_formats
from sparsim.unused_compression import unused_compression_notes
from workloads.batching import batch_size
from workloads.network import Network


def run_network(network: Network, accelerator: Accelerator, objective: Objective, progress: Progress | None) -> Result:
    """Return what ``network``, as it is, costs on ``accelerator`` under the plan of least ``objective``.

    Parameters
    ----------
    network, accelerator, objective
    progress : callable or None
        Called with operators mapped and operators in all.

    Raises
    ------
    InfeasiblePlan
        When an operator fits the scratchpad under no plan.
    """
    native = with_supported_formats(network, accelerator.array)
    plan = map_network(native, accelerator, objective=objective, progress=progress)
    result = simulate(native, accelerator, plan, batch=batch_size(native))
    notes = (
        *result.notes,
        *_plan_notes(objective, accelerator),
        *unused_compression_notes(native, accelerator, result),
    )
    return replace(result, objective=str(objective), notes=notes)


def _plan_notes(objective: Objective, accelerator: Accelerator) -> tuple[str, ...]:
    plan = f"plan: layer by layer, least {objective}; tensors pass through off-chip memory"
    if accelerator.off_chip.bandwidth_bytes_per_second is not None:
        return (plan,)
    return (plan, "off-chip bandwidth is unbounded: bytes cost no time, and objective traffic would move fewer")
