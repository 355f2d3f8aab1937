"""What a run costs: a network, as it is or compressed, and the network before compression to compare with."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from hw_configs.accelerator import Accelerator
from simulator.result import OperatorCost, Result
from sparsim.activations import ActivationDensities
from workloads.compression import CompressionSpec, compress, parse_spec, with_recognised_sparsity
from workloads.declared_sparsity import with_declared_sparsity
from workloads.network import Network
from workloads.training import TrainingOptions, training_step
from workloads.weight_layout import compressible_weights
from workloads.weights import WeightArray, WeightSource

_SPLIT_MARK = "/low_rank_"
DENSE_ACTIVATIONS = ActivationDensities()


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
    changed : frozenset of str
        Weights whose values compression changed: what is known of their zeros is known.
    """

    network: Network
    dense: Network
    weights: WeightSource | None
    compression: str = ""
    changed: frozenset[str] = frozenset()


def make_workload(
    network: Network,
    *,
    source: str | Path | None = None,
    compression: CompressionSpec | str | None = None,
    activations: ActivationDensities = DENSE_ACTIVATIONS,
    training: TrainingOptions | None = None,
) -> Workload:
    """Return ``network`` compressed as ``compression`` says, with the densities of ``activations``.

    With ``training`` both it and the network before compression are training steps; then their weights are unknown.

    Assumes compression leaves the densities of activations as they were given or measured before.

    Parameters
    ----------
    network : Network
    source : str or Path, optional
        What it was loaded from: its real weights are there, and measuring runs it.
    compression : CompressionSpec or str, optional
        A spec, its text, or the name of its YAML file.
    activations : ActivationDensities
    training : TrainingOptions, optional
        Which training step; None for inference.

    Raises
    ------
    ConfigError, NetworkError
        As ``parse_spec``, ``compress``, ``ActivationDensities.applied`` and ``training_step``.
    """
    workload = _workload(network, source, compression, activations)
    if training is None:
        return workload
    step = training_step(workload.network, training).network
    dense = step if workload.dense is workload.network else training_step(workload.dense, training).network
    return replace(workload, network=step, dense=dense, weights=None)


def _workload(
    network: Network,
    source: str | Path | None,
    compression: CompressionSpec | str | None,
    activations: ActivationDensities,
) -> Workload:
    spec = parse_spec(compression) if isinstance(compression, str) else compression
    weights = None if source is None else source_weights(source)
    active = activations.applied(network, source)
    if spec is None:
        return Workload(network=active, dense=network, weights=weights)
    compressed = compress(active, spec, weights=weights)
    return Workload(
        network=compressed.network,
        dense=network,
        weights=None if weights is None else compressed.weights,
        compression=str(spec),
        changed=frozenset(layer.tensor for layer in compressed.layers),
    )


def with_file_zeros(workload: Workload, accelerator: Accelerator) -> Workload:
    """Return ``workload`` with the zeros that its weights have in the file, where ``accelerator`` can use them."""
    return with_known_zeros(workload) if uses_zeros(accelerator) else workload


def with_known_zeros(workload: Workload) -> Workload:
    """Return ``workload`` with the zeros that its weights have in the file; the same object where there are none.

    They are in its values, or stated by layer (N:M in a SCALE-Sim topology). Weights that were compressed on request
    are left alone.
    """
    if workload.weights is None:
        return workload if workload.compression else _with_declared_zeros(workload)
    tensors = workload.network.tensors
    unknown = _Except(source=workload.weights, names=workload.changed)
    recognised = with_recognised_sparsity(workload.network, unknown)
    if recognised is workload.network:
        return workload
    names = [name for name in compressible_weights(recognised) if name not in workload.changed]
    sparse = [name for name in names if recognised.tensors[name] is not tensors[name]]
    note = f"weights: {len(sparse)} of {len(names)} have zeros in the file, which this accelerator can use"
    return replace(workload, network=replace(recognised, notes=(*recognised.notes, note)))


def _with_declared_zeros(workload: Workload) -> Workload:
    network = with_declared_sparsity(workload.network)
    return workload if network is workload.network else replace(workload, network=network)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Except:
    """Weights of ``source`` but those called ``names``."""

    source: WeightSource
    names: frozenset[str]

    def load(self, name: str) -> WeightArray | None:
        return None if name in self.names else self.source.load(name)


def uses_zeros(accelerator: Accelerator) -> bool:
    """Return whether zeros among the weights change anything on ``accelerator``."""
    array = accelerator.array
    return array.type not in ("systolic", "mesh") or array.zero_gating or accelerator.compression.weight is not None


def compared(result: Result, dense: Result, compression: str) -> Result:
    """Return ``result`` beside ``dense``, the run of the network before compression: cycles by operator and in all.

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
        dense_effectual_cycles=dense.losses.effectual_cycles,
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
