"""Exact packing of boxes with fixed lifetimes below a capacity: a resumable depth-first search.

Boxes are placed in the order of their offsets, each as low as those placed before it allow, so that only solutions are
met in which every box rests on the ground or on another box; every solution can be pushed down into such a one.

    capacity ----------------------      A box is *left behind* when it could have been placed lower than the last
             |    +-----+         |      one: it can only come later if another box lifts it. A box that ends below the
             +--+ |  b  | +---+   |      offset of the next one would have fitted there: the next one is not tried
             |a | +-----+ | c |   |      (dominance). Equal boxes are placed in the order of their ranks.
             +--+---------+---+----
               time ->

After each placement the boxes left fall apart into components that share no time; they are solved one by one, and when
one has no solution, the search returns to the placement that split it off, past those of its solved siblings.

A branch is cut when somewhere in time the lowest place left and the sizes of all boxes left exceed the capacity. Most
such branches fail at a moment that no later candidate could help either: then these are left out too. So are they after
a box that fails although it lifts no other: in any solution it could lie there.
Time is counted in *slices*: the maximal sets of boxes that live together, in order of time.

Source: Moffitt, MiniMalloc, ASPLOS 2023 (canonical solutions, dominance, inference by section, decomposition).
All callees of the cached functions are in this file on purpose: numba keeps stale callees of other files.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]

RUNNING, PLACED, IMPOSSIBLE = 0, 1, 2
"""What ``search`` returns."""

_NONE = -1
_FAR = np.int64(2**62)


class PackingBoxes(NamedTuple):
    """Boxes sorted by first slice; int64 arrays of shape (boxes,) unless said otherwise.

    ``first`` and ``end`` bound the slices of a box, half-open; ``rank`` decides between equal offsets, lowest first;
    ``twin`` is the equal box of the next lower rank, or -1.
    """

    first: Int64Array
    end: Int64Array
    size: Int64Array
    alignment: Int64Array
    rank: Int64Array
    twin: Int64Array
    capacity: int


class SearchState(NamedTuple):
    """Where a search stands; all arrays are modified in place.

    Parameters
    ----------
    order : int64 array, shape (boxes,)
        Every component is a run of it, sorted by first slice.
    lowest : int64 array, shape (boxes,)
        Lowest offset above the boxes placed so far; of a placed box its offset.
    is_placed : int64 array, shape (boxes,)
    load : int64 array, shape (slices,)
        Sizes of boxes not placed.
    floor, support, next_support : int64 array, shape (slices,)
        Scratch.
    components : int64 array, shape (boxes + 1, 6)
        Stack of components, those of the current branch.
    frames : int64 array, shape (boxes + 1, 9)
        Placements of the current branch.
    trail : int64 array, shape (overlapping pairs + 1, 2)
        Box and former lowest offset.
    counters : int64 array, shape (5,)
    """

    order: Int64Array
    lowest: Int64Array
    is_placed: Int64Array
    load: Int64Array
    floor: Int64Array
    support: Int64Array
    next_support: Int64Array
    components: Int64Array
    frames: Int64Array
    trail: Int64Array
    counters: Int64Array


_BEGIN, _END, _LAST_OFFSET, _LAST_RANK, _PARENT, _NEXT = range(6)
"""Columns of a component: its run of ``order``; offset and rank of the last box placed before it; the frame that split
it off; the component to solve after it."""
_COMPONENT, _TRIED_OFFSET, _TRIED_RANK, _BOX, _PLACE, _TRAIL, _NUM_COMPONENTS, _PENDING, _IS_FREE = range(9)
"""Columns of a frame: what it works on; the last candidate; the box placed and where it stood in ``order``; sizes of
trail and component stack, and first component to solve, before the placement; whether the box lifts no other."""
_DEPTH, _HEAD, _STACKED, _TRAILED, NODES = range(5)
"""Counters: frames in use, first component to solve, components on the stack, entries of the trail, placements."""


@njit(cache=True)
def slices_of(lower: Int64Array, upper: Int64Array) -> tuple[Int64Array, Int64Array, int]:
    """Return first slice and end slice of each lifetime ``[lower, upper)``, and the number of slices.

    A slice closes when, after boxes have begun, the first one ends.
    """
    num = lower.size
    first, end = np.empty(num, np.int64), np.empty(num, np.int64)
    begins, ends = np.argsort(lower), np.argsort(upper)
    begun, ended, slices, is_open = 0, 0, 0, False
    while ended < num:
        if begun < num and lower[begins[begun]] < upper[ends[ended]]:
            first[begins[begun]] = slices
            begun += 1
            is_open = True
        else:
            if is_open:
                slices += 1
                is_open = False
            end[ends[ended]] = slices
            ended += 1
    return first, end, slices


@njit(cache=True)
def count_overlaps(first: Int64Array, end: Int64Array) -> int:
    """Return the number of pairs of boxes that live at the same time; boxes sorted by first slice."""
    pairs = 0
    for one in range(first.size):
        for other in range(one + 1, first.size):
            if first[other] >= end[one]:
                break
            pairs += 1
    return pairs


@njit(cache=True)
def slice_loads(first: Int64Array, end: Int64Array, size: Int64Array, num_slices: int) -> Int64Array:
    """Return the sum of sizes in each slice."""
    load = np.zeros(num_slices, np.int64)
    for box in range(size.size):
        load[first[box] : end[box]] += size[box]
    return load


def new_state(num_boxes: int, num_slices: int, num_pairs: int) -> SearchState:
    """Return the arrays of a search, for ``start`` to fill; ``num_pairs`` boxes overlap."""
    return SearchState(
        order=np.zeros(num_boxes, np.int64),
        lowest=np.zeros(num_boxes, np.int64),
        is_placed=np.zeros(num_boxes, np.int64),
        load=np.zeros(num_slices, np.int64),
        floor=np.zeros(num_slices, np.int64),
        support=np.zeros(num_slices, np.int64),
        next_support=np.zeros(num_slices, np.int64),
        components=np.zeros((num_boxes + 1, 6), np.int64),
        frames=np.zeros((num_boxes + 1, 9), np.int64),
        trail=np.zeros((num_pairs + 1, 2), np.int64),
        counters=np.zeros(5, np.int64),
    )


@njit(cache=True)
def start(boxes: PackingBoxes, state: SearchState) -> int:
    """Prepare ``state``, allocated by the caller, for the first call of ``search``; return what is known already."""
    num = boxes.size.size
    state.order[:] = np.arange(num)
    state.lowest[:] = 0
    state.is_placed[:] = 0
    state.load[:] = slice_loads(boxes.first, boxes.end, boxes.size, state.load.size)
    state.counters[:] = 0
    state.counters[_HEAD] = _NONE
    if num and (state.load.max() > boxes.capacity):
        return IMPOSSIBLE
    _split(boxes, state, 0, num, _NONE, _NONE, _NONE)
    if state.counters[_HEAD] == _NONE:
        return PLACED
    _enter(state)
    return RUNNING


@njit(cache=True)
def search(boxes: PackingBoxes, state: SearchState, num_nodes: int) -> int:
    """Go on for ``num_nodes`` placements at most.

    Returns
    -------
    int
        PLACED: ``state.lowest`` holds the offsets. IMPOSSIBLE: all was tried. RUNNING: call again.
    """
    counters, frames = state.counters, state.frames
    stop = counters[NODES] + num_nodes
    while counters[NODES] < stop:
        depth = counters[_DEPTH] - 1
        box = _next_candidate(boxes, state, depth)
        if box == _NONE:
            parent = state.components[frames[depth, _COMPONENT], _PARENT]
            if parent == _NONE:
                return IMPOSSIBLE
            counters[_DEPTH] -= 1
            while counters[_DEPTH] > parent:
                _take_back(boxes, state, counters[_DEPTH] - 1)
                counters[_DEPTH] -= 1
            counters[_DEPTH] = parent + 1
            if frames[parent, _IS_FREE]:
                frames[parent, _TRIED_OFFSET] = _FAR
            continue
        counters[NODES] += 1
        full = _place(boxes, state, depth, box)
        if full != _NONE:
            _take_back(boxes, state, depth)
            if frames[depth, _IS_FREE] or _stays_full(boxes, state, depth, full):
                frames[depth, _TRIED_OFFSET] = _FAR
            continue
        component = frames[depth, _COMPONENT]
        begin, end = state.components[component, _BEGIN], state.components[component, _END]
        _split(boxes, state, begin + 1, end, state.lowest[box], boxes.rank[box], depth)
        if counters[_HEAD] == _NONE:
            return PLACED
        _enter(state)
    return RUNNING


@njit(cache=True)
def _enter(state: SearchState) -> None:
    """Open a frame for the first component to solve."""
    component, depth = state.counters[_HEAD], state.counters[_DEPTH]
    state.counters[_HEAD] = state.components[component, _NEXT]
    state.counters[_DEPTH] = depth + 1
    frame = state.frames[depth]
    frame[_COMPONENT] = component
    frame[_TRIED_OFFSET] = state.components[component, _LAST_OFFSET]
    frame[_TRIED_RANK] = state.components[component, _LAST_RANK]


@njit(cache=True)
def _split(
    boxes: PackingBoxes, state: SearchState, begin: int, end: int, last_offset: int, last_rank: int, parent: int
) -> None:
    """Push the components of ``order[begin:end]``."""
    at = begin
    while at < end:
        start_at = at
        until = boxes.end[state.order[at]]
        at += 1
        while at < end and boxes.first[state.order[at]] < until:
            until = max(until, boxes.end[state.order[at]])
            at += 1
        component = state.counters[_STACKED]
        row = state.components[component]
        row[_BEGIN], row[_END], row[_PARENT] = start_at, at, parent
        row[_LAST_OFFSET], row[_LAST_RANK], row[_NEXT] = last_offset, last_rank, state.counters[_HEAD]
        state.counters[_HEAD] = component
        state.counters[_STACKED] = component + 1


@njit(cache=True)
def _next_candidate(boxes: PackingBoxes, state: SearchState, depth: int) -> int:
    """Return the box to place next in the component of a frame, or -1 when all were tried; note where it stands."""
    frame = state.frames[depth]
    component = state.components[frame[_COMPONENT]]
    ceiling = _FAR
    best, place = _NONE, _NONE
    best_offset, best_rank = _FAR, _FAR
    for at in range(component[_BEGIN], component[_END]):
        box = state.order[at]
        offset, rank = state.lowest[box], boxes.rank[box]
        ceiling = min(ceiling, offset + boxes.size[box])
        if offset < frame[_TRIED_OFFSET] or (offset == frame[_TRIED_OFFSET] and rank <= frame[_TRIED_RANK]):
            continue
        if offset > best_offset or (offset == best_offset and rank > best_rank):
            continue
        if boxes.twin[box] != _NONE and state.is_placed[boxes.twin[box]] == 0:
            continue
        best, place, best_offset, best_rank = box, at, offset, rank
    if best_offset >= ceiling:
        return _NONE
    frame[_TRIED_OFFSET], frame[_TRIED_RANK], frame[_BOX], frame[_PLACE] = best_offset, best_rank, best, place
    return best


@njit(cache=True)
def _place(boxes: PackingBoxes, state: SearchState, depth: int, box: int) -> int:
    """Place ``box`` at its lowest offset; return a slice where the rest cannot fit any more, or -1.

    ``_take_back`` undoes it.
    """
    frame = state.frames[depth]
    component = state.components[frame[_COMPONENT]]
    begin, end = component[_BEGIN], component[_END]
    frame[_TRAIL], frame[_NUM_COMPONENTS] = state.counters[_TRAILED], state.counters[_STACKED]
    frame[_PENDING], frame[_IS_FREE] = state.counters[_HEAD], 0
    for at in range(frame[_PLACE], begin, -1):
        state.order[at] = state.order[at - 1]
    state.order[begin] = box
    state.is_placed[box] = 1
    state.load[boxes.first[box] : boxes.end[box]] -= boxes.size[box]
    top = state.lowest[box] + boxes.size[box]
    for moment in range(boxes.first[box], boxes.end[box]):
        if state.load[moment] + top > boxes.capacity:
            return moment
    full = _lift(boxes, state, begin + 1, end, box)
    frame[_IS_FREE] = state.counters[_TRAILED] == frame[_TRAIL]
    return full if full != _NONE else _full_slice(boxes, state, begin + 1, end, box)


@njit(cache=True)
def _lift(boxes: PackingBoxes, state: SearchState, begin: int, end: int, box: int) -> int:
    """Lift what overlaps ``box`` above it; return a slice where something leaves the capacity, or -1."""
    top = state.lowest[box] + boxes.size[box]
    first, last = boxes.first[box], boxes.end[box]
    trailed = state.counters[_TRAILED]
    full = _NONE
    for at in range(begin, end):
        other = state.order[at]
        if boxes.first[other] >= last:
            break
        if boxes.end[other] <= first or state.lowest[other] >= top:
            continue
        alignment = boxes.alignment[other]
        state.trail[trailed, 0], state.trail[trailed, 1] = other, state.lowest[other]
        trailed += 1
        state.lowest[other] = (top + alignment - 1) // alignment * alignment
        if state.lowest[other] + boxes.size[other] > boxes.capacity:
            full = boxes.first[other]
            break
    state.counters[_TRAILED] = trailed
    return full


@njit(cache=True)
def _full_slice(boxes: PackingBoxes, state: SearchState, begin: int, end: int, box: int) -> int:
    """Return a slice where the sizes of the boxes left do not fit above the lowest of them after ``box``, or -1."""
    if begin == end:
        return _NONE
    first, last = _find_supports(boxes, state, begin, end, box)
    state.floor[first:last] = boxes.capacity
    for at in range(begin, end):
        other = state.order[at]
        offset = state.lowest[other]
        if _is_behind(boxes, state, other, box):
            offset = _offset_on_support(boxes, state, other, box)
            if offset + boxes.size[other] > boxes.capacity:
                return boxes.first[other]
        floor = state.floor[boxes.first[other] : boxes.end[other]]
        for moment in range(floor.size):
            floor[moment] = min(floor[moment], offset)
    for moment in range(first, last):
        if state.floor[moment] + state.load[moment] > boxes.capacity:
            return moment
    return _NONE


@njit(cache=True)
def _is_behind(boxes: PackingBoxes, state: SearchState, other: int, box: int) -> bool:
    """Whether ``other`` could have been placed before ``box``, but was not."""
    offset, last_offset = state.lowest[other], state.lowest[box]
    return offset < last_offset or (offset == last_offset and boxes.rank[other] <= boxes.rank[box])


@njit(cache=True)
def _find_supports(boxes: PackingBoxes, state: SearchState, begin: int, end: int, box: int) -> tuple[int, int]:
    """Fill in, by slice of boxes left behind, the lowest top that a box left can have, and the lowest of another.

    Boxes left are not placed lower than ``box``, the last one. Returns the range of all boxes left.
    """
    first, last = boxes.first[state.order[begin]], boxes.first[state.order[begin]]
    behind_first, behind_last = _FAR, _FAR
    for at in range(begin, end):
        other = state.order[at]
        last = max(last, boxes.end[other])
        if _is_behind(boxes, state, other, box):
            behind_last = boxes.end[other] if behind_first == _FAR else max(behind_last, boxes.end[other])
            behind_first = min(behind_first, boxes.first[other])
    state.support[first:last] = _FAR
    state.next_support[first:last] = _FAR
    for at in range(begin, end):
        other = state.order[at]
        if boxes.first[other] >= behind_last:
            break
        if boxes.end[other] <= behind_first:
            continue
        top = max(state.lowest[other], state.lowest[box]) + boxes.size[other]
        support = state.support[boxes.first[other] : boxes.end[other]]
        next_support = state.next_support[boxes.first[other] : boxes.end[other]]
        for moment in range(support.size):  # without branches, so that it is done in vectors
            lower = support[moment]
            next_support[moment] = min(next_support[moment], max(lower, top))
            support[moment] = min(lower, top)
    return first, last


@njit(cache=True)
def _offset_on_support(boxes: PackingBoxes, state: SearchState, other: int, box: int) -> int:
    """Return the least offset of ``other``, left behind by ``box``, on another box left."""
    own_top = state.lowest[box] + boxes.size[other]
    support = state.support[boxes.first[other] : boxes.end[other]]
    next_support = state.next_support[boxes.first[other] : boxes.end[other]]
    offset = _FAR
    for moment in range(support.size):  # where its own top is the lowest, the next lowest counts
        offset = min(offset, next_support[moment] if support[moment] == own_top else support[moment])
    return offset


@njit(cache=True)
def _stays_full(boxes: PackingBoxes, state: SearchState, depth: int, full: int) -> bool:
    """Whether slice ``full`` will be so after every later candidate of the frame too, whichever it is.

    It will unless some box there starts low enough: a later candidate, or one that is passed over, on another.
    """
    frame = state.frames[depth]
    component, box = state.components[frame[_COMPONENT]], frame[_BOX]
    highest = boxes.capacity - state.load[full]
    for at in range(component[_BEGIN], component[_END]):
        other = state.order[at]
        if boxes.first[other] > full:
            break
        if boxes.end[other] <= full or state.lowest[other] > highest:
            continue
        if not _is_behind(boxes, state, other, box):
            return False
        for support_at in range(component[_BEGIN], component[_END]):
            support = state.order[support_at]
            if boxes.first[support] >= boxes.end[other]:
                break
            top = max(state.lowest[support], state.lowest[box]) + boxes.size[support]
            if support != other and boxes.end[support] > boxes.first[other] and top <= highest:
                return False
    return True


@njit(cache=True)
def _take_back(boxes: PackingBoxes, state: SearchState, depth: int) -> None:
    """Undo the placement of a frame."""
    frame = state.frames[depth]
    begin, box = state.components[frame[_COMPONENT], _BEGIN], frame[_BOX]
    for at in range(state.counters[_TRAILED] - 1, frame[_TRAIL] - 1, -1):
        state.lowest[state.trail[at, 0]] = state.trail[at, 1]
    state.counters[_TRAILED], state.counters[_STACKED] = frame[_TRAIL], frame[_NUM_COMPONENTS]
    state.counters[_HEAD] = frame[_PENDING]
    state.load[boxes.first[box] : boxes.end[box]] += boxes.size[box]
    state.is_placed[box] = 0
    for at in range(begin, frame[_PLACE]):
        state.order[at] = state.order[at + 1]
    state.order[frame[_PLACE]] = box
