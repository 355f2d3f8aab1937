"""Functional twin of the N:M systolic array: kept weights, their indices and groups of activations move a PE a cycle.

Weights are compressed beforehand: of each group of M rows of B at one kernel position, N slots a column, each a value
and an index below M; a group with fewer non-zeros fills its slots up with zeros. Columns keep different rows, so a PE
is given all M activations of a group, and its multiplexer takes the one that the slot's index names.

Output-stationary, a fold: slots of column j enter column j from the top, delayed by j cycles, one a cycle. The M
activations of a slot's group enter row i from the left, delayed by i, and move right a PE a cycle; the edge reads a
group once and shows it for the N cycles of its slots. With R = C = 2, 2:4 weights and eight rows of B (four slots):

    cycle                 0      1      2      3      4      5
    slot in PE (0, 0)     0      1      2      3
    group in PE (0, 0)    0      0      1      1
    slot in PE (0, 1)            0      1      2      3
    slot in PE (1, 1)                   0      1      2      3

The last slot meets its activation in the corner at cycle 3 + 1 + 1: K' + R + C - 2 = 6 cycles for a fold of K' = 4.

Weight-stationary, a fold: R cycles shift R rows of slots down into place. The M activations of a row's group enter it
from the left, for one row of A after the other, delayed by a cycle a row, and move right; partial sums move down as in
the dense array. N rows hold the slots of a group and share one read of it, as far as they are in one fold.

Registers in a line are kept as a ring: all values stay where they are in memory while its head turns by one PE a cycle,
which moves each to the neighbour. Bubbles, tokens and partial sums are as in ``simulator.kernels.systolic_twin``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Matrix = NDArray[np.int64]
Bits = NDArray[np.bool_]

CYCLES, INPUT_READS, WEIGHT_READS, OUTPUT_READS, OUTPUT_WRITES, MACS = range(6)
"""Places in the counters that the kernels return."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NmTwinResult:
    """What the array computed and what passed its edges.

    Parameters
    ----------
    product : ndarray of int64, shape (M, N)
    cycles : int
        From the first slot that enters to the last result that leaves, over all folds.
    input_reads : int
        Elements of A that entered the array; a group that N rows share counts once.
    weight_reads : int
        Slots that entered, zeros that fill a group up among them.
    output_reads, output_writes : int
        Partial sums that entered again, and sums (partial or final) that left.
    num_macs : int
        Products of a slot and an activation, those of zero slots among them.
    """

    product: Matrix
    cycles: int
    input_reads: int
    weight_reads: int
    output_reads: int
    output_writes: int
    num_macs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NmWeights:
    """Compressed weights: K' slots of N columns.

    Parameters
    ----------
    values, indices : ndarray of int64, shape (K', N)
        A kept weight, and its place in its group; zeros where a group has fewer than n.
    group_starts, group_sizes : ndarray of int64, shape (K',)
        First row of B in a slot's group, and rows that it has: m, or fewer at the end of a kernel position.
    n, m : int
        Slots and rows of a whole group.
    """

    values: Matrix
    indices: Matrix
    group_starts: Matrix
    group_sizes: Matrix
    n: int
    m: int


