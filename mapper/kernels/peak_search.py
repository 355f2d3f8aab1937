"""Orders of least peak: a search over sets of executed operators, of which each fixes what is alive.

The peak of a way to a set is the most bytes alive at one of its steps. Sets are taken by rising peak, of equal peak the
one with most operators: the first that is complete has the least peak of all, and the peak of the set taken last is a
bound at any time. An operator that leaves no more alive than it found, within the peak that its set has anyway, runs at
once: moved to the front of any continuation it raises no later step.

All callees of the cached functions are in this file on purpose: numba keeps stale callees of other files.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

WORD_BITS = 62

NUM_FIELDS = 6
PEAK, LIVE, PARENT, OPERATOR, DEPTH, DONE = range(NUM_FIELDS)
"""Columns of a set's numbers: least peak of the ways to it found so far and bytes alive after it; the set and operator
that it comes from; operators in it; 1 once it was taken."""


class PeakGraph(NamedTuple):
    """Operators and tensors in words and lists.

    Parameters
    ----------
    predecessors : int64, shape (n, V)
    users : int64, shape (T, V)
        The producer, if any, and all consumers.
    operands : int64, shape (n, most operands)
        Tensors of an operator; -1 fills up.
    sizes : int64, shape (T,)
        Bytes.
    """

    predecessors: Int64Array
    users: Int64Array
    operands: Int64Array
    sizes: Int64Array


class Sets(NamedTuple):
    """Sets of executed operators found so far, and a heap of those to take.

    Parameters
    ----------
    words : int64, shape (rows, V)
    numbers : int64, shape (rows, NUM_FIELDS)
    slots : int64, shape (a power of two,)
        Hash table: rows, or -1.
    heap : int64, shape (entries, 3)
        Peak, -depth and row; a row may be in it more than once.
    counts : int64, shape (2,)
        Rows and heap entries in use.
    """

    words: Int64Array
    numbers: Int64Array
    slots: Int64Array
    heap: Int64Array
    counts: Int64Array


@njit(cache=True)
def _contains(outer: Int64Array, inner: Int64Array) -> bool:
    for index in range(inner.size):  # noqa: SIM110, numba has no generator expressions
        if inner[index] & ~outer[index]:
            return False
    return True


@njit(cache=True)
def _touches(one: Int64Array, other: Int64Array) -> bool:
    for index in range(one.size):  # noqa: SIM110, numba has no generator expressions
        if one[index] & other[index]:
            return True
    return False


@njit(cache=True)
def slot_of(sets: Sets, executed: Int64Array) -> int:
    """Return the slot of ``executed``, or the free one where it would go."""
    mixed = 17
    for word in executed:
        for part in (word & 0x7FFFFFFF, word >> 31):
            mixed = ((mixed ^ part) * 0x5BD1E995) & 0x3FFFFFFFFFFFFFFF
            mixed = (mixed ^ (mixed >> 29)) & 0x7FFFFFFF
    mask = sets.slots.size - 1
    slot = (mixed ^ (mixed >> 15)) & mask
    while sets.slots[slot] >= 0:
        row = sets.words[sets.slots[slot]]
        if _contains(row, executed) and _contains(executed, row):
            break
        slot = (slot + 1) & mask
    return slot


@njit(cache=True)
def _with_room(sets: Sets) -> Sets:
    """``sets`` with room for one more row and heap entry."""
    rows = sets.words.shape[0]
    if sets.counts[0] == rows:
        words = np.concatenate((sets.words, np.empty_like(sets.words)))
        numbers = np.concatenate((sets.numbers, np.empty_like(sets.numbers)))
        sets = Sets(words, numbers, np.full(4 * rows, -1, dtype=np.int64), sets.heap, sets.counts)
        for row in range(rows):
            sets.slots[slot_of(sets, words[row])] = row
    if sets.counts[1] == sets.heap.shape[0]:
        heap = np.concatenate((sets.heap, np.empty_like(sets.heap)))
        sets = Sets(sets.words, sets.numbers, sets.slots, heap, sets.counts)
    return sets


@njit(cache=True)
def _comes_before(one: Int64Array, other: Int64Array) -> bool:
    if one[0] != other[0]:
        return one[0] < other[0]
    return one[1] < other[1]


@njit(cache=True)
def _push(sets: Sets, peak: int, depth: int, row: int) -> None:
    at = sets.counts[1]
    sets.counts[1] += 1
    sets.heap[at, 0], sets.heap[at, 1], sets.heap[at, 2] = peak, -depth, row
    while at > 0:
        above = (at - 1) // 2
        if not _comes_before(sets.heap[at], sets.heap[above]):
            break
        for column in range(3):
            sets.heap[at, column], sets.heap[above, column] = sets.heap[above, column], sets.heap[at, column]
        at = above


@njit(cache=True)
def _pop(sets: Sets) -> int:
    row = sets.heap[0, 2]
    sets.counts[1] -= 1
    last = sets.counts[1]
    sets.heap[0] = sets.heap[last]
    at = 0
    while True:
        least = at
        for below in range(2 * at + 1, min(2 * at + 3, last)):
            if _comes_before(sets.heap[below], sets.heap[least]):
                least = below
        if least == at:
            return row
        for column in range(3):
            sets.heap[at, column], sets.heap[least, column] = sets.heap[least, column], sets.heap[at, column]
        at = least


@njit(cache=True)
def _begun_and_ended(graph: PeakGraph, executed: Int64Array, after: Int64Array, operator: int) -> tuple[int, int]:
    """Bytes of the operands that come alive with ``operator``, and of those that no one needs after it."""
    begun, ended = 0, 0
    for tensor in graph.operands[operator]:
        if tensor < 0:
            break
        if not _touches(executed, graph.users[tensor]):
            begun += graph.sizes[tensor]
        if _contains(after, graph.users[tensor]):
            ended += graph.sizes[tensor]
    return begun, ended


@njit(cache=True)
def _fill_moves(graph: PeakGraph, executed: Int64Array, numbers: Int64Array, moves: Int64Array) -> int:
    """Fill ``moves`` with operator, peak and bytes alive after it; return how many. One, when one loses nothing."""
    after = executed.copy()
    size = 0
    for operator in range(graph.predecessors.shape[0]):
        index, bit = operator // WORD_BITS, 1 << (operator % WORD_BITS)
        if executed[index] & bit or not _contains(executed, graph.predecessors[operator]):
            continue
        after[index] |= bit
        begun, ended = _begun_and_ended(graph, executed, after, operator)
        after[index] ^= bit
        at_once = numbers[LIVE] + begun
        is_free = at_once <= numbers[PEAK] and begun <= ended
        at = 0 if is_free else size
        moves[at, 0], moves[at, 1], moves[at, 2] = operator, max(numbers[PEAK], at_once), at_once - ended
        if is_free:
            return 1
        size += 1
    return size


@njit(cache=True)
def advance(graph: PeakGraph, sets: Sets, num_taken: int) -> tuple[Sets, int]:
    """Take up to ``num_taken`` sets; return all sets, and the row of the complete one when it was reached, else -1.

    The arrays of ``sets`` are modified in place. The first set, of no operators, must be in the heap.
    """
    num_operators = graph.predecessors.shape[0]
    moves = np.empty((num_operators, 3), dtype=np.int64)
    after = np.empty(graph.predecessors.shape[1], dtype=np.int64)
    for _ in range(num_taken):
        row = _pop(sets)
        if sets.numbers[row, DONE]:
            continue
        sets.numbers[row, DONE] = 1
        if sets.numbers[row, DEPTH] == num_operators:
            return sets, row
        for operator, peak, live in moves[: _fill_moves(graph, sets.words[row], sets.numbers[row], moves)]:
            sets = _with_room(sets)
            after[:] = sets.words[row]
            after[operator // WORD_BITS] |= 1 << (operator % WORD_BITS)
            slot = slot_of(sets, after)
            found = sets.slots[slot]
            if found < 0:
                found = sets.counts[0]
                sets.counts[0] += 1
                sets.slots[slot] = found
                sets.words[found] = after
                sets.numbers[found, DONE] = 0
            elif sets.numbers[found, DONE] or sets.numbers[found, PEAK] <= peak:
                continue
            depth = sets.numbers[row, DEPTH] + 1
            sets.numbers[found, PEAK], sets.numbers[found, LIVE] = peak, live
            sets.numbers[found, PARENT], sets.numbers[found, OPERATOR] = row, operator
            sets.numbers[found, DEPTH] = depth
            _push(sets, peak, depth, found)
    return sets, -1
