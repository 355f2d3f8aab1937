"""Functional twin of the dual-side core: outer products of non-zeros, merged through ports that cannot take them all.

A tile of 32 x 32 sums (T = 32) stays in the core while K passes. For each k the core multiplies the bitmaps of a column
of 32 inputs and a row of 32 weights, which takes ``bitmap_cycles`` and gives the sums that products go to. Then its
8 x 16 lanes take 8 non-zero inputs and 16 non-zero weights a cycle, input by input group, and put their products into a
queue; the ports move up to ``merge_words`` products a cycle from the queue, those of the same cycle included, into the
sums. The next k begins when the queue is empty. With 20 inputs and 16 weights not zero and ports of 116 words:

    cycle      0         1          2          3
    lanes   bitmaps   8 x 16     8 x 16     4 x 16
    queued              128     12 + 128   24 + 64
    merged              116        116        88

A column or row that is empty takes its bitmap product and no more. The tile's sums leave behind its last k.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Matrix = NDArray[np.int64]

CYCLES, LANE_CYCLES, MACS = range(3)
"""Places in the counters that the kernel returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OuterProductRun:
    """What the core computed.

    Parameters
    ----------
    product : ndarray of int64, shape (M, N)
    cycles : int
    lane_cycles : int
        Those in which lanes multiply.
    num_macs : int
        Products of two non-zeros.
    """

    product: Matrix
    cycles: int
    lane_cycles: int
    num_macs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OuterProductCore:
    """Sizes of the core, as in the ``outer_product`` section of an accelerator."""

    tile: int = 32
    input_lanes: int = 8
    weight_lanes: int = 16
    merge_words: int = 116
    bitmap_cycles: int = 1


def multiply_on_outer_product_core(a: Matrix, b: Matrix, core: OuterProductCore) -> OuterProductRun:
    """Return the product of ``a`` (M, K) and ``b`` (K, N), int64 with at least one element each, as the core makes it.

    Raises
    ------
    ValueError
        For shapes that do not multiply.
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or 0 in (*a.shape, *b.shape):
        raise ValueError(f"cannot multiply a matrix of shape {a.shape} by one of shape {b.shape}")
    columns, rows = np.ascontiguousarray(a.T, dtype=np.int64), np.ascontiguousarray(b, dtype=np.int64)
    lanes = (core.input_lanes, core.weight_lanes)
    product, counts = run_tiles(columns, rows, core.tile, (*lanes, core.merge_words), core.bitmap_cycles)
    return OuterProductRun(
        product=product, cycles=int(counts[CYCLES]), lane_cycles=int(counts[LANE_CYCLES]), num_macs=int(counts[MACS])
    )


@njit(cache=True)
def run_tiles(
    a: Matrix, b: Matrix, tile: int, widths: tuple[int, int, int], bitmap_cycles: int
) -> tuple[Matrix, Matrix]:
    """Return the product (M, N) and the counters of ``a`` (K, M), transposed, times ``b`` (K, N), tile after tile.

    ``widths`` are input lanes, weight lanes, and words that the ports move a cycle.
    """
    product = np.zeros((a.shape[1], b.shape[1]), dtype=np.int64)
    counts = np.zeros(3, dtype=np.int64)
    column, row = np.zeros((2, tile), dtype=np.int64), np.zeros((2, tile), dtype=np.int64)
    queue = np.zeros((3, tile * tile), dtype=np.int64)
    for first_row in range(0, a.shape[1], tile):
        for first_col in range(0, b.shape[1], tile):
            sums = np.zeros((tile, tile), dtype=np.int64)
            for k in range(a.shape[0]):
                num_a = _condense(a[k, first_row : first_row + tile], column)
                num_b = _condense(b[k, first_col : first_col + tile], row)
                counts[CYCLES] += bitmap_cycles
                counts[MACS] += num_a * num_b
                if num_a and num_b:
                    _merge_products(column[:, :num_a], row[:, :num_b], widths, queue, sums, counts)
            for i in range(min(tile, a.shape[1] - first_row)):
                for j in range(min(tile, b.shape[1] - first_col)):
                    product[first_row + i, first_col + j] = sums[i, j]
    return product, counts


@njit(cache=True)
def _condense(values: Matrix, condensed: Matrix) -> int:
    """Write places and values of the non-zeros to ``condensed``, modified in place; returns how many there are."""
    found = 0
    for i in range(values.shape[0]):
        if values[i] != 0:
            condensed[0, found] = i
            condensed[1, found] = values[i]
            found += 1
    return found


@njit(cache=True)
def _merge_products(
    column: Matrix, row: Matrix, widths: tuple[int, int, int], queue: Matrix, sums: Matrix, counts: Matrix
) -> None:
    """Step lanes and ports until all products of one k are merged; the last three are modified in place.

    ``column`` and ``row`` are places and values; ``queue`` holds the row and column of a sum, and what it gets.
    """
    head = tail = first_i = first_j = 0
    num_i, num_j = column.shape[1], row.shape[1]
    while first_i < num_i or head < tail:
        if first_i < num_i:
            for i in range(first_i, min(first_i + widths[0], num_i)):
                for j in range(first_j, min(first_j + widths[1], num_j)):
                    queue[0, tail] = column[0, i]
                    queue[1, tail] = row[0, j]
                    queue[2, tail] = column[1, i] * row[1, j]
                    tail += 1
            counts[LANE_CYCLES] += 1
            first_j += widths[1]
            if first_j >= num_j:
                first_i, first_j = first_i + widths[0], 0
        merged = min(head + widths[2], tail)
        for word in range(head, merged):
            sums[queue[0, word], queue[1, word]] += queue[2, word]
        head = merged
        counts[CYCLES] += 1
