"""Shape inference of one node, from what is known of its inputs.

The graph is walked in execution order, so each node meets inputs whose shapes, and contents where they steer shapes,
are already known: one pass reaches the fixpoint of inference and folding.
"""

from __future__ import annotations

from typing import Any

import onnx
from onnx import checker, defs, helper, numpy_helper, shape_inference
from onnx.defs import SchemaError

from workloads.onnx_import.contrib_shapes import DOMAIN, STANDARD_FORMS, infer_contrib
from workloads.onnx_import.inferred_type import InferredType
from workloads.onnx_import.node import Node
from workloads.onnx_import.value import Value

Inputs = tuple[Value | None, ...]

_KEEP_SHAPE = ("GroupNormalization", "MeanVarianceNormalization")
"""Operators that onnx defines as functions of others and has no inference for; their result is like their input."""
_ERRORS = (shape_inference.InferenceError, checker.ValidationError, ValueError)


def infer_outputs(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...] | None:
    """Return what is known of each output; None for an operator without a rule.

    Raises
    ------
    NetworkError
        When the inputs do not fit the operator.
    """
    if node.domain == DOMAIN and node.op_type in STANDARD_FORMS:
        return _infer_standard_form(node, inputs)
    if node.domain == DOMAIN:
        return infer_contrib(node, inputs)
    schema = _schema(node)
    if schema is None:
        return None
    if not schema.has_type_and_shape_inference_function:
        return _like_first_input(inputs) if node.op_type in _KEEP_SHAPE else None
    return _infer(node, node.proto, schema, node.version, inputs)


def _schema(node: Node) -> Any:
    try:
        return defs.get_schema(node.op_type, node.version, node.domain)
    except SchemaError:
        return None


def _infer_standard_form(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...] | None:
    proto = onnx.NodeProto()
    proto.CopyFrom(node.proto)
    proto.domain, proto.op_type = "", STANDARD_FORMS[node.op_type]
    schema = defs.get_schema(proto.op_type, 21, "")
    num_inputs = min(len(inputs), schema.max_input)
    del proto.input[num_inputs:]
    kept = [attribute for attribute in proto.attribute if attribute.name in schema.attributes]
    del proto.attribute[:]
    proto.attribute.extend(kept)
    return _infer(node, proto, schema, 21, inputs[:num_inputs])


def _infer(node: Node, proto: Any, schema: Any, version: int, inputs: Inputs) -> tuple[InferredType | None, ...]:
    types, data = {}, {}
    for name, value in zip(proto.input, inputs, strict=True):
        if value is None:
            continue
        types[name] = helper.make_tensor_type_proto(value.element_type, value.shape)
        if value.data is not None:
            data[name] = numpy_helper.from_array(value.data, name)
    try:
        found = shape_inference.infer_node_outputs(
            schema, proto, types, data, opset_imports=[helper.make_opsetid(node.domain, version)]
        )
    except _ERRORS as error:
        raise node.error(f"its inputs do not fit: {_reason(error)} ({_shapes(inputs)})") from None
    return tuple(_read_type(found.get(name)) for name in proto.output)


def _like_first_input(inputs: Inputs) -> tuple[InferredType | None, ...]:
    first = inputs[0] if inputs else None
    return (None,) if first is None else (InferredType(element_type=first.element_type, shape=first.shape),)


def _read_type(found: Any) -> InferredType | None:
    if found is None or not found.HasField("tensor_type") or not found.tensor_type.elem_type:
        return None
    tensor = found.tensor_type
    if not tensor.HasField("shape"):
        return InferredType(element_type=int(tensor.elem_type), shape=None)
    sizes = tuple(int(dim.dim_value) if dim.HasField("dim_value") else None for dim in tensor.shape.dim)
    return InferredType(element_type=int(tensor.elem_type), shape=sizes)


def _reason(error: Exception) -> str:
    text = str(error).splitlines()[0]
    for prefix in ("[ShapeInferenceError]", "[TypeInferenceError]"):
        text = text.replace(prefix, "")
    return text.strip()


def _shapes(inputs: Inputs) -> str:
    return "inputs " + ", ".join(str(list(value.shape)) for value in inputs if value is not None)
