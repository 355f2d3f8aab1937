"""Functional twin of the systolic array: values, valid bits and control tokens move one PE a cycle.

The closed forms of simulator/arrays say how long a product takes; this model finds it out. It is slow on purpose: all
R x C processing elements (PEs) are stepped in every cycle, and nothing but registers of neighbours is read.

Output-stationary, a fold: row i of A enters row i of the array from the left, delayed by i cycles; column j of B enters
column j from the top, delayed by j. Operands meet k by k in PE (i, j), at cycle k + i + j. Each column has one result
line: PE (i, j) drives it in the cycle of its last product, K - 1 + i + j, so that no two rows of a column ever drive it
together, and draining takes no cycle of its own. The fold ends when the token that follows the last operand reaches the
corner, at cycle (K - 1) + (R - 1) + (C - 1), the (K + R + C - 2)th one. With R = C = 2, K = 3 that is 5 cycles:

    cycle                 0      1      2      3      4
    k in PE (0, 0)        0      1      2
    k in PE (0, 1)               0      1      2
    k in PE (1, 0)               0      1      2
    k in PE (1, 1)                      0      1      2
    leaves on line 0                   c00    c10
    leaves on line 1                          c01    c11

Weight-stationary, a fold: R cycles shift R rows of B down into place, the last row first. Then column k of A enters row
k from the left, delayed by k; partial sums enter at the top (zero, or what an earlier fold left there), move down a row
a cycle, and leave at the bottom in the cycle of their last product. The token of A's last row reaches the corner at
cycle (M - 1) + (R - 1) + (C - 1) of this phase: R + (M + R + C - 2) cycles. With R = C = 2, M = 3: 2 + 5 = 7.
Input-stationary is the same array with A held and B streamed, which makes the product transposed.

A fold that does not fill the array is padded with bubbles and takes as long as one that does. Folds do not overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

Matrix = NDArray[np.int64]
Bits = NDArray[np.bool_]

CYCLES, STREAM_READS, HELD_READS, OUTPUT_READS, OUTPUT_WRITES, MACS = range(6)
"""Places in the counters that the kernels return. For output-stationary, STREAM is A and HELD is B."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinResult:
    """What the array computed and what passed its edges.

    Parameters
    ----------
    product : ndarray of int64, shape (M, N)
    cycles : int
        From the first operand (or held weight) that enters to the last result that leaves, over all folds.
    input_reads, weight_reads : int
        Elements of A and of B that entered the array.
    output_reads, output_writes : int
        Partial sums that entered again, and sums (partial or final) that left.
    num_macs : int
        Products of two valid operands.
    """

    product: Matrix
    cycles: int
    input_reads: int
    weight_reads: int
    output_reads: int
    output_writes: int
    num_macs: int


def multiply_on_array(a: Matrix, b: Matrix, *, rows: int, cols: int, dataflow: str) -> TwinResult:
    """Return the product of ``a`` (M, K) and ``b`` (K, N) as a systolic array makes it, with its cycles and accesses.

    Parameters
    ----------
    a, b : ndarray of int64
        Both with at least one element.
    rows, cols : int
        Size of the array, R and C.
    dataflow : {"os", "ws", "is"}

    Raises
    ------
    ValueError
        For any other dataflow, or shapes that do not multiply.
    """
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or 0 in (*a.shape, *b.shape):
        raise ValueError(f"cannot multiply a matrix of shape {a.shape} by one of shape {b.shape}")
    a, b = np.ascontiguousarray(a, dtype=np.int64), np.ascontiguousarray(b, dtype=np.int64)
    if dataflow == "os":
        product, counts = run_output_stationary(a, b, rows, cols)
        return _result(product, counts, input_reads=counts[STREAM_READS], weight_reads=counts[HELD_READS])
    if dataflow == "ws":
        product, counts = run_held_operand(a, b, rows, cols)
        return _result(product, counts, input_reads=counts[STREAM_READS], weight_reads=counts[HELD_READS])
    if dataflow == "is":
        streamed, held = np.ascontiguousarray(b.T), np.ascontiguousarray(a.T)
        product, counts = run_held_operand(streamed, held, rows, cols)
        return _result(product.T, counts, input_reads=counts[HELD_READS], weight_reads=counts[STREAM_READS])
    raise ValueError(f"dataflow is {dataflow!r}, expected 'os', 'ws' or 'is'")


