"""Reading the tensors of a graph: names, shapes, quantisation and how sparse ones are stored."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import tflite
from numpy.typing import NDArray

from workloads.errors import NetworkError
from workloads.tflite_import.flatbuffer import array, integers, reading, tables, text
from workloads.tflite_import.records import DimensionRecord, QuantisationRecord, SparsityRecord, TensorRecord

_OPEN = -1
_INDEX_VECTORS = {
    int(tflite.SparseIndexVector.Int32Vector): tflite.Int32Vector,
    int(tflite.SparseIndexVector.Uint16Vector): tflite.Uint16Vector,
    int(tflite.SparseIndexVector.Uint8Vector): tflite.Uint8Vector,
}


def read_tensors(listed: Iterable[Any]) -> tuple[TensorRecord, ...]:
    """Return the records of ``tflite.Tensor`` tables, each with a name of its own.

    Raises
    ------
    NetworkError
        When one cannot be read, or contradicts itself; names it.
    """
    taken: set[str] = set()
    return tuple(_read_tensor(index, item, taken) for index, item in enumerate(listed))


def _read_tensor(index: int, item: Any, taken: set[str]) -> TensorRecord:
    with reading(f"tensor {index}"):
        name = _unique(text(item.Name()) or f"tensor_{index}", taken)
        shape, signature = integers(item, "Shape"), integers(item, "ShapeSignature")
        element_type, buffer, is_variable = int(item.Type()), int(item.Buffer()), bool(item.IsVariable())
    if signature and len(signature) != len(shape):
        raise NetworkError(
            f"tensor {name!r}: shape {list(shape)} and shape signature {list(signature)} differ in their number of axes"
        )
    with reading(f"the quantisation of tensor {name!r}"):
        quantisation = _read_quantisation(item.Quantization(), name)
    with reading(f"the sparsity of tensor {name!r}"):
        sparsity = _read_sparsity(item.Sparsity(), name)
    return TensorRecord(
        name=name,
        shape=shape,
        open_axes=tuple(axis for axis, size in enumerate(signature or shape) if size == _OPEN),
        element_type=element_type,
        buffer=buffer,
        quantisation=quantisation,
        sparsity=sparsity,
        is_variable=is_variable,
    )


def _unique(name: str, taken: set[str]) -> str:
    """Return ``name``, numbered when it is taken; ``taken`` is modified in place."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}#{number}", number + 1
    taken.add(candidate)
    return candidate


def _read_quantisation(item: Any, name: str) -> QuantisationRecord | None:
    """Return how integers stand for numbers, or None: ranges alone, as old converters leave them, say nothing."""
    if item is None or not array(item, "Scale").size:
        return None
    if int(item.DetailsType()) != tflite.QuantizationDetails.NONE:
        raise NetworkError(f"tensor {name!r}: is quantised in a custom way, expected scales and zero points")
    scales = array(item, "Scale")
    zero_points = array(item, "ZeroPoint")
    if not zero_points.size:
        zero_points = np.zeros(scales.size, dtype=np.int64)
    if zero_points.size not in (1, scales.size):
        raise NetworkError(f"tensor {name!r}: has {scales.size} scales and {zero_points.size} zero points")
    return QuantisationRecord(
        scales=scales,
        zero_points=np.broadcast_to(zero_points, scales.shape),
        axis=int(item.QuantizedDimension()),
    )


def _read_sparsity(item: Any, name: str) -> SparsityRecord | None:
    if item is None:
        return None
    record = SparsityRecord(
        traversal_order=integers(item, "TraversalOrder"),
        block_map=integers(item, "BlockMap"),
        dimensions=tuple(_read_dimension(level) for level in tables(item, "DimMetadata")),
    )
    if len(record.dimensions) != len(record.traversal_order):
        raise NetworkError(
            f"tensor {name!r}: its sparsity has {len(record.dimensions)} levels, "
            f"but an order of {len(record.traversal_order)}"
        )
    return record


def _read_dimension(level: Any) -> DimensionRecord:
    if int(level.Format()) == tflite.DimensionType.DENSE:
        return DimensionRecord(size=int(level.DenseSize()))
    return DimensionRecord(
        segments=_index_vector(int(level.ArraySegmentsType()), level.ArraySegments()),
        indices=_index_vector(int(level.ArrayIndicesType()), level.ArrayIndices()),
    )


def _index_vector(kind: int, table: Any) -> NDArray[np.int64]:
    if table is None or kind not in _INDEX_VECTORS:
        raise ValueError(kind)
    vector = _INDEX_VECTORS[kind]()
    vector.Init(table.Bytes, table.Pos)
    return array(vector, "Values").astype(np.int64)
