"""Which integer stands for zero in an activation of a quantised ONNX graph."""

from __future__ import annotations

from workloads.onnx_import.constant_graph import ConstantGraph
from workloads.onnx_import.contrib_shapes import DOMAIN as CONTRIB

_ZERO_POINT_INPUTS = {
    ("", "QuantizeLinear"): 2,
    (CONTRIB, "QuantizeLinear"): 2,
    ("", "QLinearConv"): 7,
    ("", "QLinearMatMul"): 7,
    (CONTRIB, "QGemm"): 8,
    (CONTRIB, "QLinearAdd"): 7,
    (CONTRIB, "QLinearMul"): 7,
    (CONTRIB, "QLinearConcat"): 1,
    (CONTRIB, "QLinearSigmoid"): 4,
    (CONTRIB, "QLinearLeakyRelu"): 4,
    (CONTRIB, "QLinearSoftmax"): 4,
    (CONTRIB, "QLinearGlobalAveragePool"): 4,
}
"""Source: ONNX, docs/Operators.md; ONNX Runtime, docs/ContribOperators.md."""
_SAME_INTEGERS = (
    "Concat",
    "Expand",
    "Flatten",
    "Gather",
    "Identity",
    "MaxPool",
    "Pad",
    "Reshape",
    "Slice",
    "Split",
    "Squeeze",
    "Tile",
    "Transpose",
    "Unsqueeze",
)
"""Operators that hand integers on as they are."""


def zero_point_name(graph: ConstantGraph, name: str) -> str | None:
    """Return the value of the graph that is the zero point of the integers ``name``; None where zero is 0."""
    node = graph.maker(name)
    while node is not None and node.op_type in _SAME_INTEGERS and not node.domain:
        name = node.inputs[0]
        node = graph.maker(name)
    if node is None:
        return None
    if node.op_type == "DynamicQuantizeLinear":
        return node.outputs[2] or None
    index = _ZERO_POINT_INPUTS.get((node.domain, node.op_type), len(node.inputs))
    return (node.inputs[index] or None) if index < len(node.inputs) else None
