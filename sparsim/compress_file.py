"""A network file compressed into another: real zeros and rounded values, where ONNX can hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sparsim.workload import source_weights
from workloads.compression import CompressedLayer, CompressedNetwork, CompressionSpec, compress, parse_spec
from workloads.compression.compressed import ValueChange
from workloads.compression.spec.methods import Quantisation
from workloads.errors import ConfigError
from workloads.formats import ElementFormat, NumberKind
from workloads.network import Network
from workloads.storage import cheapest
from workloads.tensor import Tensor
from workloads.weight_layout import by_output_channel, compressible_weights, from_layout, layout_shape, to_layout
from workloads.weights import WeightArray

if TYPE_CHECKING:
    from workloads.onnx_export import CompressedWeight, IntegerWeight, WrittenModel


@dataclass(frozen=True, slots=True, kw_only=True)
class CompressedFile:
    """A file that was written, and what was done to each layer.

    Parameters
    ----------
    spec : str
    source : Path
    written : WrittenModel
    layers : tuple of CompressedLayer
    storage : mapping of str to StoredLayer
        By weight: its cheapest storage, zeros left out; what hardware that decodes it would move.
    notes : tuple of str
    """

    spec: str
    source: Path
    written: WrittenModel
    layers: tuple[CompressedLayer, ...]
    storage: dict[str, StoredLayer]
    notes: tuple[str, ...]

    @property
    def dense_bits_before(self) -> int:
        """Bits of all elements of the compressed weights, before."""
        return sum(layer.dense_bits_before for layer in self.layers)

    @property
    def stored_bits(self) -> float:
        """Bits that they take in the cheapest storage format of each."""
        return sum(stored.total_bits for stored in self.storage.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLayer:
    """A weight's cheapest storage format, and bits in it, metadata included."""

    format: str
    total_bits: float


def compress_file(
    network: Network, source: str | Path, spec: CompressionSpec | str, target: Path, *, force: bool = False
) -> CompressedFile:
    """Write the ONNX file ``source``, of which ``network`` is, compressed as ``spec`` says, to ``target``.

    Parameters
    ----------
    network : Network
    source : str or Path
        What it was loaded from.
    spec : CompressionSpec or str
    target : Path
        Ends in .onnx; appears whole or not at all.
    force : bool
        Replace a file that is there.

    Raises
    ------
    ConfigError
        When the source has no values or is no ONNX file, the spec changes the graph, or the target is there.
    NetworkError
        As ``compress`` and ``write_compressed_onnx``.
    """
    path = _writable_source(network, source)
    _check_target(path, target, force=force)
    parsed = parse_spec(spec) if isinstance(spec, str) else spec
    compressed = compress(network, parsed, weights=source_weights(path))
    _check_graph(network, compressed.network, parsed)
    _check_values(compressed, parsed, path)
    from workloads.onnx_export import write_compressed_onnx  # imports onnx, which takes a while

    written = write_compressed_onnx(path, target, compressed_weights(compressed))
    return CompressedFile(
        spec=str(parsed),
        source=path,
        written=written,
        layers=compressed.layers,
        storage=_storage(compressed),
        notes=(*compressed.notes, *written.notes),
    )


def _writable_source(network: Network, source: str | Path) -> Path:
    suffix = Path(source).suffix.lower()
    if suffix == ".tflite":
        raise ConfigError(f"{source}: a TensorFlow Lite file can be read but not written: compress an ONNX file")
    if suffix != ".onnx" or source_weights(source) is None:
        raise ConfigError(f"{network.name!r} has no weights to write: it has shapes alone; compress an ONNX file")
    return Path(source)


def _check_target(source: Path, target: Path, *, force: bool) -> None:
    if target.is_dir():
        raise ConfigError(f"{target}: expected the name of a file, found a folder")
    if target.exists() and source.exists() and target.samefile(source):
        raise ConfigError(f"{target}: is the source; write the compressed network to another file")
    if target.exists() and not force:
        raise ConfigError(f"{target}: is there already; --force (force=True) replaces it")
    if not target.parent.is_dir():
        raise ConfigError(f"{target}: cannot be written: there is no folder {str(target.parent)!r}")


def _check_graph(before: Network, after: Network, spec: CompressionSpec) -> None:
    shapes = [
        {name: network.tensors[name].shape for name in compressible_weights(network)} for network in (before, after)
    ]
    if shapes[0] != shapes[1]:
        raise ConfigError(
            f"{spec}: channel pruning and low rank change the graph, and only values can be written into a copy of the "
            "file; `sparsim run --compress` costs them"
        )


def _check_values(compressed: CompressedNetwork, spec: CompressionSpec, source: Path) -> None:
    if not compressed.layers:
        raise ConfigError(f"{source}: {spec} changes no weight of it: there is nothing to write")
    empty = [layer.tensor for layer in compressed.layers if layer.error is None]
    if empty:
        raise ConfigError(
            f"{source}: holds no values for {empty[0]!r} ({len(empty)} of {len(compressed.layers)} weights): there is "
            "nothing to compress"
        )


def compressed_weights(compressed: CompressedNetwork) -> Iterator[CompressedWeight]:
    """Yield the weights whose values changed, one in memory at a time; integers beside those that have a scale."""
    from workloads.onnx_export import CompressedWeight

    for layer in compressed.layers:
        values = compressed.weights.load(layer.tensor)
        assert values is not None  # every layer has an error measure, so it has values
        change = compressed.weights.changes[layer.tensor]
        yield CompressedWeight(name=layer.tensor, values=values, integer=_integers(layer.tensor, values, change))


def _integers(name: str, values: WeightArray, change: ValueChange) -> IntegerWeight | None:
    """Quantised values as integers and a scale an output channel; None for floats, codebooks and powers of two."""
    from workloads.onnx_export import IntegerWeight

    if not isinstance(change.number_change, Quantisation):
        return None
    largest_code = _largest_code(change.number_change.weights)
    if largest_code is None:
        return None
    arranged = to_layout(change.operator, name, values).astype(np.float64)
    by_channel = by_output_channel(change.operator, arranged)
    largest = np.abs(by_channel).max(axis=(2, 3), keepdims=True)
    scale = np.broadcast_to(np.where(largest > 0, largest / largest_code, 1.0), by_channel.shape).reshape(
        arranged.shape
    )
    codes = np.rint(arranged / scale).astype(np.int32)
    spread = from_layout(change.operator, name, scale, values.shape)
    return IntegerWeight(
        values=from_layout(change.operator, name, codes, values.shape),
        scale=_without_repeats(spread),
        bits=largest_code.bit_length() + 1,
    )


def _largest_code(format: ElementFormat) -> int | None:
    match format.kind:
        case NumberKind.INTEGER if 2 <= format.bits <= 16:
            return (1 << format.bits - 1) - 1
        case NumberKind.TERNARY | NumberKind.BINARY:
            return 1
        case _:
            return None


def _without_repeats(scale: WeightArray) -> WeightArray:
    """Return ``scale`` with every axis along which it is the same reduced to one."""
    for axis in range(scale.ndim):
        first = scale.take([0], axis=axis)
        if (scale == first).all():
            scale = first
    return scale


def _storage(compressed: CompressedNetwork) -> dict[str, StoredLayer]:
    operators = compressible_weights(compressed.network)
    found = {}
    for layer in compressed.layers:
        tensor: Tensor = compressed.network.tensors[layer.tensor]
        stored = cheapest(tensor, layout_shape(operators[layer.tensor], tensor.name, tensor.shape))
        found[layer.tensor] = StoredLayer(format=str(stored.format), total_bits=stored.bits.total_bits)
    return found