def _result(product: Matrix, counts: Matrix, *, input_reads: np.int64, weight_reads: np.int64) -> TwinResult:
    return TwinResult(
        product=product,
        cycles=int(counts[CYCLES]),
        input_reads=int(input_reads),
        weight_reads=int(weight_reads),
        output_reads=int(counts[OUTPUT_READS]),
        output_writes=int(counts[OUTPUT_WRITES]),
        num_macs=int(counts[MACS]),
    )


@njit(cache=True)
def _shift_right(registers: NDArray[np.generic]) -> None:
    """Move every register one column right, in place; column 0 is emptied."""
    for i in range(registers.shape[0]):
        for j in range(registers.shape[1] - 1, 0, -1):
            registers[i, j] = registers[i, j - 1]
        registers[i, 0] = 0


@njit(cache=True)
def _shift_down(registers: NDArray[np.generic]) -> None:
    """Move every register one row down, in place; row 0 is emptied."""
    for i in range(registers.shape[0] - 1, 0, -1):
        registers[i, :] = registers[i - 1, :]
    registers[0, :] = 0


@njit(cache=True)
def _enter_left(
    values: Matrix, valid: Bits, tokens: Bits, source: Matrix, first_row: int, by_rows: bool, cycle: int
) -> int:
    """Shift right and feed the left edge, row i delayed by i cycles; returns how many elements entered.

    ``by_rows``: array row i takes row ``first_row + i`` of ``source``, else column ``first_row + i``. The token enters
    a row together with its last element, or with the bubble in its place. The first three are modified in place.
    """
    _shift_right(values)
    _shift_right(valid)
    _shift_right(tokens)
    length, width = (source.shape[1], source.shape[0]) if by_rows else source.shape
    entered = 0
    for i in range(values.shape[0]):
        step = cycle - i
        if 0 <= step < length:
            tokens[i, 0] = step == length - 1
            if first_row + i < width:
                values[i, 0] = source[first_row + i, step] if by_rows else source[step, first_row + i]
                valid[i, 0] = True
                entered += 1
    return entered


@njit(cache=True)
def _enter_top(values: Matrix, valid: Bits, source: Matrix, first_col: int, cycle: int) -> int:
    """Shift down and feed the top edge, column j delayed by j cycles; returns how many elements entered.

    Array column j takes column ``first_col + j`` of ``source``. The first two are modified in place.
    """
    _shift_down(values)
    _shift_down(valid)
    entered = 0
    for j in range(min(values.shape[1], source.shape[1] - first_col)):
        step = cycle - j
        if 0 <= step < source.shape[0]:
            values[0, j] = source[step, first_col + j]
            valid[0, j] = True
            entered += 1
    return entered


@njit(cache=True)
def run_output_stationary(a: Matrix, b: Matrix, rows: int, cols: int) -> tuple[Matrix, Matrix]:
    """Return the product (M, N) and the counters of an output-stationary run of ``a`` (M, K) times ``b`` (K, N)."""
    product = np.zeros((a.shape[0], b.shape[1]), dtype=np.int64)
    counts = np.zeros(6, dtype=np.int64)
    for first_row in range(0, a.shape[0], rows):
        for first_col in range(0, b.shape[1], cols):
            _output_stationary_fold(a, b, first_row, first_col, (rows, cols), product, counts)
    return product, counts


