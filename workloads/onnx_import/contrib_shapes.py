"""Output types of ONNX Runtime's own operators (domain com.microsoft), which the onnx package does not know.

Source: docs/ContribOperators.md of microsoft/onnxruntime.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from workloads.onnx_import.element_types import FLOAT
from workloads.onnx_import.inferred_type import InferredType
from workloads.onnx_import.node import Node
from workloads.onnx_import.value import Shape, Value

DOMAIN = "com.microsoft"
Inputs = tuple[Value | None, ...]

STANDARD_FORMS = {
    "QuantizeLinear": "QuantizeLinear",
    "DequantizeLinear": "DequantizeLinear",
    "FusedConv": "Conv",
    "FusedGemm": "Gemm",
}
"""Operators that the standard set has too, under the name beside each, with the same shapes."""


def infer_contrib(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...] | None:
    """Return the types of the node's outputs, or None when this operator is not known here."""
    rule = _RULES.get(node.op_type)
    if rule is None:
        return None
    try:
        return rule(node, inputs)
    except (AttributeError, IndexError, ValueError):
        raise node.error("its inputs do not have the number or shapes that it needs") from None


def _known(value: Value | None) -> Value:
    if value is None:
        raise IndexError
    return value


def _typed(element_type: int, shape: Shape) -> tuple[InferredType, ...]:
    return (InferredType(element_type=element_type, shape=shape),)


def _same(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...]:
    x = _known(inputs[0])
    return _padded(node, _typed(x.element_type, x.shape))


def _padded(node: Node, types: tuple[InferredType, ...]) -> tuple[InferredType | None, ...]:
    return (*types, *(None for _ in node.outputs[len(types) :]))


def _broadcast(first: int, second: int) -> Callable[[Node, Inputs], tuple[InferredType | None, ...]]:
    def rule(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...]:
        a, b = _known(inputs[first]), _known(inputs[second])
        return _typed(a.element_type, np.broadcast_shapes(a.shape, b.shape))

    return rule


def _matmul_shape(a: Shape, b: Shape) -> Shape:
    if a[-1] != b[-2]:
        raise ValueError
    return (*np.broadcast_shapes(a[:-2], b[:-2]), a[-2], b[-1])


def _float_matmul(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...]:
    return _typed(FLOAT, _matmul_shape(_known(inputs[0]).shape, _known(inputs[1]).shape))


def _fused_matmul(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...]:
    a, b = _known(inputs[0]), _known(inputs[1])
    shape_a, shape_b = a.shape, b.shape
    if node.integer("transA", 0):
        shape_a = (*shape_a[:-2], shape_a[-1], shape_a[-2])
    if node.integer("transB", 0):
        shape_b = (*shape_b[:-2], shape_b[-1], shape_b[-2])
    return _typed(a.element_type, _matmul_shape(shape_a, shape_b))


def _blocked_matmul(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...]:
    a = _known(inputs[0])
    if a.shape[-1] != node.integer("K", 0):
        raise ValueError
    return _typed(a.element_type, (*a.shape[:-1], node.integer("N", 0)))


def _quantised_gemm(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...]:
    a, b = _known(inputs[0]), _known(inputs[3])
    m = a.shape[1 if node.integer("transA", 0) else 0]
    n = b.shape[0 if node.integer("transB", 0) else 1]
    is_quantised = len(inputs) > 8 and inputs[8] is not None
    return _typed(_known(inputs[8]).element_type if is_quantised else FLOAT, (m, n))


def _concat(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...]:
    parts = [_known(value) for value in inputs[2::3]]
    axis = node.integer("axis", 0) % parts[0].rank
    size = sum(part.shape[axis] for part in parts)
    return _typed(parts[0].element_type, (*parts[0].shape[:axis], size, *parts[0].shape[axis + 1 :]))


def _global_pool(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...]:
    x = _known(inputs[0])
    if node.integer("channels_last", 0):
        raise ValueError
    return _typed(x.element_type, (*x.shape[:2], *(1 for _ in x.shape[2:])))


def _lstm(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...]:
    x, r = _known(inputs[0]), _known(inputs[2])
    steps, batch, directions, hidden = x.shape[0], x.shape[1], r.shape[0], r.shape[1]
    state = InferredType(element_type=FLOAT, shape=(directions, batch, hidden))
    every = (InferredType(element_type=FLOAT, shape=(steps, directions, batch, hidden)), state, state)
    return every[: len(node.outputs)]


def _skip_normalisation(node: Node, inputs: Inputs) -> tuple[InferredType | None, ...]:
    x = _known(inputs[0])
    types: list[InferredType | None] = [None for _ in node.outputs]
    for index in (0, 3):  # the result; and the sum before normalising
        if index < len(types):
            types[index] = InferredType(element_type=x.element_type, shape=x.shape)
    return tuple(types)


_RULES: dict[str, Callable[[Node, Inputs], tuple[InferredType | None, ...]]] = {
    **dict.fromkeys(
        ("Gelu", "FastGelu", "QuickGelu", "BiasGelu", "QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax"), _same
    ),
    "QLinearAdd": _broadcast(0, 3),
    "QLinearMul": _broadcast(0, 3),
    "QLinearConcat": _concat,
    "QLinearGlobalAveragePool": _global_pool,
    "QGemm": _quantised_gemm,
    "DynamicQuantizeMatMul": _float_matmul,
    "MatMulIntegerToFloat": _float_matmul,
    "FusedMatMul": _fused_matmul,
    "MatMulNBits": _blocked_matmul,
    "DynamicQuantizeLSTM": _lstm,
    "SkipLayerNormalization": _skip_normalisation,
    "SkipSimplifiedLayerNormalization": _skip_normalisation,
}
