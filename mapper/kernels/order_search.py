"""One layer of the search over orders: from states with k operators executed to those with k + 1.

A state is what matters for the steps to come: which operators ran, and of each tensor that is alive (begun, and read
again) whether it is in the scratchpad, and whether it was written off-chip. Sets are rows of words of ``WORD_BITS``
bits. A state's cost counts a read as soon as the tensor leaves, since it must come back: cost never falls, and reading
is free. A tensor leaves only when an operator needs the room, and no more leave than must.

Between states of the same operators one dominates another when it can turn itself into it at no greater cost: writing
what the other has written, giving up what the other has given up.

All callees of the cached functions are in this file on purpose: numba keeps stale callees of other files.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

WORD_BITS = 62
"""Bits of a word: signed words stay positive, and no product below leaves int64."""

BIT_OF_REMAINDER = np.full(67, -1, dtype=np.int64)
"""The bit b for 2^b mod 67: 2 is a primitive root of 67, so the powers below 2^66 have distinct remainders."""
for _bit in range(WORD_BITS):
    BIT_OF_REMAINDER[(1 << _bit) % 67] = _bit

NUM_FIELDS = 5
COST, PARENT, OPERATOR, NEXT, TOTAL = range(NUM_FIELDS)
"""Columns of a state's numbers: cost in bytes (negative once dominated), row in the layer before, the operator that
led here, the next state of the same operators, and a lower bound of what any plan through it costs."""


class Graph(NamedTuple):
    """A planning problem in words and arrays: n operators, T tensors, W words for a set of tensors, V of operators.

    Parameters
    ----------
    predecessors : int64, shape (n, V)
    reads, makes : int64, shape (n, W)
    consumers : int64, shape (T, V)
    saved : int64, shape (W,)
        Tensors that never cost a write: those that start off-chip, and outputs.
    sizes : int64, shape (T,)
        Bytes.
    sums : int64, shape (W, 8, 256)
        Bytes of the tensors in each byte of a word.
    begun, needed : int64, shape (n, W)
        Tensors, no operands of the operator, that have begun before it runs, or are read after it, in every order.
    followers : int64, shape (n, V)
        The operator, and those that come after it in every order.
    demand_bytes : int64, shape (n,)
    capacity_bytes : int
    """

    predecessors: Int64Array
    reads: Int64Array
    makes: Int64Array
    consumers: Int64Array
    saved: Int64Array
    sizes: Int64Array
    sums: Int64Array
    begun: Int64Array
    needed: Int64Array
    followers: Int64Array
    demand_bytes: Int64Array
    capacity_bytes: int


class Layer(NamedTuple):
    """States with the same number of executed operators.

    Parameters
    ----------
    sets : int64, shape (rows, V + 3 W)
        Operators executed; tensors resident; tensors away (alive, not resident); tensors written (and not ``saved``).
    numbers : int64, shape (rows, NUM_FIELDS)
    heads : int64, shape (a power of two,)
        Hash table over executed sets: first state of a chain, or -1.
    num_states : int64, shape (1,)
        Rows in use.
    """

    sets: Int64Array
    numbers: Int64Array
    heads: Int64Array
    num_states: Int64Array


class Limits(NamedTuple):
    """What is not worth following.

    Parameters
    ----------
    cost_bytes : int
        States that cannot end at this cost or below are left out.
    num_covers : int
        Sets of tensors tried for one operator to make room.
    with_bound : bool
        Whether the remaining operators' load counts against ``cost_bytes``.
    """

    cost_bytes: int
    num_covers: int
    with_bound: bool


@njit(cache=True)
def sum_bytes(sums: Int64Array, words: Int64Array) -> int:
    """Return the bytes of a set of tensors."""
    total = 0
    for index in range(words.size):
        word, byte = words[index], 0
        while word:
            total += sums[index, byte, word & 255]
            word >>= 8
            byte += 1
    return total


@njit(cache=True)
def _contains(outer: Int64Array, inner: Int64Array) -> bool:
    for index in range(inner.size):  # noqa: SIM110, numba has no generator expressions
        if inner[index] & ~outer[index]:
            return False
    return True


@njit(cache=True)
def _hash(words: Int64Array) -> int:
    """A number below 2^31 whose low bits mix all bits of ``words``; 31-bit factors keep products in int64."""
    mixed = 17
    for word in words:
        for part in (word & 0x7FFFFFFF, word >> 31):
            mixed = ((mixed ^ part) * 0x5BD1E995) & 0x3FFFFFFFFFFFFFFF
            mixed = (mixed ^ (mixed >> 29)) & 0x7FFFFFFF
    return mixed ^ (mixed >> 15)


@njit(cache=True)
def _slot(layer: Layer, executed: Int64Array) -> int:
    """The slot of ``executed``, or the free one where it would go."""
    mask = layer.heads.size - 1
    slot = _hash(executed) & mask
    while layer.heads[slot] >= 0:
        row = layer.heads[slot]
        same = True
        for index in range(executed.size):
            if layer.sets[row, index] != executed[index]:
                same = False
                break
        if same:
            return slot
        slot = (slot + 1) & mask
    return slot


@njit(cache=True)
def _grown(layer: Layer, num_words: int) -> Layer:
    """``layer`` with twice the rows, its hash table rebuilt."""
    rows = layer.sets.shape[0]
    sets = np.concatenate((layer.sets, np.empty_like(layer.sets)))
    numbers = np.concatenate((layer.numbers, np.empty_like(layer.numbers)))
    grown = Layer(sets, numbers, np.full(4 * rows, -1, dtype=np.int64), layer.num_states)
    for head in layer.heads:
        if head >= 0:
            grown.heads[_slot(grown, sets[head, :num_words])] = head
    return grown


@njit(cache=True)
def _with_room(layer: Layer, num_words: int) -> Layer:
    """``layer`` with a row to spare."""
    return _grown(layer, num_words) if layer.num_states[0] == layer.sets.shape[0] else layer


@njit(cache=True)
def _dominates(graph: Graph, one: Int64Array, other: Int64Array, difference_bytes: int) -> bool:
    """Whether the state of row ``one`` can become that of ``other`` within what it is cheaper by."""
    words = graph.saved.size
    first = graph.predecessors.shape[1]
    for index in range(words):
        resident, written = first + index, first + 2 * words + index
        for word in (one[resident] & ~other[resident], other[written] & ~one[written]):
            byte = 0
            while word:
                difference_bytes -= graph.sums[index, byte, word & 255]
                if difference_bytes < 0:
                    return False
                word >>= 8
                byte += 1
    return True


@njit(cache=True)
def _insert(graph: Graph, layer: Layer, row: Int64Array, numbers: Int64Array) -> None:
    """Add a state to ``layer``, unless one there dominates it; those that it dominates get a negative cost.

    Modifies ``layer`` in place; there must be a row to spare.
    """
    slot = _slot(layer, row[: graph.predecessors.shape[1]])
    before, at = -1, layer.heads[slot]
    while at >= 0:
        difference = numbers[COST] - layer.numbers[at, COST]
        if difference >= 0 and _dominates(graph, layer.sets[at], row, difference):
            return
        after = layer.numbers[at, NEXT]
        if difference <= 0 and _dominates(graph, row, layer.sets[at], -difference):
            layer.numbers[at, COST] = -1
            if before < 0:
                layer.heads[slot] = after
            else:
                layer.numbers[before, NEXT] = after
        else:
            before = at
        at = after
    new = layer.num_states[0]
    layer.sets[new] = row
    layer.numbers[new] = numbers
    layer.numbers[new, NEXT] = layer.heads[slot]
    layer.heads[slot] = new
    layer.num_states[0] = new + 1


@njit(cache=True)
def load_bound_bytes(graph: Graph, row: Int64Array, enough_bytes: int) -> int:
    """Return what a state still costs at least: the most that any one remaining operator forces out.

    While an operator runs, so are alive the tensors that have begun and that are read after it in every order. Those
    that are away are paid for. The bytes that do not fit beside its operands leave: at one read a byte where there is
    a copy off-chip, else a read and a write. Looks no further once that is ``enough_bytes``.
    """
    num_words, words = graph.predecessors.shape[1], graph.saved.size
    resident = row[num_words : num_words + words]
    away = row[num_words + words : num_words + 2 * words]
    written = row[num_words + 2 * words :]
    bound = 0
    for operator in range(graph.demand_bytes.size):
        if row[operator // WORD_BITS] >> (operator % WORD_BITS) & 1:
            continue
        load, cheap = graph.demand_bytes[operator], 0
        for index in range(words):
            alive = graph.needed[operator, index] & (resident[index] | graph.begun[operator, index]) & ~away[index]
            copied = graph.saved[index] | written[index]
            byte = 0
            while alive:
                load += graph.sums[index, byte, alive & 255]
                cheap += graph.sums[index, byte, alive & copied & 255]
                alive >>= 8
                copied >>= 8
                byte += 1
        missing = load - graph.capacity_bytes
        bound = max(bound, min(missing, cheap) + 2 * max(0, missing - cheap))
        if bound >= enough_bytes:
            break
    return bound


@njit(cache=True)
def _fill_dying(graph: Graph, executed: Int64Array, operator: int, dying: Int64Array) -> None:
    """Fill ``dying`` with the operands that no other operator needs any more; ``executed`` includes ``operator``."""
    for index in range(dying.size):
        dying[index] = 0
        word = graph.reads[operator, index] | graph.makes[operator, index]
        while word:
            bit = word & -word
            if _contains(executed, graph.consumers[index * WORD_BITS + BIT_OF_REMAINDER[bit % 67]]):
                dying[index] |= bit
            word ^= bit


@njit(cache=True)
def _is_free_move(graph: Graph, row: Int64Array, operator: int, dying: Int64Array) -> bool:
    """Whether running ``operator`` now loses nothing: it fits, and what it makes can take the place of what it ends.

    Every input is resident or ends here, and one that ends here is no smaller than all that is made and lives on, and
    would not be cheaper to keep away. Then take any continuation and move the operator to its front: what it makes is
    in the scratchpad, or away, whenever that input was.
    """
    num_words, words = graph.predecessors.shape[1], graph.saved.size
    resident = row[num_words : num_words + words]
    written = row[num_words + 2 * words :]
    present, made, leaving_cost = 0, 0, 0
    for index in range(words):
        if graph.reads[operator, index] & ~(resident[index] | dying[index]):
            return False
        word, byte = resident[index] | graph.reads[operator, index] | graph.makes[operator, index], 0
        living = graph.makes[operator, index] & ~dying[index]
        unsaved = living & ~graph.saved[index]
        while word:
            present += graph.sums[index, byte, word & 255]
            made += graph.sums[index, byte, living & 255]
            leaving_cost += graph.sums[index, byte, unsaved & 255]
            word >>= 8
            living >>= 8
            unsaved >>= 8
            byte += 1
    if present > graph.capacity_bytes:
        return False
    if made == 0:
        return True
    leaving_cost += made
    for index in range(words):
        word = graph.reads[operator, index] & dying[index] & resident[index]
        while word:
            bit = word & -word
            size = graph.sizes[index * WORD_BITS + BIT_OF_REMAINDER[bit % 67]]
            copied = (written[index] | graph.saved[index]) & bit
            if size >= made and (size if copied else 2 * size) >= leaving_cost:
                return True
            word ^= bit
    return False


@njit(cache=True)
def _fill_ready(graph: Graph, row: Int64Array, dying: Int64Array, ready: Int64Array) -> int:
    """Fill ``ready`` with the operators worth running next; return how many. One, when one is a free move."""
    num_words = graph.predecessors.shape[1]
    executed = row[:num_words].copy()
    size = 0
    for operator in range(graph.demand_bytes.size):
        index, bit = operator // WORD_BITS, 1 << (operator % WORD_BITS)
        if executed[index] & bit or not _contains(executed, graph.predecessors[operator]):
            continue
        executed[index] |= bit
        _fill_dying(graph, executed, operator, dying)
        executed[index] ^= bit
        if _is_free_move(graph, row, operator, dying):
            ready[0] = operator
            return 1
        ready[size] = operator
        size += 1
    return size


@njit(cache=True)
def _first_reader(graph: Graph, row: Int64Array, tensor: int) -> int:
    """The operator of the lowest index that is still to read ``tensor``."""
    for index in range(graph.predecessors.shape[1]):
        word = graph.consumers[tensor, index] & ~row[index]
        if word:
            return index * WORD_BITS + BIT_OF_REMAINDER[(word & -word) % 67]
    return -1


@njit(cache=True)
def _fill_candidates(graph: Graph, row: Int64Array, operator: int, found: Int64Array) -> int:
    """Fill ``found`` with residents that ``operator`` does not use; return how many.

    The largest come first, of equal ones those whose first reader is last in the given order.
    """
    num_words, size = graph.predecessors.shape[1], 0
    readers = np.empty(found.size, dtype=np.int64)
    for index in range(graph.saved.size):
        word = row[num_words + index] & ~(graph.reads[operator, index] | graph.makes[operator, index])
        while word:
            bit = word & -word
            tensor = index * WORD_BITS + BIT_OF_REMAINDER[bit % 67]
            reader = _first_reader(graph, row, tensor)
            at = size
            while at > 0:
                difference = graph.sizes[tensor] - graph.sizes[found[at - 1]]
                if difference < 0 or (difference == 0 and reader <= readers[at - 1]):
                    break
                found[at], readers[at] = found[at - 1], readers[at - 1]
                at -= 1
            found[at], readers[at] = tensor, reader
            size += 1
            word ^= bit
    return size


@njit(cache=True)
def _leaves_first(graph: Graph, row: Int64Array, one: int, other: int) -> bool:
    """Whether ``one`` may leave wherever ``other`` does and ``one`` does not: what follows works with them exchanged.

    It is as large, leaving costs no more, and in every order some reader of ``other`` comes before all readers of
    ``one``, or is the first of them: when ``other`` is read back, ``one`` can be. That leaves a copy of ``one``, and
    none of ``other``. No matter when ``one`` had a copy anyway, since the write of ``other`` is saved; else no reader
    of ``other`` may be left by then.
    """
    cost = _leaving_cost(graph, row, one)
    if graph.sizes[one] != graph.sizes[other] or cost > _leaving_cost(graph, row, other):
        return False
    words = graph.predecessors.shape[1]
    any_before, all_before = False, True
    for index in range(words):
        word = graph.consumers[other, index] & ~row[index]
        while word:
            bit = word & -word
            followers = graph.followers[index * WORD_BITS + BIT_OF_REMAINDER[bit % 67]]
            before = True
            for at in range(words):
                if graph.consumers[one, at] & ~row[at] & ~followers[at]:
                    before = False
                    break
            any_before |= before
            all_before &= before
            word ^= bit
    return any_before if cost == graph.sizes[one] else all_before


@njit(cache=True)
def _fill_firsts(graph: Graph, row: Int64Array, candidates: Int64Array, firsts: Int64Array) -> None:
    """Fill ``firsts`` with the earlier candidates, as bits, without which a candidate does not leave.

    Only the first ``WORD_BITS`` candidates take part.
    """
    for at in range(candidates.size):
        firsts[at] = 0
        for before in range(min(at, WORD_BITS)):
            if _leaves_first(graph, row, candidates[before], candidates[at]):
                firsts[at] |= 1 << before


@njit(cache=True)
def _leaving_cost(graph: Graph, row: Int64Array, tensor: int) -> int:
    """Bytes of a read, and of a write where there is no copy."""
    index = tensor // WORD_BITS
    written = row[graph.predecessors.shape[1] + 2 * graph.saved.size + index]
    copied = (written | graph.saved[index]) >> (tensor % WORD_BITS) & 1
    return graph.sizes[tensor] if copied else 2 * graph.sizes[tensor]


@njit(cache=True)
def _run(graph: Graph, row: Int64Array, operator: int, dying: Int64Array) -> tuple[Int64Array, int]:
    """The state after ``operator`` when nothing leaves, and the bytes that exceed the capacity while it runs."""
    num_words, words = graph.predecessors.shape[1], graph.saved.size
    after = row.copy()
    after[operator // WORD_BITS] |= 1 << (operator % WORD_BITS)
    _fill_dying(graph, after[:num_words], operator, dying)
    excess = -graph.capacity_bytes
    for index in range(words):
        resident, away = num_words + index, num_words + words + index
        after[resident] |= graph.reads[operator, index] | graph.makes[operator, index]
        excess += sum_bytes(graph.sums[index : index + 1], after[resident : resident + 1])
        after[resident] &= ~dying[index]
        after[away] &= ~graph.reads[operator, index]
        after[away + words] &= ~dying[index]
    return after, excess


@njit(cache=True)
def _evict(graph: Graph, row: Int64Array, tensor: int) -> None:
    """Move ``tensor`` off-chip; ``row`` is modified in place."""
    num_words, words = graph.predecessors.shape[1], graph.saved.size
    index, bit = tensor // WORD_BITS, 1 << (tensor % WORD_BITS)
    row[num_words + index] &= ~bit
    row[num_words + words + index] |= bit
    row[num_words + 2 * words + index] |= bit & ~graph.saved[index]


@njit(cache=True)
def expand(graph: Graph, parents: Layer, rows: Int64Array, layer: Layer, limits: Limits) -> Layer:
    """Return ``layer`` with what follows the states ``rows`` of ``parents``; its arrays are modified in place.

    Parameters
    ----------
    graph : Graph
    parents : Layer
    rows : int64 array
        Of ``parents`` to expand.
    layer : Layer
        States found so far with one operator more.
    limits : Limits
    """
    num_words, words = graph.predecessors.shape[1], graph.saved.size
    ready = np.empty(graph.demand_bytes.size, dtype=np.int64)
    dying = np.empty(words, dtype=np.int64)
    candidates = np.empty(graph.sizes.size, dtype=np.int64)
    chosen = np.empty(graph.sizes.size, dtype=np.int64)
    suffix = np.empty(graph.sizes.size + 1, dtype=np.int64)
    firsts = np.empty(graph.sizes.size, dtype=np.int64)
    state = np.empty(parents.sets.shape[1], dtype=np.int64)
    numbers = np.zeros(NUM_FIELDS, dtype=np.int64)
    for parent in rows:
        row = parents.sets[parent]
        for operator in ready[: _fill_ready(graph, row, dying, ready)]:
            after, missing = _run(graph, row, operator, dying)
            numbers[PARENT], numbers[OPERATOR] = parent, operator
            num_candidates = _fill_candidates(graph, row, operator, candidates) if missing > 0 else 0
            _fill_firsts(graph, row, candidates[:num_candidates], firsts)
            suffix[num_candidates] = 0
            for at in range(num_candidates - 1, -1, -1):
                suffix[at] = suffix[at + 1] + graph.sizes[candidates[at]]
            cost, depth, at, covers, leaving = parents.numbers[parent, COST], 0, 0, 0, 0
            # sets that cover the missing bytes, each by falling size: then none of its tensors could stay
            while covers < limits.num_covers:
                if cost <= limits.cost_bytes:
                    if missing <= 0:
                        covers += 1
                        state[:] = after
                        for index in range(depth):
                            _evict(graph, state, candidates[chosen[index]])
                        numbers[COST] = cost
                        numbers[TOTAL] = cost + (
                            load_bound_bytes(graph, state, limits.cost_bytes - cost + 1) if limits.with_bound else 0
                        )
                        if numbers[TOTAL] <= limits.cost_bytes:
                            layer = _with_room(layer, num_words)
                            _insert(graph, layer, state, numbers)
                    else:
                        while suffix[at] >= missing and firsts[at] & ~leaving:
                            at += 1
                        if suffix[at] >= missing:
                            chosen[depth] = at
                            leaving |= (1 << at) if at < WORD_BITS else 0
                            missing -= graph.sizes[candidates[at]]
                            cost += _leaving_cost(graph, row, candidates[at])
                            depth += 1
                            at += 1
                            continue
                if depth == 0:
                    break
                depth -= 1
                at = chosen[depth]
                leaving &= ~(1 << at) if at < WORD_BITS else -1
                missing += graph.sizes[candidates[at]]
                cost -= _leaving_cost(graph, row, candidates[at])
                at += 1
    return layer
