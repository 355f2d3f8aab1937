"""Weights of ONNX Runtime's MatMulNBits: few bits an element, packed into bytes in blocks along the reduction."""

from __future__ import annotations

import numpy as np

from workloads.onnx_import.constant_graph import ConstantGraph
from workloads.onnx_import.contrib_shapes import DOMAIN as CONTRIB
from workloads.onnx_import.node import Node
from workloads.onnx_import.value import Array


def packed_operand(graph: ConstantGraph, name: str) -> Node | None:
    """Return the MatMulNBits that reads ``name`` as its packed weight; None when there is none."""
    readers = graph.readers(name)
    found = (node for node, index in readers if (node.domain, node.op_type, index) == (CONTRIB, "MatMulNBits", 1))
    return next(found, None)


def unpacked_weight(graph: ConstantGraph, node: Node, packed: Array) -> Array | None:
    """Return the weight of a MatMulNBits as float32 (N, K).

    Element (n, k) lies in block k // block_size of row n, low bits of a byte first, and stands for
    ``(integer - zero_point) * scale`` of its block; the zero point is half the range where none is given. None where
    scales are no constants, or columns are permuted (``g_idx``).

    Raises
    ------
    NetworkError
        When weight, scales or zero points are not as long as N, K and the block size say.

    Source: ONNX Runtime, docs/ContribOperators.md, com.microsoft.MatMulNBits.
    """
    n, k = node.integer("N", 0), node.integer("K", 0)
    bits, block_size = node.integer("bits", 4), node.integer("block_size", 32)
    num_blocks = -(-k // block_size)
    scales, zero_points = _input(graph, node, 2), _input(graph, node, 3)
    is_permuted = len(node.inputs) > 4 and bool(node.inputs[4])
    has_zero_points = len(node.inputs) > 3 and bool(node.inputs[3])
    if scales is None or is_permuted or (has_zero_points and zero_points is None):
        return None
    integers = _blocks(node, _unpack(packed, bits), (n, num_blocks, block_size), "weight")
    scale = _blocks(node, scales, (n, num_blocks), "scales")[:, :, np.newaxis]
    zero_point = _zero_points(node, zero_points, bits, (n, num_blocks))
    values = (integers.astype(np.float32) - zero_point) * scale.astype(np.float32)
    return np.ascontiguousarray(values.reshape(n, -1)[:, :k])


def _input(graph: ConstantGraph, node: Node, index: int) -> Array | None:
    return graph.evaluate(node.inputs[index]) if index < len(node.inputs) and node.inputs[index] else None


def _unpack(packed: Array, bits: int) -> Array:
    """Return the integers in the bytes of each row, low bits first, along the last axis."""
    shifts = np.arange(0, 8, bits, dtype=np.uint8)
    parts = (packed.astype(np.uint8)[..., np.newaxis] >> shifts) & np.uint8((1 << bits) - 1)
    return parts.reshape(*packed.shape[:-1], -1)


def _zero_points(node: Node, stored: Array | None, bits: int, shape: tuple[int, int]) -> Array:
    if stored is None:
        return np.full((*shape, 1), 1 << (bits - 1), dtype=np.float32)
    if stored.dtype != np.uint8:
        return _blocks(node, stored, shape, "zero points")[:, :, np.newaxis].astype(np.float32)
    rows = _blocks(node, stored, (shape[0], -(-shape[1] * bits // 8)), "zero points")
    return _unpack(rows, bits)[:, : shape[1], np.newaxis].astype(np.float32)


def _blocks(node: Node, array: Array, shape: tuple[int, ...], what: str) -> Array:
    try:
        return array.reshape(shape)
    except ValueError:
        raise node.error(
            f"its {what} hold {array.size} elements, expected {' x '.join(str(size) for size in shape)}"
        ) from None
