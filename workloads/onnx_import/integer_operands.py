"""What the integers of a quantised operator's operand stand for: (integer - zero point) * scale.

These operators take scale and zero point beside the integers; elsewhere a DequantizeLinear of the graph says them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workloads.onnx_import.constant_graph import ConstantGraph
from workloads.onnx_import.contrib_shapes import DOMAIN as CONTRIB
from workloads.onnx_import.node import Node
from workloads.onnx_import.value import Array, Shape


@dataclass(frozen=True, slots=True)
class _Places:
    """Inputs of the operator that hold scale and zero point; a scale of -1 is applied to the product instead."""

    scale: int
    zero_point: int


_PLACES: dict[tuple[str, str], dict[int, _Places]] = {
    ("", "QLinearConv"): {3: _Places(4, 5)},
    ("", "QLinearMatMul"): {0: _Places(1, 2), 3: _Places(4, 5)},
    ("", "ConvInteger"): {1: _Places(-1, 3)},
    ("", "MatMulInteger"): {0: _Places(-1, 2), 1: _Places(-1, 3)},
    (CONTRIB, "QGemm"): {0: _Places(1, 2), 3: _Places(4, 5)},
    (CONTRIB, "DynamicQuantizeMatMul"): {1: _Places(2, 3)},
    (CONTRIB, "MatMulIntegerToFloat"): {0: _Places(2, 4), 1: _Places(3, 5)},
    (CONTRIB, "DynamicQuantizeLSTM"): {1: _Places(8, 9), 2: _Places(10, 11)},
}
"""By (domain, type): the operands that may be weights.

Source: ONNX, docs/Operators.md; ONNX Runtime, docs/ContribOperators.md.
"""
_MAX_STEPS_TO_SCALE = 3
"""Cast, Add and Mul: what lies between an integer product and its rescaled result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The numbers that integers stand for.

    Parameters
    ----------
    scale, zero_point : array
        Of a shape that broadcasts to that of the integers.
    """

    scale: Array
    zero_point: Array

    def dequantise(self, integers: Array) -> Array:
        """Return the numbers that ``integers`` stand for, as float32."""
        shifted = integers.astype(np.int32) - self.zero_point.astype(np.int32)
        return shifted.astype(np.float32) * self.scale.astype(np.float32)

    def quantise(self, values: Array) -> Array:
        """Return the nearest integers to ``values``, as int64, not cut to any width."""
        return np.rint(values / self.scale.astype(np.float64)).astype(np.int64) + self.zero_point.astype(np.int64)


def integer_operand(graph: ConstantGraph, name: str) -> tuple[Node, int] | None:
    """Return the quantised operator that reads ``name`` as an operand, and the index of that input; None when none."""
    for node, index in graph.readers(name):
        if index in _PLACES.get((node.domain, node.op_type), {}):
            return node, index
    return None


def grid_of(graph: ConstantGraph, node: Node, index: int, shape: Shape) -> Grid | None:
    """Return what the integers of shape ``shape`` in input ``index`` of ``node`` stand for.

    A scale that is applied to the product of integers is looked for there; where it is none of the usual forms the
    numbers are steps of the grid (scale 1), which changes no zero. None when scale or zero point is no constant, or
    of no shape that fits.
    """
    places = _PLACES[node.domain, node.op_type][index]
    zero_point = _given(graph, node, places.zero_point)
    scale = _scale_after(graph, node) if places.scale < 0 else _given(graph, node, places.scale)
    if scale is None and places.scale < 0:
        scale = np.ones(())
    if zero_point is None and not _has_input(node, places.zero_point):
        zero_point = np.zeros(())
    if scale is None or zero_point is None:
        return None
    placed = tuple(_placed(node, index, item, shape) for item in (scale, zero_point))
    if placed[0] is None or placed[1] is None:
        return None
    return Grid(scale=placed[0], zero_point=placed[1])


def _has_input(node: Node, index: int) -> bool:
    return index < len(node.inputs) and bool(node.inputs[index])


def _given(graph: ConstantGraph, node: Node, index: int) -> Array | None:
    return graph.evaluate(node.inputs[index]) if _has_input(node, index) else None


def _scale_after(graph: ConstantGraph, node: Node) -> Array | None:
    """Return the constant factor of what multiplies the product: ``Mul(Cast(product), Mul(x_scale, w_scale))``.

    A bias may be added to the integers first.
    """
    name = node.outputs[0]
    for _ in range(_MAX_STEPS_TO_SCALE):
        readers = graph.readers(name)
        if len(readers) != 1:
            return None
        reader, index = readers[0]
        if reader.op_type == "Mul":
            return _constant_factor(graph, reader.inputs[1 - index])
        if reader.op_type not in ("Cast", "Add"):
            return None
        name = reader.outputs[0]
    return None


def _constant_factor(graph: ConstantGraph, name: str) -> Array | None:
    whole = graph.evaluate(name)
    maker = graph.maker(name)
    if whole is not None or maker is None or maker.op_type != "Mul":
        return whole
    factors = (graph.evaluate(item) for item in maker.inputs)
    return next((factor for factor in factors if factor is not None), None)


def _placed(node: Node, index: int, item: Array, shape: Shape) -> Array | None:
    """Return a scale or zero point in a shape that broadcasts to ``shape``; None when it is of another length."""
    if item.size == 1:
        return item.reshape(())
    target: Shape
    if node.op_type == "DynamicQuantizeLSTM":
        target = (shape[0], 1, 1) if item.ndim == 1 else (shape[0], 1, shape[2])
    elif node.op_type.endswith("MatMul") or node.op_type.startswith("MatMul"):
        target = item.shape if item.ndim > 1 else (-1, 1) if index == 0 else (-1,)
    else:
        axis = 0 if "Conv" in node.op_type or node.integer("transB", 0) else 1
        target = tuple(shape[axis] if place == axis else 1 for place in range(len(shape)))
    try:
        placed = item.reshape(target)
        return placed if np.broadcast_shapes(placed.shape, shape) == shape else None
    except ValueError:
        return None
