"""Constants: those of the file, and nodes that compute on constants only and so run before the network does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from workloads.errors import NetworkError
from workloads.onnx_import.element_types import BOOL, INT64, can_be_parameter, element_format
from workloads.onnx_import.node import Node
from workloads.onnx_import.read import external_entries
from workloads.onnx_import.value import Array, Origin, Shape, Value

MAX_DATA_ELEMENTS = 65_536
"""Constants with more elements than this are known by their shape alone."""
MAX_WEIGHT_DATA_ELEMENTS = 1_024
"""The same for floats of the file: only scalars and short vectors (scales of Resize) steer shapes."""

_KEEPS_STORAGE = ("Cast", "CastLike", "Mul", "Div", "Add", "Sub", "Reshape", "Unsqueeze", "Squeeze", "Flatten")
_KEEPS_STORAGE_TOO = ("Transpose", "Identity", "DequantizeLinear", "Concat", "Slice", "Gather", "Split", "Dropout")
_QUANTISERS = ("QuantizeLinear", "DequantizeLinear")
_VIEWS = ("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity")
_MEASURES = ("Shape", "Size")
_RANDOM = ("RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Bernoulli", "Multinomial")
_NUMPY_ERRORS = (
    ArithmeticError,
    AttributeError,
    AssertionError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InferredType:
    """Element type and shape of one output of a node, as far as inference got; None for an unknown size."""

    element_type: int
    shape: tuple[int | None, ...] | None

    @property
    def known_shape(self) -> Shape | None:
        """The shape when every dimension is known."""
        if self.shape is None:
            return None
        sizes = tuple(size for size in self.shape if size is not None)
        return sizes if len(sizes) == len(self.shape) else None


def tensor_value(tensor: Any, name: str, folder: Path, *, is_parameter: bool = True) -> Value:
    """Return an initialiser (or the tensor of a Constant node) as a constant.

    Parameters
    ----------
    tensor
        ``onnx.TensorProto``.
    name : str
    folder : Path
        Where external data lies.
    is_parameter : bool
        Whether its elements may count as parameters of the network.

    Raises
    ------
    NetworkError
        When its dimensions are impossible, or its data is not as long as they say.
    """
    shape = tuple(int(size) for size in tensor.dims)
    element_type = int(tensor.data_type)
    value = Value(name=name, shape=shape, element_type=element_type, stored_type=element_type, is_constant=True)
    _check_length(tensor, value)
    counts = is_parameter and can_be_parameter(element_type) and value.num_elements > 0
    return Value(
        name=name,
        shape=shape,
        element_type=element_type,
        stored_type=element_type,
        is_constant=True,
        data=_load(tensor, value, folder),
        origins=frozenset({Origin(name, value.num_elements)}) if counts else frozenset(),
        is_from_file=True,
    )


def _check_length(tensor: Any, value: Value) -> None:
    if not tensor.HasField("raw_data") or value.element_type == TensorProto.STRING:
        return
    expected = -(-value.num_elements * element_format(value.element_type, value.name).bits // 8)
    if len(tensor.raw_data) != expected:
        raise NetworkError(
            f"initialiser {value.name!r}: holds {len(tensor.raw_data)} bytes, expected {expected} "
            f"for shape {list(value.shape)}"
        )


def _load(tensor: Any, value: Value, folder: Path) -> Array | None:
    cap = MAX_DATA_ELEMENTS if value.element_type in (BOOL, INT64) else MAX_WEIGHT_DATA_ELEMENTS
    if value.num_elements > cap or value.element_type == TensorProto.STRING:
        return None
    entries = external_entries(tensor)
    if entries:
        return _load_external(value, entries, folder)
    try:
        return np.asarray(numpy_helper.to_array(tensor))
    except (TypeError, ValueError):
        raise NetworkError(f"initialiser {value.name!r}: its data does not fit shape {list(value.shape)}") from None


def _load_external(value: Value, entries: dict[str, str], folder: Path) -> Array | None:
    """Return the content of a small constant from another file; None when that file is missing."""
    source = folder / entries["location"]
    if not source.is_file():
        return None
    num_bytes = value.num_elements * element_format(value.element_type, value.name).bits // 8
    try:
        with source.open("rb") as stream:
            stream.seek(int(entries.get("offset", "0")))
            raw = stream.read(num_bytes)
        dtype = onnx.helper.tensor_dtype_to_np_dtype(value.element_type)
        return np.frombuffer(raw, dtype=dtype).reshape(value.shape)
    except (OSError, ValueError):
        raise NetworkError(
            f"initialiser {value.name!r}: external data in {entries['location']!r} is shorter than {num_bytes} bytes "
            "or its offset is no number"
        ) from None


def fold(node: Node, inputs: tuple[Value | None, ...], types: tuple[InferredType | None, ...]) -> tuple[Value, ...]:
    """Return the outputs of a node that computes on constants only.

    Their content is known when that of the inputs is and they are small; their shape must be.

    Raises
    ------
    UnsupportedOperator
        When a shape stays unknown.
    """
    arrays = _evaluate(node, inputs, types)
    outputs = []
    for index, (name, inferred) in enumerate(zip(node.outputs, types, strict=True)):
        if not name or inferred is None:
            continue
        data = None if arrays is None else arrays[index]
        shape = inferred.known_shape if data is None else tuple(data.shape)
        if shape is None:
            raise node.unsupported("the shape of its output depends on values that the file does not hold")
        outputs.append(_folded(node, name, shape, inferred.element_type, inputs, data))
    return tuple(outputs)


def _folded(
    node: Node, name: str, shape: Shape, element_type: int, inputs: tuple[Value | None, ...], data: Array | None
) -> Value:
    stored, origins = element_type, frozenset[Origin]()
    read = [value for value in inputs if value is not None]
    if node.op_type == "ConstantOfShape":
        origins = _fill_origins(node, name, shape, element_type, read[0])
    elif read and node.op_type not in _MEASURES:
        largest = read[0] if node.op_type in _QUANTISERS else max(read, key=lambda value: value.num_elements)
        if node.op_type in _QUANTISERS:
            origins = largest.origins
        if _is_stored_narrow(node, largest, element_type, name):
            stored, origins = largest.stored_type, largest.origins
        elif node.op_type not in _QUANTISERS:
            origins = frozenset().union(*(value.origins for value in read if value.num_elements > 1))
    return Value(
        name=name,
        shape=shape,
        element_type=element_type,
        stored_type=stored,
        is_constant=True,
        data=data,
        origins=origins,
    )


def _is_stored_narrow(node: Node, largest: Value, element_type: int, name: str) -> bool:
    """True when the result is a narrow weight of the file, widened or scaled: it is stored as the file stores it."""
    if node.op_type not in (*_KEEPS_STORAGE, *_KEEPS_STORAGE_TOO) or not largest.origins or largest.num_elements == 1:
        return False
    if node.op_type == "DequantizeLinear":
        return True
    return largest.format.bits < element_format(element_type, name).bits


def _fill_origins(node: Node, name: str, shape: Shape, element_type: int, given: Value) -> frozenset[Origin]:
    """A fill whose shape the file spells out stands for a weight that was left out of it, unless it fills zeros."""
    is_zero = _fill_value(node) == 0
    num_elements = math.prod(shape)
    counts = given.is_from_file and not is_zero and can_be_parameter(element_type) and num_elements > 1
    return frozenset({Origin(name, num_elements)}) if counts else frozenset()


def _fill_value(node: Node) -> float:
    """Return the number that a ConstantOfShape fills in; 0 unless its attribute says another."""
    attribute = next((item.t for item in node.proto.attribute if item.name == "value"), None)
    if attribute is None:
        return 0.0
    try:
        return float(np.ravel(numpy_helper.to_array(attribute))[0])
    except (IndexError, TypeError, ValueError):
        raise node.error("attribute 'value' is no number") from None


def is_foldable(node: Node, inputs: tuple[Value | None, ...]) -> bool:
    """Return whether the node's results are known before the network runs: from constants, or from a shape alone."""
    if node.op_type in _RANDOM:
        return False
    if node.op_type in (*_MEASURES, "EyeLike") and not node.domain:
        return True
    read = inputs[:1] if node.op_type == "CastLike" else inputs
    return all(value is None or value.is_constant for value in read)


