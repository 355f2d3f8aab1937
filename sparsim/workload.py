"""What a run costs: a network, as it is or compressed, and the network before compression to compare with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hw_configs.accelerator import Accelerator
from simulator.result import OperatorCost, Result
from workloads.compression import CompressionSpec, compress, parse_spec, with_recognised_sparsity
from workloads.network import Network
from workloads.weight_layout import compressible_weights
from workloads.weights import WeightSource

_SPLIT_MARK = "/low_rank_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """A network to cost.

    Parameters
    ----------
    network : Network
        After compression.
    dense : Network
        Before; the same object when nothing was compressed.
    weights : WeightSource or None
        Real values of ``network``'s weights, where there are any.
    compression : str
        The spec, for reports; empty for none.
    """

    network: Network
    dense: Network
    weights: WeightSource | None
    compression: str = ""


def make_workload(
    network: Network, *, weights: WeightSource | None = None, compression: CompressionSpec | str | None = None
) -> Workload:
    """Return ``network`` compressed as ``compression`` says (a spec, its text, or the name of its YAML file).

    Raises
    ------
    ConfigError, NetworkError
        As ``parse_spec`` and ``compress``.
    """
    if compression is None:
        return Workload(network=network, dense=network, weights=weights)
    spec = parse_spec(compression) if isinstance(compression, str) else compression
    compressed = compress(network, spec, weights=weights)
    return Workload(network=compressed.network, dense=network, weights=compressed.weights, compression=str(spec))


def with_file_zeros(workload: Workload, accelerator: Accelerator) -> Workload:
    """Return ``workload`` with the zeros that its weights have in the file, where ``accelerator`` can use them.

    A network that was compressed on request is left alone, and so is one without real weights.
    """
    if workload.weights is None or workload.compression or not uses_zeros(accelerator):
        return workload
    recognised = with_recognised_sparsity(workload.network, workload.weights)
    names = compressible_weights(recognised)
    sparse = [name for name in names if recognised.tensors[name].sparsity is not None]
    if not sparse:
        return workload
    note = f"weights: {len(sparse)} of {len(names)} have zeros in the file, which this accelerator can use"
    return replace(workload, network=replace(recognised, notes=(*recognised.notes, note)))


def uses_zeros(accelerator: Accelerator) -> bool:
    """Return whether zeros among the weights change anything on ``accelerator``."""
    array = accelerator.array
    return array.type not in ("systolic", "mesh") or array.zero_gating or accelerator.compression.weight is not None


def compared(result: Result, dense: Result, compression: str) -> Result:
    """Return ``result`` with each operator's cycles in ``dense``, the run of the network before compression.

    The two factors of a low-rank pair share the cycles of the operator that they replace as they share the time now.
    """
    before = {cost.name: cost.total_cycles for cost in dense.operators}
    now: dict[str, int] = {}
    for cost in result.operators:
        now[_original(cost.name)] = now.get(_original(cost.name), 0) + cost.total_cycles
    return replace(
        result,
        compression=compression,
        dense_total_cycles=dense.total_cycles,
        operators=tuple(replace(cost, dense_cycles=_dense_cycles(cost, before, now)) for cost in result.operators),
    )


def _dense_cycles(cost: OperatorCost, before: dict[str, int], now: dict[str, int]) -> int | None:
    whole = before.get(_original(cost.name))
    if whole is None or not now[_original(cost.name)]:
        return whole
    return round(whole * cost.total_cycles / now[_original(cost.name)])


def _original(name: str) -> str:
    return name.split(_SPLIT_MARK, maxsplit=1)[0]


def source_weights(source: str | Path) -> WeightSource | None:
    """Return the real weights of what ``load_network`` takes as ``source``; None where it has none."""
    from workloads.weight_files import open_weights

    return open_weights(source)
