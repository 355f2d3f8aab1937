"""Weights that a file stores as integers and scales before use: where the integers enter, and what they stand for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx

from workloads.formats import ElementFormat, NumberKind
from workloads.onnx_import.constant_graph import ConstantGraph
from workloads.onnx_import.element_types import element_format
from workloads.onnx_import.integer_operands import Grid, grid_of, integer_operand
from workloads.onnx_import.node import Node
from workloads.onnx_import.value import Array


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredGrid:
    """Integers of a file and the numbers that they stand for.

    Parameters
    ----------
    integers : array
        As the file stores them.
    grid : Grid
    reader : Node or None
        The node of the graph that reads the integers and nothing else does it for; None where a quantised operator
        reads them itself, so that they are the weight.
    """

    integers: Array
    grid: Grid
    reader: Node | None

    def quantise(self, values: Array) -> Array | None:
        """Return ``values`` as integers of the stored type; None when they are no numbers of the grid."""
        wanted = self.grid.quantise(values)
        stored = _format(self.integers)
        low, high = (
            (-(1 << stored.bits - 1), (1 << stored.bits - 1) - 1) if stored.signed else (0, (1 << stored.bits) - 1)
        )
        if np.any(wanted < low) or np.any(wanted > high):
            return None
        if not np.allclose(self.grid.dequantise(wanted), values, rtol=1e-5, atol=0.0):
            return None
        return wanted.astype(self.integers.dtype)


def stored_grid(graph: ConstantGraph, name: str) -> StoredGrid | None:
    """Return the grid of the weight ``name``; None when the file has no integers for it, or not in a usual form.

    The usual forms: a quantised operator's operand; ``DequantizeLinear(integers)`` with one scale, or one a filter;
    ``Mul(Cast(integers), scale)``.
    """
    operand = integer_operand(graph, name)
    node = graph.maker(name)
    if operand is not None:
        integers = graph.evaluate(name)
        grid = None if integers is None else grid_of(graph, *operand, integers.shape)
        return None if integers is None or grid is None else StoredGrid(integers=integers, grid=grid, reader=None)
    if node is not None and node.op_type == "DequantizeLinear":
        return _of_dequantiser(graph, node)
    if node is not None and node.op_type == "Mul":
        return _of_scaled_cast(graph, node)
    return None


def _of_dequantiser(graph: ConstantGraph, node: Node) -> StoredGrid | None:
    integers, scale = (graph.evaluate(name) for name in node.inputs[:2])
    has_zero_point = len(node.inputs) > 2 and bool(node.inputs[2])
    zero_point = graph.evaluate(node.inputs[2]) if has_zero_point else np.zeros(())
    if integers is None or scale is None or zero_point is None or scale.ndim > 1 or not holds_integers(integers):
        return None
    axis = node.integer("axis", 1)
    target = tuple(-1 if place == axis % integers.ndim else 1 for place in range(integers.ndim))
    scale, zero_point = (item.reshape(() if item.size == 1 else target) for item in (scale, zero_point))
    return StoredGrid(integers=integers, grid=Grid(scale=scale, zero_point=zero_point), reader=node)


def _of_scaled_cast(graph: ConstantGraph, node: Node) -> StoredGrid | None:
    makers = [graph.maker(name) for name in node.inputs]
    cast = next((maker for maker in makers if maker is not None and maker.op_type == "Cast"), None)
    if cast is None or len(graph.readers(cast.outputs[0])) != 1:
        return None
    integers = graph.evaluate(cast.inputs[0])
    scale = graph.evaluate(next(name for name in node.inputs if name != cast.outputs[0]))
    if integers is None or scale is None or not holds_integers(integers):
        return None
    return StoredGrid(integers=integers, grid=Grid(scale=scale, zero_point=np.zeros(())), reader=cast)


def holds_integers(array: Array) -> bool:
    """Return whether the elements of ``array`` are integers of any width, 4 bits included."""
    return array.dtype != np.bool_ and _format(array).kind is NumberKind.INTEGER


def _format(array: Array) -> ElementFormat:
    """Return the element format of ``array``; numpy itself does not know that 4-bit types are integers."""
    return element_format(int(onnx.helper.np_dtype_to_tensor_dtype(array.dtype)), "integers")
