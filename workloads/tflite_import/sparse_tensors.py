"""Sparse tensors of TensorFlow Lite made dense.

A tensor is a tree with a level an axis, outermost first; a dense level has all its positions, a compressed one lists
those that hold anything. The leaves, in order, are the stored values. An axis that is cut into blocks has two levels:
one that counts blocks, and one inside the block.

Worked example, 2 x 4, axis 0 dense, axis 1 compressed with segments 0, 1, 3 and indices 2, 0, 3: row 0 holds
position 2, row 1 holds positions 0 and 3. Values 5, 6, 7 make [[0, 0, 5, 0], [6, 0, 0, 7]].

Source: comments of SparsityParameters in tensorflow/lite/schema/schema.fbs.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.errors import NetworkError
from workloads.tflite_import.records import DimensionRecord, Shape, SparsityRecord

MAX_DENSE_ELEMENTS = 2**31
"""A sparse tensor that would be larger once dense is refused: a small file may claim any size."""


def densify(values: NDArray[Any], sparsity: SparsityRecord, shape: Shape, tensor: str) -> NDArray[Any]:
    """Return the dense tensor of ``shape`` that holds ``values`` where ``sparsity`` says, and zero elsewhere.

    Parameters
    ----------
    values : array
        The stored values in their order, one-dimensional.
    sparsity : SparsityRecord
    shape : tuple of int
    tensor : str
        For messages.

    Raises
    ------
    NetworkError
        When levels, indices or the number of values do not fit ``shape``.
    """
    if math.prod(shape) > MAX_DENSE_ELEMENTS:
        raise NetworkError(
            f"tensor {tensor!r}: shape {list(shape)} is larger than the {MAX_DENSE_ELEMENTS} elements of a sparse "
            "tensor that are made dense"
        )
    sizes = level_sizes(sparsity, shape, tensor)
    strides = _level_strides(sparsity, sizes, shape)
    places = np.zeros(1, dtype=np.int64)
    nodes = 1
    for number, (level, size, stride) in enumerate(zip(sparsity.dimensions, sizes, strides, strict=True)):
        parents, indices = _children(level, size, nodes, f"tensor {tensor!r}: level {number} of its sparsity")
        places = places[parents] + indices * stride
        nodes = places.size
    if nodes != values.size:
        raise NetworkError(f"tensor {tensor!r}: its sparsity has room for {nodes} values, found {values.size}")
    dense = np.zeros(math.prod(shape), dtype=values.dtype)
    dense[places] = values
    return dense.reshape(shape)


def level_sizes(sparsity: SparsityRecord, shape: Shape, tensor: str) -> tuple[int, ...]:
    """Return the number of positions of each level.

    Raises
    ------
    NetworkError
        When the levels are not one an axis and one a block, or blocks do not divide their axis.
    """
    rank, order = len(shape), sparsity.traversal_order
    if sorted(order) != list(range(rank + len(sparsity.block_map))):
        raise NetworkError(
            f"tensor {tensor!r}: the order of its sparsity is {list(order)}, expected each of {rank} axes and "
            f"{len(sparsity.block_map)} blocks once"
        )
    blocks = _block_sizes(sparsity, shape, tensor)
    found = []
    for level, place in zip(sparsity.dimensions, order, strict=True):
        size = shape[place] // blocks[place] if place < rank else blocks[sparsity.block_map[place - rank]]
        if level.segments is None and level.size != size:
            raise NetworkError(
                f"tensor {tensor!r}: a dense level of its sparsity has {level.size} positions, expected {size}"
            )
        found.append(size)
    return tuple(found)


def _block_sizes(sparsity: SparsityRecord, shape: Shape, tensor: str) -> list[int]:
    """Return the block's size along each axis; 1 where there is no block."""
    rank = len(shape)
    blocks = [1] * rank
    if len(set(sparsity.block_map)) != len(sparsity.block_map) or not set(sparsity.block_map) <= set(range(rank)):
        raise NetworkError(
            f"tensor {tensor!r}: its blocks are along axes {list(sparsity.block_map)}, expected different axes of "
            f"{list(shape)}"
        )
    for level, place in zip(sparsity.dimensions, sparsity.traversal_order, strict=True):
        if place < rank:
            continue
        axis = sparsity.block_map[place - rank]
        if level.segments is not None or level.size < 1 or shape[axis] % level.size:
            raise NetworkError(
                f"tensor {tensor!r}: a block of {level.size} along axis {axis} does not divide its size {shape[axis]}"
            )
        blocks[axis] = level.size
    return blocks


def _level_strides(sparsity: SparsityRecord, sizes: Shape, shape: Shape) -> list[int]:
    """Return how far apart in the flat tensor neighbours of each level are."""
    rank = len(shape)
    strides = [math.prod(shape[axis + 1 :]) for axis in range(rank)]
    size_at = dict(zip(sparsity.traversal_order, sizes, strict=True))
    block = {axis: size_at[rank + number] for number, axis in enumerate(sparsity.block_map)}
    return [
        strides[place] * block.get(place, 1) if place < rank else strides[sparsity.block_map[place - rank]]
        for place in sparsity.traversal_order
    ]


def _children(
    level: DimensionRecord, size: int, num_parents: int, where: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return, for each child of a level, the number of its parent and its own position."""
    if level.segments is None or level.indices is None:
        if num_parents * size > MAX_DENSE_ELEMENTS:
            raise NetworkError(f"{where} has more than {MAX_DENSE_ELEMENTS} positions")
        return np.repeat(np.arange(num_parents), size), np.tile(np.arange(size), num_parents)
    segments, indices = level.segments, level.indices
    counts = np.diff(segments)
    if segments.size != num_parents + 1 or segments[0] != 0 or counts.min(initial=0) < 0:
        raise NetworkError(f"{where} has {segments.size} segment bounds, expected {num_parents + 1} that grow from 0")
    if segments[-1] != indices.size:
        raise NetworkError(f"{where} has {indices.size} indices, expected {segments[-1]}")
    if indices.size and not 0 <= indices.min() <= indices.max() < size:
        raise NetworkError(f"{where} has indices {indices.min()} to {indices.max()}, expected 0 to {size - 1}")
    parents = np.repeat(np.arange(num_parents), counts)
    if np.any((np.diff(indices) <= 0) & (np.diff(parents) == 0)):
        raise NetworkError(f"{where} has indices that do not grow inside a segment")
    return parents, indices
