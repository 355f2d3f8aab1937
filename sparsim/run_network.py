"""One network mapped and simulated on one accelerator."""

from __future__ import annotations

from dataclasses import replace

from hw_configs.accelerator import Accelerator, Memory
from mapper.choose_plan import Mapper, PlanOptions, choose_plan
from mapper.map_network import Progress
from simulator.result import Result
from simulator.supported_formats import with_supported_formats
from sparsim.unused_compression import unused_compression_notes
from workloads.batching import batch_size
from workloads.network import Network


def run_network(
    network: Network, accelerator: Accelerator, options: PlanOptions, progress: Progress | None = None
) -> Result:
    """Return what ``network``, as it is, costs on ``accelerator`` under the best plan.

    Parameters
    ----------
    network, accelerator, options
    progress : callable or None
        Called with operators mapped and operators in all.

    Raises
    ------
    InfeasiblePlan
        When an operator fits the scratchpad under no plan.
    """
    native = with_supported_formats(network, accelerator.array)
    _, result = choose_plan(native, accelerator, options, batch=batch_size(native), progress=progress)
    notes = (
        *result.notes,
        *_plan_notes(result, options, accelerator),
        *unused_compression_notes(native, accelerator, result),
    )
    return replace(result, objective=str(options.objective), notes=notes)


def _plan_notes(result: Result, options: PlanOptions, accelerator: Accelerator) -> tuple[str, ...]:
    notes = [_mapper_note(result, options, accelerator)]
    if accelerator.off_chip.bandwidth_bytes_per_second is None:
        notes.append("off-chip bandwidth is unbounded: bytes cost no time, and objective traffic would move fewer")
    return tuple(notes)


def _mapper_note(result: Result, options: PlanOptions, accelerator: Accelerator) -> str:
    planning = result.planning
    assert planning is not None, "the result of a chosen plan says how it was planned"
    if planning.mapper == Mapper.JOINT:
        return f"plan: tiling and residency together, least {options.objective} for its operator order"
    plan = f"plan: layer by layer, least {options.objective}; tensors pass through off-chip memory"
    if options.mapper is Mapper.LAYERS:
        return plan
    if not isinstance(accelerator.scratchpad, Memory):
        return f"{plan}, since no scratchpad holds both inputs and outputs"
    return f"{plan}, since no better plan was found within {options.time_limit_s:g} s"