def compress_weights(b: Matrix, *, n: int, m: int, taps: int = 1) -> NmWeights:
    """Return ``b`` (K, N) in slots; K is ``taps`` kernel positions outermost, of as many channels each.

    Raises
    ------
    ValueError
        When ``taps`` does not divide K, or a group has more than ``n`` non-zeros; names the first such group.
    """
    if b.ndim != 2 or taps < 1 or b.shape[0] % taps or 0 in b.shape:
        raise ValueError(f"cannot cut a matrix of shape {b.shape} into {taps} kernel positions")
    channels, columns = b.shape[0] // taps, b.shape[1]
    groups = -(-channels // m)
    padded = np.zeros((taps, groups * m, columns), dtype=np.int64)
    padded[:, :channels] = b.reshape(taps, channels, columns)
    grouped = padded.reshape(taps * groups, m, columns)
    crowded = np.argwhere(np.count_nonzero(grouped, axis=1) > n)
    if len(crowded):
        group, column = (int(place) for place in crowded[0])
        raise ValueError(f"group {group} of column {column} has more than {n} non-zeros of {m}")
    order = np.argsort(grouped == 0, axis=1, kind="stable")[:, :n]
    values = np.take_along_axis(grouped, order, axis=1).reshape(-1, columns)
    starts = (np.arange(taps)[:, None] * channels + np.arange(groups) * m).reshape(-1)
    sizes = np.tile(np.minimum(m, channels - np.arange(groups) * m), taps)
    return NmWeights(
        values=np.ascontiguousarray(values),
        indices=np.ascontiguousarray(order.reshape(-1, columns)),
        group_starts=np.repeat(starts, n),
        group_sizes=np.repeat(sizes, n),
        n=n,
        m=m,
    )


def multiply_nm_on_array(a: Matrix, weights: NmWeights, *, rows: int, cols: int, dataflow: str) -> NmTwinResult:
    """Return the product of ``a`` (M, K) and the compressed weights as the array makes it, with cycles and accesses.

    Parameters
    ----------
    a : ndarray of int64
    weights : NmWeights
    rows, cols : int
        Size of the array, R and C.
    dataflow : {"os", "ws"}

    Raises
    ------
    ValueError
        For any other dataflow, or inputs of another length than the weights'.
    """
    length = int(weights.group_starts[-1] + weights.group_sizes[-1])
    if a.ndim != 2 or a.shape[1] != length or a.shape[0] == 0:
        raise ValueError(f"cannot multiply a matrix of shape {a.shape} by weights of {length} rows")
    if dataflow not in ("os", "ws"):
        raise ValueError(f"dataflow is {dataflow!r}, expected 'os' or 'ws'")
    run = run_nm_output_stationary if dataflow == "os" else run_nm_weight_stationary
    operands = NmOperands(
        np.ascontiguousarray(a, dtype=np.int64),
        weights.values,
        weights.indices,
        weights.group_starts,
        weights.group_sizes,
        weights.n,
        weights.m,
    )
    product, counts = run(operands, rows, cols)
    return NmTwinResult(
        product=product,
        cycles=int(counts[CYCLES]),
        input_reads=int(counts[INPUT_READS]),
        weight_reads=int(counts[WEIGHT_READS]),
        output_reads=int(counts[OUTPUT_READS]),
        output_writes=int(counts[OUTPUT_WRITES]),
        num_macs=int(counts[MACS]),
    )


class NmOperands(NamedTuple):
    """What the kernels multiply: A (M, K), and the fields of ``NmWeights``."""

    a: Matrix
    values: Matrix
    indices: Matrix
    group_starts: Matrix
    group_sizes: Matrix
    n: int
    m: int


class _Links(NamedTuple):
    """Registers of the links that run to the right: groups (R, C, M), and valid bits and tokens (R, C).

    They are rings: column 0 of the array is column ``head`` of these, and one PE to the right is one column on.
    """

    groups: Matrix
    valid: Bits
    tokens: Bits


@njit(cache=True)
def _new_links(rows: int, cols: int, m: int) -> _Links:
    """Return empty registers."""
    size = (rows, cols)
    return _Links(np.zeros((rows, cols, m), dtype=np.int64), np.zeros(size, np.bool_), np.zeros(size, np.bool_))


@njit(cache=True)
def _enter_left(links: _Links, place: tuple[int, int], operands: NmOperands, source: tuple[int, int]) -> int:
    """Write the group of ``source`` (row of A, slot) to ``place`` (row, column) of the links; returns its elements."""
    row_of_a, slot = source
    start, size = operands.group_starts[slot], operands.group_sizes[slot]
    for member in range(operands.m):
        links.groups[place[0], place[1], member] = operands.a[row_of_a, start + member] if member < size else 0
    links.valid[place] = True
    return size


@njit(cache=True)
def _empty_left(links: _Links, head: int) -> None:
    """Put a bubble in column ``head`` of every row, in place."""
    links.groups[:, head, :] = 0
    links.valid[:, head] = False
    links.tokens[:, head] = False


@njit(cache=True)
def run_nm_output_stationary(operands: NmOperands, rows: int, cols: int) -> tuple[Matrix, Matrix]:
    """Return the product (M, N) and the counters of an output-stationary run."""
    product = np.zeros((operands.a.shape[0], operands.values.shape[1]), dtype=np.int64)
    counts = np.zeros(6, dtype=np.int64)
    for first_row in range(0, product.shape[0], rows):
        for first_col in range(0, product.shape[1], cols):
            _nm_output_stationary_fold(operands, (first_row, first_col), (rows, cols), product, counts)
    return product, counts


@njit(cache=True)
def _nm_output_stationary_fold(
    operands: NmOperands, first: tuple[int, int], size: tuple[int, int], product: Matrix, counts: Matrix
) -> None:
    """Run one fold until its token reaches the corner; ``product`` and ``counts`` are modified in place."""
    rows, cols = size
    num_slots = operands.values.shape[0]
    links = _new_links(rows, cols, operands.m)
    values, indices = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    entered = np.zeros(size, dtype=np.bool_)
    sums, terms = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    left = top = cycle = 0
    while not links.tokens[-1, left - 1]:
        left, top = (left - 1) % cols, (top - 1) % rows
        _empty_left(links, left)
        for i in range(max(0, cycle - num_slots + 1), min(rows, cycle + 1)):
            slot = cycle - i
            links.tokens[i, left] = slot == num_slots - 1
            if first[0] + i < product.shape[0]:
                read = _enter_left(links, (i, left), operands, (first[0] + i, slot))
                counts[INPUT_READS] += read if slot % operands.n == 0 else 0
        for j in range(cols):
            slot = cycle - j
            entered[top, j] = 0 <= slot < num_slots and first[1] + j < product.shape[1]
            values[top, j] = operands.values[slot, first[1] + j] if entered[top, j] else 0
            indices[top, j] = operands.indices[slot, first[1] + j] if entered[top, j] else 0
            counts[WEIGHT_READS] += entered[top, j]
        for i in range(rows):
            from_top = (top + i) % rows
            for j in range(cols):
                from_left = left + j if left + j < cols else left + j - cols
                meets = links.valid[i, from_left] & entered[from_top, j]
                sums[i, j] += links.groups[i, from_left, indices[from_top, j]] * values[from_top, j]
                terms[i, j] += meets
                counts[MACS] += meets
                if meets and terms[i, j] == num_slots:
                    product[first[0] + i, first[1] + j] = sums[i, j]
                    counts[OUTPUT_WRITES] += 1
        cycle += 1
    counts[CYCLES] += cycle


@njit(cache=True)
def run_nm_weight_stationary(operands: NmOperands, rows: int, cols: int) -> tuple[Matrix, Matrix]:
    """Return the product (M, N) and the counters of a weight-stationary run."""
    product = np.zeros((operands.a.shape[0], operands.values.shape[1]), dtype=np.int64)
    counts = np.zeros(6, dtype=np.int64)
    for first_col in range(0, product.shape[1], cols):
        for first_slot in range(0, operands.values.shape[0], rows):
            held = np.zeros((2, rows, cols), dtype=np.int64)
            _load_slots(operands, (first_slot, first_col), held, counts)
            _nm_weight_stationary_fold(operands, (first_slot, first_col), held, product, counts)
    return product, counts


@njit(cache=True)
def _load_slots(operands: NmOperands, first: tuple[int, int], held: Matrix, counts: Matrix) -> None:
    """Shift R rows of slots in from the top, the last first; ``held`` (values and indices) and ``counts`` change."""
    rows, cols = held.shape[1:]
    for entering in range(rows - 1, -1, -1):
        for i in range(rows - 1, 0, -1):
            held[:, i, :] = held[:, i - 1, :]
        held[:, 0, :] = 0
        if first[0] + entering < operands.values.shape[0]:
            for j in range(min(cols, operands.values.shape[1] - first[1])):
                held[0, 0, j] = operands.values[first[0] + entering, first[1] + j]
                held[1, 0, j] = operands.indices[first[0] + entering, first[1] + j]
                counts[WEIGHT_READS] += 1
        counts[CYCLES] += 1


@njit(cache=True)
def _nm_weight_stationary_fold(
    operands: NmOperands, first: tuple[int, int], held: Matrix, product: Matrix, counts: Matrix
) -> None:
    """Stream all rows of A past the held slots until the token reaches the corner; the last two are modified."""
    rows, cols = held.shape[1:]
    length = product.shape[0]
    links = _new_links(rows, cols, operands.m)
    sums, entered = np.zeros((rows, cols), dtype=np.int64), np.zeros((rows, cols), dtype=np.bool_)
    num_left = np.zeros(cols, dtype=np.int64)
    left = top = cycle = 0
    while not links.tokens[-1, left - 1]:
        left, top = (left - 1) % cols, (top - 1) % rows
        _empty_left(links, left)
        for i in range(max(0, cycle - length + 1), min(rows, cycle + 1)):
            slot = first[0] + i
            links.tokens[i, left] = cycle - i == length - 1
            if slot < operands.values.shape[0]:
                read = _enter_left(links, (i, left), operands, (cycle - i, slot))
                counts[INPUT_READS] += read if i == 0 or slot % operands.n == 0 else 0
        for j in range(cols):
            entered[top, j] = 0 <= cycle - j < length and first[1] + j < product.shape[1]
            sums[top, j] = product[cycle - j, first[1] + j] if entered[top, j] else 0
            counts[OUTPUT_READS] += entered[top, j] and first[0] > 0  # the first fold of a column starts from zero
        for i in range(rows):
            from_top = (top + i) % rows
            for j in range(cols):
                from_left = left + j if left + j < cols else left + j - cols
                sums[from_top, j] += links.groups[i, from_left, held[1, i, j]] * held[0, i, j]
                counts[MACS] += links.valid[i, from_left] & entered[from_top, j]
        bottom = (top + rows - 1) % rows
        for j in range(cols):
            if entered[bottom, j]:
                product[num_left[j], first[1] + j] = sums[bottom, j]
                num_left[j] += 1
                counts[OUTPUT_WRITES] += 1
        cycle += 1
    counts[CYCLES] += cycle
