"""Output positions cut into tiles: which input elements each tile needs, for many tile sizes in one call.

An axis is a row of six numbers: positions, input size, kernel, stride, dilation, pad before (simulator.position_tiles
explains them). All callees of the cached functions are in this file on purpose.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

POSITIONS, INPUT_SIZE, KERNEL, STRIDE, DILATION, PAD = 0, 1, 2, 3, 4, 5
NUM_AXIS_FIELDS = 6


class Splits(NamedTuple):
    """All candidates' tiles, one candidate after another.

    Candidate c owns entries ``begin[c]`` to ``begin[c + 1]`` of ``positions``, ``inputs``, ``fresh``, ``outputs``; and
    entries ``stand_in_begin[c]`` to ``stand_in_begin[c + 1]`` of ``stand_in`` (a tile's number in its candidate) and
    ``stand_in_weight``.
    """

    begin: Int64Array
    positions: Int64Array
    inputs: Int64Array
    fresh: Int64Array
    outputs: Int64Array
    stand_in_begin: Int64Array
    stand_in: Int64Array
    stand_in_weight: Int64Array


@njit(cache=True)
def _prefix_sums(axes: Int64Array) -> Int64Array:
    """Input elements under the windows before each one, were they disjoint; a row an axis."""
    longest = 1
    for a in range(axes.shape[0]):
        longest = max(longest, axes[a, POSITIONS])
    prefix = np.zeros((axes.shape[0], longest + 1), dtype=np.int64)
    for a in range(axes.shape[0]):
        reach = axes[a, DILATION] * (axes[a, KERNEL] - 1) + 1
        if axes[a, STRIDE] < reach:
            continue
        for p in range(axes[a, POSITIONS]):
            low = p * axes[a, STRIDE] - axes[a, PAD]
            covered = min(low + reach, axes[a, INPUT_SIZE]) - max(low, 0)
            prefix[a, p + 1] = prefix[a, p] + max(covered, 0)
    return prefix


@njit(cache=True)
def _touched(axes: Int64Array, prefix: Int64Array, a: int, first: int, last: int) -> int:
    reach = axes[a, DILATION] * (axes[a, KERNEL] - 1) + 1
    if axes[a, STRIDE] >= reach:
        return prefix[a, last + 1] - prefix[a, first]
    low = max(first * axes[a, STRIDE] - axes[a, PAD], 0)
    high = min(last * axes[a, STRIDE] - axes[a, PAD] + reach, axes[a, INPUT_SIZE])
    return max(high - low, 0)


@njit(cache=True)
def _touched_by_run(axes: Int64Array, prefix: Int64Array, total: int, first: int, last: int) -> int:
    """Input elements under raster positions ``first`` to ``last``: whole extents inside the axis that moves."""
    result = 1
    moved = False
    stride = total
    for a in range(axes.shape[0]):
        size = axes[a, POSITIONS]
        stride //= size
        begin = 0 if moved else first // stride % size
        end = size - 1 if moved else last // stride % size
        result *= _touched(axes, prefix, a, begin, end)
        moved = moved or begin != end
    return result


@njit(cache=True)
def _newly_touched(axes: Int64Array, prefix: Int64Array, a: int, first: int, last: int) -> int:
    """Input elements of one axis that windows ``first`` to ``last`` touch and no earlier one does."""
    before = _touched(axes, prefix, a, 0, first - 1) if first > 0 else 0
    return _touched(axes, prefix, a, 0, last) - before


@njit(cache=True)
def _touched_upto(axes: Int64Array, prefix: Int64Array, total: int, end: int) -> int:
    """Distinct input elements under the first ``end`` raster positions.

    Along each axis: the positions that are complete, with all inside them; then what the next one adds.
    """
    result, added, stride, rest = 0, 1, total, end
    for a in range(axes.shape[0]):
        stride //= axes[a, POSITIONS]
        complete = rest // stride
        rest %= stride
        inner = 1
        for b in range(a + 1, axes.shape[0]):
            inner *= _touched(axes, prefix, b, 0, axes[b, POSITIONS] - 1)
        if complete > 0:
            result += added * inner * _touched(axes, prefix, a, 0, complete - 1)
        if rest == 0:
            break
        added *= _newly_touched(axes, prefix, a, complete, complete)
    return result


@njit(cache=True)
def _share(total: int, part: int, whole: int) -> int:
    """``total * part / whole`` rounded down, whole at the end; in floating point where products leave int64."""
    if part == whole:
        return total
    quotient, remainder = total // whole, total % whole
    if whole < 2**31:
        return quotient * part + remainder * part // whole
    return quotient * part + int(remainder / whole * part)


@njit(cache=True)
def _num_blocks(axes: Int64Array, rows: int, cols: int) -> int:
    count = 1
    last = axes.shape[0] - 1
    for a in range(axes.shape[0]):
        side = rows if a == last - 1 else (cols if a == last else 1)
        count *= (axes[a, POSITIONS] + side - 1) // side
    return count


@njit(cache=True)
def _fill_blocks(
    axes: Int64Array,
    prefix: Int64Array,
    rows: int,
    cols: int,
    positions: Int64Array,
    inputs: Int64Array,
    fresh: Int64Array,
) -> None:
    """Rectangles over the last two axes, all outer positions one after another.

    An element is fresh in the first rectangle that touches it: the first along every axis.
    """
    row_axis, col_axis = axes.shape[0] - 2, axes.shape[0] - 1
    num_outer = 1
    for a in range(row_axis):
        num_outer *= axes[a, POSITIONS]
    index = 0
    for outer in range(num_outer):
        base, fresh_base = 1, 1
        rest = outer
        for a in range(row_axis - 1, -1, -1):
            at = rest % axes[a, POSITIONS]
            rest //= axes[a, POSITIONS]
            base *= _touched(axes, prefix, a, at, at)
            fresh_base *= _newly_touched(axes, prefix, a, at, at)
        for row in range(0, axes[row_axis, POSITIONS], rows):
            last_row = min(row + rows, axes[row_axis, POSITIONS]) - 1
            high = base * _touched(axes, prefix, row_axis, row, last_row)
            fresh_high = fresh_base * _newly_touched(axes, prefix, row_axis, row, last_row)
            for col in range(0, axes[col_axis, POSITIONS], cols):
                last_col = min(col + cols, axes[col_axis, POSITIONS]) - 1
                positions[index] = (last_row - row + 1) * (last_col - col + 1)
                inputs[index] = high * _touched(axes, prefix, col_axis, col, last_col)
                fresh[index] = fresh_high * _newly_touched(axes, prefix, col_axis, col, last_col)
                index += 1


@njit(cache=True)
def _fill_stand_ins(splits: Splits, begin: int, end: int, kinds: Int64Array, used: int) -> int:
    """Append the tiles of one candidate that stand for all; return how many entries are used now.

    Two tiles behave alike when they, the tile before and the tile after are of the same kind: same positions, inputs,
    fresh inputs and outputs. The ends have no neighbour on one side, and stand for themselves.
    """
    num_kinds = 0
    for tile in range(begin, end):
        kind = 0
        while kind < num_kinds:
            other = begin + kinds[0, kind]
            if (
                splits.positions[tile] == splits.positions[other]
                and splits.inputs[tile] == splits.inputs[other]
                and splits.fresh[tile] == splits.fresh[other]
                and splits.outputs[tile] == splits.outputs[other]
            ):
                break
            kind += 1
        if kind == num_kinds:
            kinds[0, num_kinds] = tile - begin
            num_kinds += 1
        kinds[1, tile - begin] = kind
    first = used
    for tile in range(end - begin):
        is_end = tile == 0 or tile == end - begin - 1
        slot = first
        while slot < used and not is_end:
            other = splits.stand_in[slot]
            if (
                other > 0
                and other < end - begin - 1
                and kinds[1, other] == kinds[1, tile]
                and kinds[1, other - 1] == kinds[1, tile - 1]
                and kinds[1, other + 1] == kinds[1, tile + 1]
            ):
                splits.stand_in_weight[slot] += 1
                break
            slot += 1
        if slot == used or is_end:
            splits.stand_in[used] = tile
            splits.stand_in_weight[used] = 1
            used += 1
    return used


@njit(cache=True)
def split_positions(
    axes: Int64Array, total: int, stream_elements: int, num_outputs: int, candidates: Int64Array
) -> Splits:
    """Cut ``total`` positions by each of ``candidates``.

    Parameters
    ----------
    axes : int64 array, shape (axes, 6)
        Outermost first; without rows, inputs are ``stream_elements`` in proportion to positions.
    total : int
    stream_elements : int
    num_outputs : int
        Output elements, in proportion to positions.
    candidates : int64 array, shape (candidates, 3)
        Positions of a run; or rows and columns of a rectangle, where rows are not 0.
    """
    prefix = _prefix_sums(axes)
    begin = np.zeros(candidates.shape[0] + 1, dtype=np.int64)
    longest = 0
    for c in range(candidates.shape[0]):
        size, rows, cols = candidates[c]
        count = _num_blocks(axes, rows, cols) if rows else (total + size - 1) // size
        begin[c + 1] = begin[c] + count
        longest = max(longest, count)
    num_tiles = begin[-1]
    splits = Splits(
        begin,
        np.zeros(num_tiles, dtype=np.int64),
        np.zeros(num_tiles, dtype=np.int64),
        np.zeros(num_tiles, dtype=np.int64),
        np.zeros(num_tiles, dtype=np.int64),
        np.zeros(candidates.shape[0] + 1, dtype=np.int64),
        np.zeros(num_tiles, dtype=np.int64),
        np.zeros(num_tiles, dtype=np.int64),
    )
    kinds = np.zeros((2, longest), dtype=np.int64)
    used = 0
    for c in range(candidates.shape[0]):
        size, rows, cols = candidates[c]
        first, last = begin[c], begin[c + 1]
        if rows:
            _fill_blocks(
                axes,
                prefix,
                rows,
                cols,
                splits.positions[first:last],
                splits.inputs[first:last],
                splits.fresh[first:last],
            )
        done, seen, fetched = 0, 0, 0
        for tile in range(first, last):
            if rows == 0:
                splits.positions[tile] = min(size, total - done)
            end = done + splits.positions[tile]
            if axes.shape[0] == 0:
                upto = _share(stream_elements, end, total)
                splits.inputs[tile] = upto - seen
                splits.fresh[tile] = upto - seen
                seen = upto
            elif rows == 0:
                upto = _touched_upto(axes, prefix, total, end)
                splits.inputs[tile] = _touched_by_run(axes, prefix, total, done, end - 1)
                splits.fresh[tile] = upto - seen
                seen = upto
            outputs = _share(num_outputs, end, total)
            splits.outputs[tile] = outputs - fetched
            fetched = outputs
            done = end
        used = _fill_stand_ins(splits, first, last, kinds, used)
        splits.stand_in_begin[c + 1] = used
    return Splits(
        begin,
        splits.positions,
        splits.inputs,
        splits.fresh,
        splits.outputs,
        splits.stand_in_begin,
        splits.stand_in[:used].copy(),
        splits.stand_in_weight[:used].copy(),
    )
