"""Kernels of the N:M array with pipelined adders: every PE and every stage of its adder is stepped in every cycle.

What the array does is told in ``simulator.kernels.pipelined_array_twin``; all callees of a kernel are in this file.

An adder of L stages is a ring of L sums: what enters at cycle c is written to place c mod L, and at the end of the
cycle the sum in place (c + 1) mod L leaves, which entered L - 1 cycles ago. Links that run to the right are rings too,
whose column 0 turns by one PE a cycle. A bubble is a fold of -1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Reals = NDArray[np.float64]
Integers = NDArray[np.int64]
Bits = NDArray[np.bool_]

CYCLES, INPUT_READS, WEIGHT_READS, OUTPUT_READS, OUTPUT_WRITES, MACS = range(6)
"""Places in the counters that the kernels return."""


class PipelinedOperands(NamedTuple):
    """What the kernels multiply: A (M, K), slots (K', N) of kept weights and their indices, and the slots' groups."""

    a: Reals
    values: Reals
    indices: Integers
    group_starts: Integers
    group_sizes: Integers
    n: int
    m: int


class _Links(NamedTuple):
    """Registers that move to the right: groups of activations (R, C, M), their folds and tokens (R, C)."""

    groups: Reals
    folds: Integers
    tokens: Bits


class _Top(NamedTuple):
    """Registers that move down, (R, C): a slot's value and index, and its fold; row 0 turns by one PE a cycle."""

    values: Reals
    indices: Integers
    folds: Integers


class _Sums(NamedTuple):
    """Sums of the PEs: registers and terms summed so far (I, R, C), adder stages and the folds in them (L, R, C)."""

    registers: Reals
    terms: Integers
    stages: Reals
    folds: Integers


@njit(cache=True)
def _new_links(rows: int, cols: int, m: int) -> _Links:
    """Return empty registers."""
    tokens = np.zeros((rows, cols), dtype=np.bool_)
    return _Links(np.zeros((rows, cols, m)), np.full((rows, cols), -1, dtype=np.int64), tokens)


@njit(cache=True)
def _empty_left(links: _Links, head: int) -> None:
    """Put a bubble in column ``head`` of every row, in place."""
    links.groups[:, head, :] = 0.0
    links.folds[:, head] = -1
    links.tokens[:, head] = False


@njit(cache=True)
def _enter_group(
    links: _Links, place: tuple[int, int], operands: PipelinedOperands, source: tuple[int, int], fold: int
) -> int:
    """Write the group of ``source`` (row of A, slot) to ``place`` (row, column) of the links; returns its elements."""
    row_of_a, slot = source
    start, size = operands.group_starts[slot], operands.group_sizes[slot]
    for member in range(size):
        links.groups[place[0], place[1], member] = operands.a[row_of_a, start + member]
    links.folds[place] = fold
    return size


@njit(cache=True)
def run_interleaved_outputs(
    operands: PipelinedOperands, rows: int, cols: int, num_stages: int, interleaved: int
) -> tuple[Reals, Integers]:
    """Return the product (M, N) and the counters of an output-stationary run, ``interleaved`` folds at a time."""
    product = np.zeros((operands.a.shape[0], operands.values.shape[1]))
    counts = np.zeros(6, dtype=np.int64)
    fold_cols = -(-product.shape[1] // cols)
    origins = np.zeros((-(-product.shape[0] // rows) * fold_cols, 2), dtype=np.int64)
    for fold in range(origins.shape[0]):
        origins[fold, 0], origins[fold, 1] = fold // fold_cols * rows, fold % fold_cols * cols
    for first in range(0, origins.shape[0], interleaved):
        in_turn = origins[first : first + interleaved]
        _interleaved_round(operands, in_turn, (num_stages, rows, cols), product, counts)
    return product, counts


@njit(cache=True)
def _interleaved_round(
    operands: PipelinedOperands, origins: Integers, size: tuple[int, int, int], product: Reals, counts: Integers
) -> None:
    """Run the folds at ``origins`` in turn until the token leaves the corner's adder; the last two are modified."""
    num_stages, rows, cols = size
    num_folds, num_slots = origins.shape[0], operands.values.shape[0]
    links = _new_links(rows, cols, operands.m)
    no_fold = np.full((rows, cols), -1, dtype=np.int64)
    top = _Top(np.zeros((rows, cols)), np.zeros((rows, cols), dtype=np.int64), no_fold)
    registers, terms = np.zeros((num_folds, rows, cols)), np.zeros((num_folds, rows, cols), dtype=np.int64)
    sums = _Sums(registers, terms, np.zeros(size), np.full(size, -1, dtype=np.int64))
    issued = np.full((max(rows, cols), 2), -1, dtype=np.int64)  # (slot, fold) of the last cycles, for skewed edges
    ending = np.zeros(num_stages, dtype=np.bool_)
    slot = fold = left = above = cycle = 0
    has_ended = False
    while not has_ended:
        issued[cycle % issued.shape[0]] = -1
        if slot < num_slots and terms[fold, 0, 0] == slot:  # the sum of the fold whose turn it is has come back
            issued[cycle % issued.shape[0], 0], issued[cycle % issued.shape[0], 1] = slot, fold
            fold = (fold + 1) % num_folds
            slot += fold == 0
        left, above = (left - 1) % cols, (above - 1) % rows
        _enter_rows(links, operands, origins, issued, (cycle, left), counts)
        _enter_columns(top, operands, origins, issued, (cycle, above), counts)
        enters, leaves = cycle % num_stages, (cycle + 1) % num_stages
        _add_products(links, top, sums, (left, above, enters), counts)
        _take_sums(sums, leaves, origins, num_slots, product, counts)
        ending[enters] = links.tokens[-1, left - 1]
        has_ended = ending[leaves]
        cycle += 1
    counts[CYCLES] += cycle


@njit(cache=True)
def _enter_rows(
    links: _Links,
    operands: PipelinedOperands,
    origins: Integers,
    issued: Integers,
    now: tuple[int, int],
    counts: Integers,
) -> None:
    """Feed the left edge at ``now`` (cycle, head): row i takes what was issued i cycles ago."""
    cycle, head = now
    _empty_left(links, head)
    for i in range(min(links.folds.shape[0], cycle + 1)):
        slot, fold = issued[(cycle - i) % issued.shape[0]]
        if slot < 0:
            continue
        links.tokens[i, head] = slot == operands.values.shape[0] - 1 and fold == origins.shape[0] - 1
        if origins[fold, 0] + i < operands.a.shape[0]:
            read = _enter_group(links, (i, head), operands, (origins[fold, 0] + i, slot), fold)
            counts[INPUT_READS] += read if slot % operands.n == 0 else 0  # the edge holds a group for each fold


@njit(cache=True)
def _enter_columns(
    top: _Top, operands: PipelinedOperands, origins: Integers, issued: Integers, now: tuple[int, int], counts: Integers
) -> None:
    """Feed the upper edge at ``now`` (cycle, head): column j takes what was issued j cycles ago."""
    cycle, head = now
    top.folds[head, :] = -1
    for j in range(min(top.folds.shape[1], cycle + 1)):
        slot, fold = issued[(cycle - j) % issued.shape[0]]
        if slot < 0 or origins[fold, 1] + j >= operands.values.shape[1]:
            continue
        top.values[head, j] = operands.values[slot, origins[fold, 1] + j]
        top.indices[head, j] = operands.indices[slot, origins[fold, 1] + j]
        top.folds[head, j] = fold
        counts[WEIGHT_READS] += 1


@njit(cache=True)
def _add_products(links: _Links, top: _Top, sums: _Sums, heads: tuple[int, int, int], counts: Integers) -> None:
    """Let the product in each PE and the register of its fold enter the adder at the stage of ``heads``."""
    left, above, enters = heads
    rows, cols = links.folds.shape
    for i in range(rows):
        from_top = (above + i) % rows
        for j in range(cols):
            from_left = left + j if left + j < cols else left + j - cols
            fold = links.folds[i, from_left]
            sums.folds[enters, i, j] = -1
            if fold >= 0 and top.folds[from_top, j] == fold:
                activation = links.groups[i, from_left, top.indices[from_top, j]]
                sums.stages[enters, i, j] = sums.registers[fold, i, j] + activation * top.values[from_top, j]
                sums.folds[enters, i, j] = fold
                counts[MACS] += 1


@njit(cache=True)
def _take_sums(sums: _Sums, leaves: int, origins: Integers, num_slots: int, product: Reals, counts: Integers) -> None:
    """Write what leaves each adder to the register of its fold, and to the product after its last term."""
    for i in range(sums.folds.shape[1]):
        for j in range(sums.folds.shape[2]):
            fold = sums.folds[leaves, i, j]
            if fold < 0:
                continue
            sums.registers[fold, i, j] = sums.stages[leaves, i, j]
            sums.terms[fold, i, j] += 1
            if sums.terms[fold, i, j] == num_slots:
                product[origins[fold, 0] + i, origins[fold, 1] + j] = sums.stages[leaves, i, j]
                counts[OUTPUT_WRITES] += 1


@njit(cache=True)
def run_columns_of_adders(
    operands: PipelinedOperands, rows: int, cols: int, num_stages: int, interleaved: int
) -> tuple[Reals, Integers]:
    """Return the product (M, N) and the counters of a weight-stationary run; ``interleaved`` changes nothing."""
    product = np.zeros((operands.a.shape[0], operands.values.shape[1]))
    counts = np.zeros(6, dtype=np.int64)
    for first_col in range(0, product.shape[1], cols):
        for first_slot in range(0, operands.values.shape[0], rows):
            values, indices = np.zeros((rows, cols)), np.zeros((rows, cols), dtype=np.int64)
            _shift_slots_in(operands, (first_slot, first_col), values, indices, counts)
            _fold_of_adders(operands, (first_slot, first_col), (values, indices), num_stages, product, counts)
    return product, counts


@njit(cache=True)
def _shift_slots_in(
    operands: PipelinedOperands, first: tuple[int, int], values: Reals, indices: Integers, counts: Integers
) -> None:
    """Shift R rows of slots in from the top, the last row first, a row a cycle; the last three are modified."""
    rows, cols = values.shape
    for entering in range(rows - 1, -1, -1):
        for i in range(rows - 1, 0, -1):
            values[i, :], indices[i, :] = values[i - 1, :], indices[i - 1, :]
        values[0, :], indices[0, :] = 0.0, 0
        if first[0] + entering < operands.values.shape[0]:
            for j in range(min(cols, operands.values.shape[1] - first[1])):
                values[0, j] = operands.values[first[0] + entering, first[1] + j]
                indices[0, j] = operands.indices[first[0] + entering, first[1] + j]
                counts[WEIGHT_READS] += 1
        counts[CYCLES] += 1


@njit(cache=True)
def _fold_of_adders(
    operands: PipelinedOperands,
    first: tuple[int, int],
    held: tuple[Reals, Integers],
    num_stages: int,
    product: Reals,
    counts: Integers,
) -> None:
    """Stream all rows of A past the held slots until the token leaves the corner's adder; the last two change."""
    rows, cols = held[0].shape
    links = _new_links(rows, cols, operands.m)
    stages, valid = np.zeros((num_stages, rows, cols)), np.zeros((num_stages, rows, cols), dtype=np.bool_)
    ending, num_left = np.zeros(num_stages, dtype=np.bool_), np.zeros(cols, dtype=np.int64)
    left = cycle = 0
    has_ended = False
    while not has_ended:
        left = (left - 1) % cols
        enters, leaves = cycle % num_stages, (cycle + 1) % num_stages
        _enter_delayed_rows(links, operands, first[0], (cycle, left, num_stages), counts)
        _move_sums_down(stages[enters], valid[enters])
        for j in range(cols):
            valid[enters, 0, j] = 0 <= cycle - j < product.shape[0] and first[1] + j < product.shape[1]
            stages[enters, 0, j] = product[cycle - j, first[1] + j] if valid[enters, 0, j] else 0.0
            counts[OUTPUT_READS] += valid[enters, 0, j] and first[0] > 0  # the first fold of a column starts from zero
        _add_held_products(links, held, left, stages[enters], valid[enters], counts)
        for j in range(cols):
            if valid[leaves, -1, j]:
                product[num_left[j], first[1] + j] = stages[leaves, -1, j]
                num_left[j] += 1
                counts[OUTPUT_WRITES] += 1
        ending[enters] = links.tokens[-1, left - 1]
        has_ended = ending[leaves]
        cycle += 1
    counts[CYCLES] += cycle


@njit(cache=True)
def _enter_delayed_rows(
    links: _Links, operands: PipelinedOperands, first_slot: int, now: tuple[int, int, int], counts: Integers
) -> None:
    """Feed the left edge at ``now`` (cycle, head, stages): a row starts ``stages`` cycles after the one above."""
    cycle, head, num_stages = now
    _empty_left(links, head)
    length = operands.a.shape[0]
    for i in range(links.folds.shape[0]):
        row_of_a, slot = cycle - i * num_stages, first_slot + i
        if row_of_a < 0 or row_of_a >= length:
            continue
        links.tokens[i, head] = row_of_a == length - 1
        if slot < operands.values.shape[0]:
            read = _enter_group(links, (i, head), operands, (row_of_a, slot), 0)
            counts[INPUT_READS] += read if i == 0 or slot % operands.n == 0 else 0


@njit(cache=True)
def _move_sums_down(stages: Reals, valid: Bits) -> None:
    """Move what left the adders of a row a cycle ago to the row below, in place: it stood where sums now enter."""
    for i in range(stages.shape[0] - 1, 0, -1):
        stages[i, :], valid[i, :] = stages[i - 1, :], valid[i - 1, :]


@njit(cache=True)
def _add_held_products(
    links: _Links, held: tuple[Reals, Integers], left: int, stages: Reals, valid: Bits, counts: Integers
) -> None:
    """Add each PE's product to the sum that enters its adder, in place."""
    rows, cols = stages.shape
    for i in range(rows):
        for j in range(cols):
            from_left = left + j if left + j < cols else left + j - cols
            stages[i, j] += links.groups[i, from_left, held[1][i, j]] * held[0][i, j]
            counts[MACS] += (links.folds[i, from_left] >= 0) & valid[i, j]
