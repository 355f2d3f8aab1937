"""Complete searches for a packing that prefer different boxes and take turns until one of them is done."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mapper.kernels import packing
from mapper.kernels.lowest_fit import Lifetimes
from mapper.kernels.packing import Int64Array, PackingBoxes, SearchState

ORDERINGS = ("TWA", "AWT", "WAT", "TAW", "ATW", "WTA")
"""Which of two boxes with equal lowest offsets is tried first: the one with more of the first letter, then of the
second, ...: T the highest load in its lifetime, W its lifetime, A its area (lifetime times size)."""

_WORK_PER_CALL = 200_000
"""Boxes visited between two looks at the clock, some hundredths of a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOutcome:
    """What the searches found.

    Parameters
    ----------
    status : int
        PLACED, IMPOSSIBLE, or RUNNING when time was up.
    offsets : int64 array, shape (boxes,)
        Of use when PLACED.
    num_nodes : int
        Placements tried, by all of them.
    """

    status: int
    offsets: Int64Array
    num_nodes: int


@dataclass(slots=True)
class _Search:
    """A search that stands somewhere; ``status`` is what the kernel said last."""

    boxes: PackingBoxes
    state: SearchState
    status: int


def search_in_turns(boxes: Lifetimes, capacity_bytes: int, deadline: float, orderings: Sequence[str]) -> SearchOutcome:
    """Return the outcome of the first search that ends, or of none after ``deadline`` (of ``time.perf_counter``).

    Parameters
    ----------
    boxes : Lifetimes
        Those of size 0 get offset 0.
    capacity_bytes : int
    deadline : float
    orderings : sequence of str
        One search each, as ``ORDERINGS``.
    """
    offsets = np.zeros(boxes.size.size, np.int64)
    first, end, num_slices = packing.slices_of(boxes.lower, boxes.upper)
    index = np.lexsort((end, first))
    index = index[boxes.size[index] > 0]
    unit = int(np.gcd.reduce(np.append(boxes.size[index], boxes.alignment[boxes.alignment > 1])))
    sorted_boxes = Lifetimes(*(field[index] for field in boxes))
    slices = _Slices(first[index], end[index], num_slices)
    searches: list[_Search] = []
    outcome = packing.RUNNING
    for turn, num_nodes in _turns(len(orderings), max(1, _WORK_PER_CALL // max(1, index.size))):
        if turn == len(searches):
            searches.append(_begin(sorted_boxes, slices, unit, capacity_bytes, orderings[turn]))
        one = searches[turn]
        if one.status == packing.RUNNING and time.perf_counter() < deadline:
            one.status = packing.search(one.boxes, one.state, num_nodes)
        outcome = one.status
        if outcome == packing.PLACED:
            offsets[index] = one.state.lowest * unit
        if outcome != packing.RUNNING or time.perf_counter() >= deadline:
            break
    num_tried = sum(int(one.state.counters[packing.NODES]) for one in searches)
    return SearchOutcome(status=outcome, offsets=offsets, num_nodes=num_tried)


@dataclass(frozen=True, slots=True)
class _Slices:
    """First slice and end slice by box."""

    first: Int64Array
    end: Int64Array
    num: int


def _begin(boxes: Lifetimes, slices: _Slices, unit: int, capacity_bytes: int, ordering: str) -> _Search:
    """Return a search for boxes sorted by first slice; it counts sizes in ``unit``, which divides them all."""
    num = boxes.size.size
    rank = _ranks(boxes, slices, ordering)
    searched = PackingBoxes(
        first=slices.first,
        end=slices.end,
        size=boxes.size // unit,
        alignment=np.maximum(boxes.alignment // unit, 1),
        rank=rank,
        twin=_twins(boxes, slices, rank),
        capacity=capacity_bytes // unit,
    )
    num_pairs = packing.count_overlaps(slices.first, slices.end)
    state = packing.new_state(num, slices.num, num_pairs)
    return _Search(searched, state, packing.start(searched, state))


def _ranks(boxes: Lifetimes, slices: _Slices, ordering: str) -> Int64Array:
    """Return the place of each box in ``ordering``, from 0."""
    lifetime = boxes.upper - boxes.lower
    load = packing.slice_loads(slices.first, slices.end, boxes.size, slices.num)
    keys = {
        "T": np.array([load[first:end].max() for first, end in zip(slices.first, slices.end, strict=True)]),
        "W": lifetime,
        "A": lifetime * boxes.size.astype(float),  # as an integer it could leave 64 bits
    }
    ranks = np.empty(boxes.size.size, np.int64)
    ranks[np.lexsort([-keys[letter] for letter in reversed(ordering)])] = np.arange(boxes.size.size)
    return ranks


def _twins(boxes: Lifetimes, slices: _Slices, rank: Int64Array) -> Int64Array:
    """Return, by box, the one of the next lower rank among those with the same slices, size and alignment, or -1."""
    twins = np.full(rank.size, -1, np.int64)
    last: dict[tuple[int, ...], int] = {}
    for box in np.argsort(rank).tolist():
        key = tuple(int(field[box]) for field in (slices.first, slices.end, boxes.size, boxes.alignment))
        twins[box] = last.get(key, -1)
        last[key] = box
    return twins


def _turns(num_searches: int, num_nodes: int) -> Iterator[tuple[int, int]]:
    """Yield search and number of nodes of each call, without end: each time around twice as many calls in a row."""
    num_calls = 1
    while True:
        for search in range(num_searches):
            for _ in range(num_calls):
                yield search, num_nodes
        num_calls *= 2
