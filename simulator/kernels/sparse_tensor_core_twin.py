"""Functional twin of the sparse tensor core: dot-product units that select inputs by the coordinates of kept weights.

A unit has G multipliers. A step gives each of them one kept weight of a filter, its coordinate in its group of M
inputs, and that group of one output position; the multiplier selects an input, and the unit adds its G products to
the position's sum. A filter of K weights is ceil(K / M) groups of N slots, a slot that has no weight holds zero, and
slots fill up the last step: ceil(groups * N / G) steps. Steps are dealt to the units in order, one each a cycle; the
next position, then the next filter, follows in the same cycle. With 2 units, G = 2, 2:4, K = 8 (2 groups, 2 steps), one
position and three filters, 6 steps take 3 cycles:

    cycle        0           1           2
    unit 0    f0 step 0   f1 step 0   f2 step 0
    unit 1    f0 step 1   f1 step 1   f2 step 1
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Matrix = NDArray[np.int64]

CYCLES, SLOTS, MACS = range(3)
"""Places in the counters that the kernel returns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SparseTensorCoreRun:
    """What the core computed.

    Parameters
    ----------
    product : ndarray of int64, shape (M, N)
    cycles : int
    num_slots : int
        Multiplications of slots, those that hold no weight included.
    num_macs : int
        Multiplications by weights that are not zero.
    """

    product: Matrix
    cycles: int
    num_slots: int
    num_macs: int


def multiply_on_tensor_core(
    a: Matrix, b: Matrix, *, pattern: tuple[int, int], num_units: int, unit_size: int
) -> SparseTensorCoreRun:
    """Return the product of ``a`` (M, K) and N:M sparse ``b`` (K, N) as the core makes it.

    Parameters
    ----------
    a, b : ndarray of int64
        Both with at least one element; groups of ``b`` run along K, the last one may be short.
    pattern : (int, int)
        (N, M): slots a group, and rows of ``b`` a group. (1, 1) is dense.
    num_units, unit_size : int
        Dot-product units, and G, the multipliers of each.

    Raises
    ------
    ValueError
        For shapes that do not multiply, or a group of ``b`` with more non-zeros than slots.
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or 0 in (*a.shape, *b.shape):
        raise ValueError(f"cannot multiply a matrix of shape {a.shape} by one of shape {b.shape}")
    a, filters = np.ascontiguousarray(a, dtype=np.int64), np.ascontiguousarray(b.T, dtype=np.int64)
    values, inputs, fullest = compress(filters, *pattern, unit_size)
    if fullest > pattern[0]:
        raise ValueError(f"expected {pattern[0]} non-zeros at most in {pattern[1]} weights, found {fullest}")
    product, counts = run_steps(a, values, inputs, num_units, unit_size)
    return SparseTensorCoreRun(
        product=product, cycles=int(counts[CYCLES]), num_slots=int(counts[SLOTS]), num_macs=int(counts[MACS])
    )


@njit(cache=True)
def compress(filters: Matrix, kept: int, group: int, unit_size: int) -> tuple[Matrix, Matrix, int]:
    """Return slot values and the inputs they select, each (filters, steps * G), and the most non-zeros of a group.

    Where a group has more than ``kept`` non-zeros, those that find no slot are left out.
    """
    num_groups = (filters.shape[1] + group - 1) // group
    num_steps = (num_groups * kept + unit_size - 1) // unit_size
    values = np.zeros((filters.shape[0], num_steps * unit_size), dtype=np.int64)
    inputs = np.zeros((filters.shape[0], num_steps * unit_size), dtype=np.int64)
    fullest = 0
    for row in range(filters.shape[0]):
        for first in range(0, filters.shape[1], group):
            slot = first // group * kept
            found = 0
            for k in range(first, min(first + group, filters.shape[1])):
                if filters[row, k] != 0:
                    if found < kept:
                        values[row, slot + found] = filters[row, k]
                        inputs[row, slot + found] = k
                    found += 1
            fullest = max(fullest, found)
    return values, inputs, fullest


@njit(cache=True)
def run_steps(a: Matrix, values: Matrix, inputs: Matrix, num_units: int, unit_size: int) -> tuple[Matrix, Matrix]:
    """Return the product (M, N) and the counters, all units stepped each cycle until no step is left."""
    num_positions, num_filters = a.shape[0], values.shape[0]
    num_steps = values.shape[1] // unit_size
    product = np.zeros((num_positions, num_filters), dtype=np.int64)
    counts = np.zeros(3, dtype=np.int64)
    row = col = step = 0
    while col < num_filters:
        for _ in range(num_units):
            if col == num_filters:
                break
            total = 0
            for slot in range(step * unit_size, (step + 1) * unit_size):
                total += values[col, slot] * a[row, inputs[col, slot]]
                counts[MACS] += values[col, slot] != 0
            product[row, col] += total
            counts[SLOTS] += unit_size
            step += 1
            if step == num_steps:
                step, row = 0, row + 1
            if row == num_positions:
                row, col = 0, col + 1
        counts[CYCLES] += 1
    return product, counts
