"""How output positions are cut into tiles, and which input elements each tile needs.

Positions (batch, then spatial axes, outermost first) are cut in one of two ways: runs of consecutive positions in
raster order, as SCALE-Sim folds them, or rectangles over the last two axes, which share fewer halo rows.

Worked example: 3 x 3 convolution, stride 1, pad 1, on 4 x 4. A run of 8 positions is two output rows; the first needs
input rows 0..2 (row -1 is padding), the second rows 1..3: 3 * 4 + 3 * 4 = 24 elements a channel, 16 of them distinct.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from simulator.arrays.protocol import Int64Array
from workloads.loop_nest import MatrixNest, SpatialAxis, VectorNest


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionTile:
    """Size of a tile of output positions: a run of ``num_positions``, or a rectangle ``block`` of rows x columns."""

    num_positions: int
    block: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"{self.block[0]}x{self.block[1]}" if self.block else str(self.num_positions)


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionSplit:
    """A nest's positions cut into tiles; all arrays have one entry a tile, in execution order.

    Parameters
    ----------
    positions : int64 array
        Output positions of the tile.
    input_elements : int64 array
        Input elements (a channel) that the tile needs, padding excluded, halo included.
    fresh_input_elements : int64 array
        Those of them that no earlier tile needed; their sum is what the whole nest needs.
    output_elements : int64 array
        Output elements (a filter) that the tile completes.
    """

    positions: Int64Array
    input_elements: Int64Array
    fresh_input_elements: Int64Array
    output_elements: Int64Array


def split_positions(nest: MatrixNest | VectorNest, tile: PositionTile) -> PositionSplit:
    """Return ``nest``'s positions cut by ``tile``."""
    total = nest.m if isinstance(nest, MatrixNest) else nest.num_positions
    if isinstance(nest, VectorNest) and not nest.axes:
        positions = _chunks(total, tile.num_positions)
        inputs = _proportional(nest.input_bits, positions)
        return PositionSplit(
            positions=positions,
            input_elements=inputs,
            fresh_input_elements=inputs,
            output_elements=_proportional(nest.output_bits, positions),
        )
    axes = _all_axes(nest)
    if tile.block is None:
        positions, inputs, fresh = _split_runs(axes, total, tile.num_positions)
    else:
        positions, inputs, fresh = _split_blocks(axes, tile.block)
    return PositionSplit(
        positions=positions,
        input_elements=inputs,
        fresh_input_elements=fresh,
        output_elements=_proportional(_outputs_per_filter(nest, total), positions),
    )


def touched_elements(nest: MatrixNest | VectorNest) -> int:
    """Return the distinct input elements (a channel) that the whole nest needs."""
    if isinstance(nest, VectorNest) and not nest.axes:
        return nest.input_bits
    return math.prod(int(_touched(axis, np.array(0), np.array(axis.num_positions - 1))) for axis in _all_axes(nest))


def _outputs_per_filter(nest: MatrixNest | VectorNest, total: int) -> int:
    if isinstance(nest, MatrixNest):
        return nest.num_output_elements // (nest.groups * nest.num_filters)
    return total


def _all_axes(nest: MatrixNest | VectorNest) -> tuple[SpatialAxis, ...]:
    """The batch is an axis like the others: each position needs one image."""
    batch = nest.batch if isinstance(nest, MatrixNest) else 1
    if isinstance(nest, MatrixNest) and nest.sequential:
        return (*nest.axes, SpatialAxis(num_positions=batch, input_size=batch))
    return (SpatialAxis(num_positions=batch, input_size=batch), *nest.axes)


def _chunks(total: int, size: int) -> Int64Array:
    ends = np.minimum(np.arange(size, total + size, size, dtype=np.int64), total)
    return np.asarray(np.diff(ends, prepend=0))


def _proportional(total: int, positions: Int64Array) -> Int64Array:
    """Whole numbers in proportion to ``positions`` that sum to ``total``."""
    ends = np.cumsum(positions)
    num_positions = int(ends[-1])
    quotient, remainder = divmod(total, num_positions)
    return np.asarray(np.diff(quotient * ends + remainder * ends // num_positions, prepend=0))


def _touched(axis: SpatialAxis, first: Int64Array, last: Int64Array) -> Int64Array:
    """Distinct input elements under the windows ``first`` to ``last`` (inclusive), padding excluded.

    Assumes the elements between the taps of a dilated window, and between windows that overlap, are fetched too.
    """
    reach = axis.dilation * (axis.kernel - 1) + 1
    if axis.stride < reach or axis.num_positions == 1:
        low = np.maximum(first * axis.stride - axis.pad_begin, 0)
        high = np.minimum(last * axis.stride - axis.pad_begin + reach, axis.input_size)
        return np.asarray(np.maximum(high - low, 0))
    starts = np.arange(axis.num_positions, dtype=np.int64) * axis.stride - axis.pad_begin
    lengths = np.clip(starts + reach, 0, axis.input_size) - np.clip(starts, 0, axis.input_size)
    ends = np.concatenate(([0], np.cumsum(lengths)))
    return np.asarray(ends[last + 1] - ends[first])


def _touched_by_runs(axes: tuple[SpatialAxis, ...], first: Int64Array, last: Int64Array) -> Int64Array:
    """Input elements under raster positions ``first`` to ``last``: whole extents inside the axis that moves."""
    result = np.ones_like(first)
    moved = np.zeros(first.shape, dtype=bool)
    stride = math.prod(axis.num_positions for axis in axes)
    for axis in axes:
        stride //= axis.num_positions
        begin = first // stride % axis.num_positions
        end = last // stride % axis.num_positions
        begin = np.where(moved, 0, begin)
        end = np.where(moved, axis.num_positions - 1, end)
        result = result * _touched(axis, begin, end)
        moved |= begin != end
    return result


def _split_runs(axes: tuple[SpatialAxis, ...], total: int, size: int) -> tuple[Int64Array, Int64Array, Int64Array]:
    positions = _chunks(total, size)
    ends = np.cumsum(positions)
    inputs = _touched_by_runs(axes, ends - positions, ends - 1)
    so_far = _touched_by_runs(axes, np.zeros_like(ends), ends - 1)
    return positions, inputs, np.diff(so_far, prepend=0)


def _split_blocks(axes: tuple[SpatialAxis, ...], block: tuple[int, int]) -> tuple[Int64Array, Int64Array, Int64Array]:
    """Rectangles over the last two axes, all outer positions one after another."""
    per_axis = []
    for axis, size in zip(axes[-2:], block, strict=True):
        lengths = _chunks(axis.num_positions, size)
        ends = np.cumsum(lengths)
        per_axis.append((lengths, _touched(axis, ends - lengths, ends - 1)))
    (rows, row_inputs), (cols, col_inputs) = per_axis
    outer = np.ones(1, dtype=np.int64)
    for axis in axes[:-2]:
        index = np.arange(axis.num_positions, dtype=np.int64)
        outer = np.multiply.outer(outer, _touched(axis, index, index)).ravel()
    positions = np.tile(np.multiply.outer(rows, cols).ravel(), outer.size)
    inputs = np.multiply.outer(outer, np.multiply.outer(row_inputs, col_inputs).ravel()).ravel()
    whole = math.prod(int(_touched(axis, np.array(0), np.array(axis.num_positions - 1))) for axis in axes)
    return positions, inputs, _proportional(whole, positions)
