"""The main job in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hw_configs.accelerator import Accelerator
from hw_configs.load import load_accelerator
from mapper.map_network import Progress, map_network
from mapper.objective import Objective
from mapper.tiling import Implementation
from mapper.tiling import pareto_tilings as tilings_of_nests
from simulator.machine import Machine
from simulator.result import Result
from simulator.simulate import simulate
from simulator.supported_formats import with_supported_formats
from sparsim.workload import Workload, compared, make_workload, source_weights, with_file_zeros
from workloads.batching import batch_size
from workloads.compression import CompressionSpec
from workloads.errors import ConfigError
from workloads.load import load_network
from workloads.network import Network
from workloads.tensor import TensorRole

NO_BINDINGS: Mapping[str, int] = {}


def run(
    network: Network | Workload | str | Path,
    accelerator: Accelerator | str | Path,
    *,
    compression: CompressionSpec | str | None = None,
    weight_format: str = "auto",
    objective: Objective | str = Objective.LATENCY,
    batch: int | None = None,
    bindings: Mapping[str, int] = NO_BINDINGS,
    overrides: Sequence[str] = (),
    progress: Progress | None = None,
) -> Result:
    """Return what ``network`` costs on ``accelerator``, each operator mapped for the least ``objective``.

    Parameters
    ----------
    network : Network, Workload, str or Path
        A network, one prepared with ``make_workload``, a zoo name, or a file (ONNX, TFLite, SCALE-Sim CSV).
    accelerator : Accelerator, str or Path
        An accelerator, a shipped name, or a file (YAML, SCALE-Sim cfg).
    compression : CompressionSpec or str, optional
        What is done to the network first: a spec, its text (``nm:2:8+int8``) or the name of its YAML file. By magnitude
        where the network comes from a file with weights; on synthetic masks, and noted, where not.
    weight_format : str
        Storage format of the weights; ``auto`` takes the cheapest that the accelerator decodes, tensor by tensor.
    objective : {"latency", "traffic", "energy", "edp"}
    batch : int, optional
        Inferences a run; by default what the network says. Needs a name or file.
    bindings : mapping of str to int
        Sizes of dynamic dimensions, by name. Needs a name or file.
    overrides : sequence of str
        ``field=value`` changes to the accelerator. Needs a name or file.
    progress : callable, optional
        Called with operators mapped and operators in all.

    Raises
    ------
    SparsimError
        When a file, name, option or plan is impossible; says which and why.
    """
    if isinstance(accelerator, Accelerator):
        if overrides:
            raise ConfigError("overrides apply to an accelerator's name or file, found a loaded accelerator")
    else:
        accelerator = load_accelerator(accelerator, overrides=overrides)
    workload = _workload(network, compression, batch, bindings)
    workload = with_file_zeros(workload, accelerator)
    chosen = with_weight_format(accelerator, weight_format)
    wanted = parse_objective(objective)
    result = _run_network(workload.network, chosen, wanted, progress)
    if workload.network is workload.dense:
        return result
    dense = _run_network(workload.dense, chosen, wanted, None)
    return compared(result, dense, workload.compression)


def _workload(
    network: Network | Workload | str | Path,
    compression: CompressionSpec | str | None,
    batch: int | None,
    bindings: Mapping[str, int],
) -> Workload:
    if not isinstance(network, str | Path):
        if batch is not None or bindings:
            raise ConfigError("batch and bindings apply to a network's name or file, found a loaded network")
        if isinstance(network, Network):
            return make_workload(network, compression=compression)
        if compression is not None:
            raise ConfigError("compression applies to a network or its file, found a workload, which has its own")
        return network
    loaded = load_network(network, batch=batch, bindings=bindings)
    return make_workload(loaded, weights=source_weights(network), compression=compression)


def _run_network(network: Network, accelerator: Accelerator, objective: Objective, progress: Progress | None) -> Result:
    native = with_supported_formats(network, accelerator.array)
    plan = map_network(native, accelerator, objective=objective, progress=progress)
    result = simulate(native, accelerator, plan, batch=batch_size(native))
    notes = (*result.notes, *_plan_notes(objective, accelerator), *_storage_notes(native, accelerator))
    return replace(result, objective=str(objective), notes=notes)


def with_weight_format(accelerator: Accelerator, weight_format: str) -> Accelerator:
    """Return ``accelerator`` decoding ``weight_format`` alone (``dense`` for none), or as it is for ``auto``.

    Raises
    ------
    ConfigError
        For a format that the accelerator does not decode; lists those that it does.
    """
    if weight_format == "auto":
        return accelerator
    decoder = accelerator.compression.weight
    known = decoder.formats if decoder else ()
    if weight_format == "dense":
        changed = None
    elif decoder and weight_format in known:
        changed = decoder.model_copy(update={"formats": tuple(one for one in known if one == weight_format)})
    else:
        raise ConfigError(
            f"weight format {weight_format!r}: {accelerator.name} decodes {', '.join(('dense', *known))}; "
            "compression.weight.formats of the accelerator says which"
        )
    compression = accelerator.compression.model_copy(update={"weight": changed})
    return accelerator.model_copy(update={"compression": compression})


def pareto_tilings(network: Network, accelerator: Accelerator, operator: str) -> tuple[Implementation, ...]:
    """Return the tilings of one operator that no other beats in scratchpad, off-chip traffic and cycles together.

    Parameters
    ----------
    network, accelerator
    operator : str
        Name of one of the network's operators; a view has none.

    Raises
    ------
    ConfigError
        When the network has no operator of that name.
    """
    native = with_supported_formats(network, accelerator.array)
    for one in native.operators:
        if one.name == operator:
            machine = Machine(accelerator=accelerator)
            return tilings_of_nests(machine.storage.nests_of(one, native.tensors), machine)
    raise ConfigError(f"network {network.name!r} has no operator called {operator!r}")


def parse_objective(objective: Objective | str) -> Objective:
    """Return the objective of that name.

    Raises
    ------
    ConfigError
        For an unknown name; lists the known ones.
    """
    try:
        return Objective(objective)
    except ValueError:
        raise ConfigError(f"unknown objective {objective!r}: expected one of {', '.join(Objective)}") from None


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
