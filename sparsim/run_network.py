"""One network mapped and simulated on one accelerator."""

from __future__ import annotations

from dataclasses import replace

from hw_configs.accelerator import Accelerator
from mapper.map_network import Progress, map_network
from mapper.objective import Objective
from simulator.result import Result
from simulator.simulate import simulate
from simulator.supported_formats import with_supported_formats
from workloads.batching import batch_size
from workloads.network import Network
from workloads.tensor import TensorRole


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
    notes = (*result.notes, *_plan_notes(objective, accelerator), *_storage_notes(native, accelerator))
    return replace(result, objective=str(objective), notes=notes)


def _plan_notes(objective: Objective, accelerator: Accelerator) -> tuple[str, ...]:
    plan = f"plan: layer by layer, least {objective}; tensors pass through off-chip memory"
    if accelerator.off_chip.bandwidth_bytes_per_second is not None:
        return (plan,)
    return (plan, "off-chip bandwidth is unbounded: bytes cost no time, and objective traffic would move fewer")


def _storage_notes(network: Network, accelerator: Accelerator) -> tuple[str, ...]:
    """Say so where zeros are there, and the accelerator has nothing to leave them out with."""
    known = [tensor for tensor in network.tensors.values() if tensor.sparsity is not None or tensor.num_codes]
    has_weights = any(tensor.role is TensorRole.WEIGHT for tensor in known)
    if has_weights and accelerator.compression.weight is None:
        return (f"{accelerator.name} decodes no compressed weights: they are stored and moved dense, zeros and all",)
    return ()
