"""Functional twin of Eyeriss v2's PEs: real values and their compressed columns, stepped one cycle at a time.

Row i of the array takes ceil(M / R) neighbouring positions of A, column j ceil(N / C) neighbouring filters of B. Each
PE holds both compressed by reduction index k: values that are not zero, each with its position or filter, and where
each k begins. In a cycle a PE takes one input and up to ``lanes`` weights of the same k, and adds their products to as
many sums. Beside it, its pointers move on: to the next weights of that k, or the next input and the first weights
again, or the next k at which it has both. That search takes no cycle of its own: in hardware, addresses are read ahead.

    k                0          1        2          one PE, one lane: 2 positions, 2 filters
    inputs       a0, a1         a0       -
    weights          w0      w0, w1     w1
    cycles            2          2       0          a0 w0, a1 w0, a0 w0, a0 w1

All R x C PEs are stepped until the last has finished; those that have wait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Matrix = NDArray[np.int64]

K_INDEX, INPUT_AT, WEIGHT_AT = range(3)
"""Places in a PE's state: reduction index, and the places of its next input and weight in the compressed columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EyerissV2Result:
    """What the array computed and how long it took.

    Parameters
    ----------
    product : ndarray of int64, shape (M, N)
    cycles : int
        Until the last PE finished.
    num_macs : int
        Products of two non-zeros.
    busy_pe_cycles : int
        Cycles in which PEs multiplied, all PEs together.
    """

    product: Matrix
    cycles: int
    num_macs: int
    busy_pe_cycles: int


def multiply_on_pes(a: Matrix, b: Matrix, *, rows: int, cols: int, macs_per_pe: int = 1) -> EyerissV2Result:
    """Return the product of ``a`` (M, K) and ``b`` (K, N) as the PEs make it, non-zero by non-zero.

    Parameters
    ----------
    a, b : ndarray of int64
        Both with at least one element.
    rows, cols : int
        Size of the array.
    macs_per_pe : int
        Weights that a PE multiplies an input by in one cycle.

    Raises
    ------
    ValueError
        For shapes that do not multiply.
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or 0 in (*a.shape, *b.shape):
        raise ValueError(f"cannot multiply a matrix of shape {a.shape} by one of shape {b.shape}")
    inputs = np.ascontiguousarray(a.T, dtype=np.int64)
    product, counts = run_pes(inputs, np.ascontiguousarray(b, dtype=np.int64), (rows, cols), macs_per_pe)
    return EyerissV2Result(
        product=product, cycles=int(counts[0]), num_macs=int(counts[1]), busy_pe_cycles=int(counts[2])
    )


@njit(cache=True)
def _compress(dense: Matrix, num_parts: int) -> tuple[Matrix, Matrix, Matrix]:
    """Return values, their columns, and where each (part, k) begins, of ``dense`` (K, width) dealt to ``num_parts``.

    Begins have shape (num_parts, K + 1): entry K is where the part ends.
    """
    length, width = dense.shape
    share = -(-width // num_parts)
    values, places = np.empty(dense.size, dtype=np.int64), np.empty(dense.size, dtype=np.int64)
    begins = np.zeros((num_parts, length + 1), dtype=np.int64)
    count = 0
    for part in range(num_parts):
        for k in range(length):
            begins[part, k] = count
            for place in range(part * share, min((part + 1) * share, width)):
                if dense[k, place] != 0:
                    values[count] = dense[k, place]
                    places[count] = place
                    count += 1
        begins[part, length] = count
    return values, places, begins


@njit(cache=True)
def _next_pair(state: Matrix, input_begins: Matrix, weight_begins: Matrix) -> None:
    """Move ``state`` to the first k, from its own on, at which both operands have a non-zero; modified in place."""
    k = state[K_INDEX]
    last = input_begins.size - 1
    while k < last and (input_begins[k] == input_begins[k + 1] or weight_begins[k] == weight_begins[k + 1]):
        k += 1
    state[K_INDEX] = k
    if k < last:
        state[INPUT_AT] = input_begins[k]
        state[WEIGHT_AT] = weight_begins[k]


@njit(cache=True)
def run_pes(inputs: Matrix, weights: Matrix, size: tuple[int, int], lanes: int) -> tuple[Matrix, Matrix]:
    """Return the product (M, N) of ``inputs`` (K, M) and ``weights`` (K, N); and cycles, products, busy PEs."""
    rows, cols = size
    length = inputs.shape[0]
    product = np.zeros((inputs.shape[1], weights.shape[1]), dtype=np.int64)
    input_values, positions, input_begins = _compress(inputs, rows)
    weight_values, filters, weight_begins = _compress(weights, cols)
    state = np.zeros((rows, cols, 3), dtype=np.int64)
    for i in range(rows):
        for j in range(cols):
            _next_pair(state[i, j], input_begins[i], weight_begins[j])
    cycles = macs = busy_total = 0
    while True:
        busy = 0
        for i in range(rows):
            for j in range(cols):
                k = state[i, j, K_INDEX]
                if k == length:
                    continue
                busy += 1
                value, position = input_values[state[i, j, INPUT_AT]], positions[state[i, j, INPUT_AT]]
                first, end = state[i, j, WEIGHT_AT], weight_begins[j, k + 1]
                taken = min(lanes, end - first)
                for at in range(first, first + taken):
                    product[position, filters[at]] += value * weight_values[at]
                macs += taken
                state[i, j, WEIGHT_AT] = first + taken
                if first + taken == end:
                    state[i, j, WEIGHT_AT] = weight_begins[j, k]
                    state[i, j, INPUT_AT] += 1
                    if state[i, j, INPUT_AT] == input_begins[i, k + 1]:
                        state[i, j, K_INDEX] = k + 1
                        _next_pair(state[i, j], input_begins[i], weight_begins[j])
        if busy == 0:
            break
        cycles += 1
        busy_total += busy
    return product, np.array([cycles, macs, busy_total], dtype=np.int64)