def _evaluate(
    node: Node, inputs: tuple[Value | None, ...], types: tuple[InferredType | None, ...]
) -> list[Array] | None:
    """Return the content of the outputs of a node that computes on small constants; None where it is not known."""
    first = inputs[0] if inputs else None
    inferred = types[0] if types else None
    shape = None if inferred is None else inferred.known_shape
    if first is not None and node.op_type in _MEASURES:
        return [_measure(node, first.shape)]
    if first is not None and first.data is not None and inferred is not None:
        if node.op_type == "CastLike":
            return [first.data.astype(onnx.helper.tensor_dtype_to_np_dtype(inferred.element_type))]
        if node.op_type in _VIEWS and shape is not None and math.prod(shape) == first.num_elements:
            return [first.data.reshape(shape)]
    return _run_reference(node, inputs) if _is_small(node, inputs, types) else None


def _run_reference(node: Node, inputs: tuple[Value | None, ...]) -> list[Array] | None:
    from onnx.reference import ReferenceEvaluator  # its operators take a while to import

    feed = {name: value.data for name, value in zip(node.inputs, inputs, strict=True) if value is not None}
    try:
        with np.errstate(all="ignore"):
            evaluator = ReferenceEvaluator(node.proto, opsets={node.domain: node.version})
            return [np.asarray(item) for item in evaluator.run(None, feed)]
    except _NUMPY_ERRORS:
        return None


def _measure(node: Node, shape: Shape) -> Array:
    """Return the result of Shape or Size: the content of the input does not matter."""
    if node.op_type == "Size":
        return np.asarray(math.prod(shape), dtype=np.int64)
    start, end = node.integer("start", 0), node.integer("end", len(shape))
    return np.asarray(shape[start:end], dtype=np.int64)


def _is_small(node: Node, inputs: tuple[Value | None, ...], types: tuple[InferredType | None, ...]) -> bool:
    if any(value is not None and value.data is None for value in inputs):
        return False
    for inferred in types:
        shape = None if inferred is None else inferred.known_shape
        if inferred is not None and shape is None and node.op_type not in ("NonZero", "Unique", "Compress"):
            return False
        if shape is not None and math.prod(shape) > MAX_DATA_ELEMENTS:
            return False
    return True
