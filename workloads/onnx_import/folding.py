"""Folding: nodes that compute on constants or shapes only, and so run before the network does."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import onnx
from onnx import numpy_helper

from workloads.onnx_import.element_types import can_be_parameter
from workloads.onnx_import.file_constants import MAX_DATA_ELEMENTS
from workloads.onnx_import.inferred_type import InferredType
from workloads.onnx_import.node import Node
from workloads.onnx_import.value import Array, Origin, Shape, Value

Inputs = tuple[Value | None, ...]
Types = tuple[InferredType | None, ...]

_SCALERS = ("Cast", "CastLike", "Mul", "Div", "Add", "Sub", "DequantizeLinear")
"""Operators that widen or scale weights which the file stores in fewer bits."""
_MOVERS = ("Transpose", "Identity", "Concat", "Slice", "Gather", "Split", "Dropout", "Expand")
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


def is_foldable(node: Node, inputs: Inputs) -> bool:
    """Return whether the node's results are known before the network runs: from constants, or from a shape alone."""
    if node.op_type in _RANDOM:
        return False
    if node.op_type in (*_MEASURES, "EyeLike") and not node.domain:
        return True
    read = inputs[:1] if node.op_type == "CastLike" else inputs
    return all(value is None or value.is_constant for value in read)


def fold(node: Node, inputs: Inputs, types: Types) -> tuple[Value, ...]:
    """Return the outputs of a node that computes on constants only.

    Their content is known when that of the inputs is and they are small; their shape must be.

    Raises
    ------
    UnsupportedOperator
        When a shape stays unknown.
    """
    arrays = _evaluate(node, inputs, types)
    outputs = []
    for name, inferred in zip(node.outputs, types, strict=True):
        if not name or inferred is None:
            continue
        data = None if arrays is None else arrays[name]
        shape = inferred.known_shape if data is None else tuple(data.shape)
        if shape is None:
            raise node.unsupported("the shape of its output depends on values that the file does not hold")
        outputs.append(_folded(node, name, shape, inferred.element_type, inputs, data))
    return tuple(outputs)


def _folded(node: Node, name: str, shape: Shape, element_type: int, inputs: Inputs, data: Array | None) -> Value:
    value = Value(
        name=name, shape=shape, element_type=element_type, stored_type=element_type, is_constant=True, data=data
    )
    read = [item for item in inputs if item is not None]
    if not read or node.op_type in _MEASURES:
        return value
    if node.op_type == "ConstantOfShape":
        return replace(value, origins=_fill_origins(node, value, read[0]))
    is_quantiser = node.op_type in _QUANTISERS
    source = read[0] if is_quantiser else max(read, key=lambda item: item.num_elements)
    if _is_stored_narrow(node, source, value):
        return replace(value, stored_type=source.stored_type, origins=source.origins)
    counted = [source] if is_quantiser else [item for item in read if item.num_elements > 1]
    return replace(value, origins=frozenset().union(*(item.origins for item in counted)))


def _is_stored_narrow(node: Node, source: Value, value: Value) -> bool:
    """True when ``value`` is a narrow weight of the file, widened or scaled: it is stored as the file stores it."""
    if node.op_type not in (*_SCALERS, *_MOVERS, *_VIEWS) or not source.origins or source.num_elements == 1:
        return False
    return node.op_type == "DequantizeLinear" or source.format.bits < value.format.bits


def _fill_origins(node: Node, value: Value, given: Value) -> frozenset[Origin]:
    """A fill whose shape the file spells out stands for a weight that was left out of it, unless it fills zeros."""
    is_placeholder = given.is_from_file and value.num_elements > 1 and _fill_value(node) != 0
    counts = is_placeholder and can_be_parameter(value.element_type)
    return frozenset({Origin(value.name, value.num_elements)}) if counts else frozenset()


def _fill_value(node: Node) -> float:
    """Return the number that a ConstantOfShape fills in; 0 unless its attribute says another."""
    attribute = next((item.t for item in node.proto.attribute if item.name == "value"), None)
    if attribute is None:
        return 0.0
    try:
        return float(np.ravel(numpy_helper.to_array(attribute))[0])
    except (IndexError, TypeError, ValueError):
        raise node.error("attribute 'value' is no number") from None


def _evaluate(node: Node, inputs: Inputs, types: Types) -> dict[str, Array] | None:
    """Return the content of the outputs of a node that computes on small constants; None where it is not known."""
    first = inputs[0] if inputs else None
    inferred = types[0] if types else None
    shape = None if inferred is None else inferred.known_shape
    if first is not None and node.op_type in _MEASURES:
        return {node.outputs[0]: _measure(node, first.shape)}
    if first is not None and first.data is not None and inferred is not None:
        if node.op_type == "CastLike":
            dtype = onnx.helper.tensor_dtype_to_np_dtype(inferred.element_type)
            return {node.outputs[0]: first.data.astype(dtype)}
        if node.op_type in _VIEWS and shape is not None and math.prod(shape) == first.num_elements:
            return {node.outputs[0]: first.data.reshape(shape)}
    return _run_reference(node, inputs) if _is_small(node, inputs, types) else None


def _run_reference(node: Node, inputs: Inputs) -> dict[str, Array] | None:
    from onnx.reference import ReferenceEvaluator  # its operators take a while to import

    feed = {name: value.data for name, value in zip(node.inputs, inputs, strict=True) if value is not None}
    try:
        with np.errstate(all="ignore"):
            evaluator = ReferenceEvaluator(node.proto, opsets={node.domain: node.version})
            names = [name for name in node.outputs if name]
            return {name: np.asarray(item) for name, item in zip(names, evaluator.run(names, feed), strict=True)}
    except _NUMPY_ERRORS:
        return None


def _measure(node: Node, shape: Shape) -> Array:
    """Return the result of Shape or Size: the content of the input does not matter."""
    if node.op_type == "Size":
        return np.asarray(math.prod(shape), dtype=np.int64)
    start, end = node.integer("start", 0), node.integer("end", len(shape))
    return np.asarray(shape[start:end], dtype=np.int64)


def _is_small(node: Node, inputs: Inputs, types: Types) -> bool:
    if any(value is not None and value.data is None for value in inputs):
        return False
    for inferred in types:
        shape = None if inferred is None else inferred.known_shape
        if inferred is not None and shape is None and node.op_type not in ("NonZero", "Unique", "Compress"):
            return False
        if shape is not None and math.prod(shape) > MAX_DATA_ELEMENTS:
            return False
    return True