@njit(cache=True)
def _output_stationary_fold(
    a: Matrix, b: Matrix, first_row: int, first_col: int, size: tuple[int, int], product: Matrix, counts: Matrix
) -> None:
    """Run one fold until its token reaches the corner; ``product`` and ``counts`` are modified in place."""
    left, left_valid = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_)
    top, top_valid = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.bool_)
    sums, terms = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    tokens = np.zeros(size, dtype=np.bool_)
    cycle = 0
    while not tokens[-1, -1]:
        counts[STREAM_READS] += _enter_left(left, left_valid, tokens, a, first_row, True, cycle)
        counts[HELD_READS] += _enter_top(top, top_valid, b, first_col, cycle)
        for i in range(size[0]):
            for j in range(size[1]):
                meets = left_valid[i, j] & top_valid[i, j]
                sums[i, j] += left[i, j] * top[i, j]  # a bubble is zero
                terms[i, j] += meets
                counts[MACS] += meets
                if meets and terms[i, j] == a.shape[1]:
                    product[first_row + i, first_col + j] = sums[i, j]
                    counts[OUTPUT_WRITES] += 1
        cycle += 1
    counts[CYCLES] += cycle


@njit(cache=True)
def run_held_operand(streamed: Matrix, held: Matrix, rows: int, cols: int) -> tuple[Matrix, Matrix]:
    """Return the product (T, Sc) and the counters: ``held`` (Sr, Sc) stays in the PEs, ``streamed`` (T, Sr) passes.

    Weight-stationary as it stands; input-stationary with both operands transposed and swapped.
    """
    product = np.zeros((streamed.shape[0], held.shape[1]), dtype=np.int64)
    counts = np.zeros(6, dtype=np.int64)
    for first_col in range(0, held.shape[1], cols):
        for first_row in range(0, held.shape[0], rows):
            registers = _load_held(held, first_row, first_col, (rows, cols), counts)
            _held_operand_fold(streamed, registers, first_row, first_col, product, counts)
    return product, counts


@njit(cache=True)
def _load_held(held: Matrix, first_row: int, first_col: int, size: tuple[int, int], counts: Matrix) -> Matrix:
    """Return the PEs' held values after shifting R rows in from the top, the last row first; ``counts`` is modified."""
    registers = np.zeros(size, dtype=np.int64)
    for entering in range(size[0] - 1, -1, -1):
        _shift_down(registers)
        if first_row + entering < held.shape[0]:
            for j in range(min(size[1], held.shape[1] - first_col)):
                registers[0, j] = held[first_row + entering, first_col + j]
                counts[HELD_READS] += 1
        counts[CYCLES] += 1
    return registers


@njit(cache=True)
def _held_operand_fold(
    streamed: Matrix, held: Matrix, first_row: int, first_col: int, product: Matrix, counts: Matrix
) -> None:
    """Stream all rows past the held values until the token reaches the corner; ``product``, ``counts`` are modified."""
    rows, cols = held.shape
    left, left_valid = np.zeros((rows, cols), dtype=np.int64), np.zeros((rows, cols), dtype=np.bool_)
    sums, sums_valid = np.zeros((rows, cols), dtype=np.int64), np.zeros((rows, cols), dtype=np.bool_)
    tokens = np.zeros((rows, cols), dtype=np.bool_)
    num_left = np.zeros(cols, dtype=np.int64)
    cycle = 0
    while not tokens[-1, -1]:
        counts[STREAM_READS] += _enter_left(left, left_valid, tokens, streamed, first_row, False, cycle)
        entered = _enter_top(sums, sums_valid, product, first_col, cycle)
        counts[OUTPUT_READS] += entered if first_row > 0 else 0  # the first fold of a column starts from zero
        for i in range(rows):
            for j in range(cols):
                sums[i, j] += left[i, j] * held[i, j]
                counts[MACS] += left_valid[i, j] & sums_valid[i, j]
        for j in range(cols):
            if sums_valid[-1, j]:
                product[num_left[j], first_col + j] = sums[-1, j]
                num_left[j] += 1
                counts[OUTPUT_WRITES] += 1
        cycle += 1
    counts[CYCLES] += cycle
