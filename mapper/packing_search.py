"""Complete searches for a packing that prefer different boxes and take turns until one of them is done."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from mapper.kernels import packing
from mapper.kernels.lowest_fit import Lifetimes
from mapper.kernels.packing import Int64Array, PackingBoxes, SearchState

ORDERINGS = ("TWA", "LT", "UAW", "AWT", "WAT", "L?", "U?")
"""Which of two boxes with equal lowest offsets is tried first: the one with more of the first letter, then of the
second, ...: T the highest load in its lifetime, W its lifetime, A its area (lifetime times size), L how early it
begins, U how late it ends. With ``?`` chance decides the rest, and the search begins anew, with another draw, every now
and then: a solution that is far away under one draw is near under another."""

ORDERING_LETTERS = "TWALU?"

_WORK_PER_CALL = 200_000
"""Boxes visited between two looks at the clock, some hundredths of a second."""

_NODES_PER_DRAW = 4_000
_DRAWS_OF_EQUAL_LENGTH = 100
"""After so many draws each of them gets ``_NODES_PER_DRAW`` placements more, so that one of them will be done."""

_DRAWN = "?"


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


def search_in_turns(boxes: Lifetimes, capacity_bytes: int, deadline: float, orderings: Sequence[str]) -> SearchOutcome:
    """Return the outcome of the first search that ends, or of none after ``deadline`` (of ``time.perf_counter``).

    Parameters
    ----------
    boxes : Lifetimes
        Those of size 0 get offset 0.
    capacity_bytes : int
    deadline : float
    orderings : sequence of str
        One search each, as ``ORDERINGS``; at least one.
    """
    offsets = np.zeros(boxes.size.size, np.int64)
    index, sliced = _slice(boxes, capacity_bytes)
    if sliced.load.max(initial=0) > sliced.capacity:
        return SearchOutcome(status=packing.IMPOSSIBLE, offsets=offsets, num_nodes=0)
    searches = [_Search(sliced, ordering, np.random.default_rng(0)) for ordering in orderings]
    status = packing.RUNNING
    for turn, num_nodes in _turns(len(orderings), max(1, _WORK_PER_CALL // max(1, index.size))):
        if time.perf_counter() >= deadline:
            break
        status = searches[turn].go_on(num_nodes)
        if status == packing.PLACED:
            offsets[index] = searches[turn].offsets()
        if status != packing.RUNNING:
            break
    return SearchOutcome(status=status, offsets=offsets, num_nodes=sum(one.num_nodes for one in searches))


@cache
def compile_searches() -> None:
    """Compile the kernels, or load what was compiled before: seconds that no time limit should count."""
    zero, one = np.zeros(1, np.int64), np.ones(1, np.int64)
    search_in_turns(Lifetimes(zero, one, one, one), 1, math.inf, ORDERINGS[:1])


@dataclass(frozen=True, slots=True)
class _Sliced:
    """Boxes of some size sorted by first slice; sizes, alignments, load and capacity in ``unit`` bytes."""

    boxes: Lifetimes
    first: Int64Array
    end: Int64Array
    load: Int64Array
    capacity: int
    unit: int


def _slice(boxes: Lifetimes, capacity_bytes: int) -> tuple[Int64Array, _Sliced]:
    """Return which boxes are searched, in which order, and these boxes."""
    first, end, num_slices = packing.slices_of(boxes.lower, boxes.upper)
    index = np.lexsort((end, first))
    index = index[boxes.size[index] > 0]
    unit = max(int(np.gcd.reduce(np.append(boxes.size[index], boxes.alignment[boxes.alignment > 1]))), 1)
    size, alignment = boxes.size[index] // unit, np.maximum(boxes.alignment[index] // unit, 1)
    return index, _Sliced(
        boxes=Lifetimes(boxes.lower[index], boxes.upper[index], size, alignment),
        first=first[index],
        end=end[index],
        load=packing.slice_loads(first[index], end[index], size, num_slices),
        capacity=capacity_bytes // unit,
        unit=unit,
    )


class _Search:
    """A search that stands somewhere; it takes memory from its first turn on."""

    def __init__(self, sliced: _Sliced, ordering: str, rng: np.random.Generator) -> None:
        self.num_nodes = 0
        self._sliced = sliced
        self._ordering = ordering
        self._rng = rng
        self._num_draws = 0
        self._boxes: PackingBoxes | None = None
        self._state: SearchState = packing.new_state(0, 0, 0)

    def go_on(self, num_nodes: int) -> int:
        """Try about ``num_nodes`` placements more; return what ``packing.search`` does."""
        if self._boxes is None or self._is_over():
            self._num_draws += 1
            self._boxes = _ranked(self._sliced, self._ordering, self._rng)
            self._state = _new_state(self._sliced)
            status = int(packing.start(self._boxes, self._state))
            if status != packing.RUNNING:
                return status
        before = int(self._state.counters[packing.NODES])
        status = int(packing.search(self._boxes, self._state, num_nodes))
        self.num_nodes += int(self._state.counters[packing.NODES]) - before
        return status

    def offsets(self) -> Int64Array:
        """Return the offsets in bytes, when placed."""
        return self._state.lowest * self._sliced.unit

    def _is_over(self) -> bool:
        """Whether another draw has its turn."""
        limit = _NODES_PER_DRAW * (1 + self._num_draws // _DRAWS_OF_EQUAL_LENGTH)
        return _DRAWN in self._ordering and int(self._state.counters[packing.NODES]) >= limit


def _new_state(sliced: _Sliced) -> SearchState:
    num_pairs = packing.count_overlaps(sliced.first, sliced.end)
    return packing.new_state(sliced.first.size, sliced.load.size, num_pairs)


def _ranked(sliced: _Sliced, ordering: str, rng: np.random.Generator) -> PackingBoxes:
    """Return the boxes with their places in ``ordering``."""
    rank = _ranks(sliced, ordering, rng)
    return PackingBoxes(
        first=sliced.first,
        end=sliced.end,
        size=sliced.boxes.size,
        alignment=sliced.boxes.alignment,
        rank=rank,
        twin=_twins(sliced, rank),
        capacity=sliced.capacity,
    )


def _ranks(sliced: _Sliced, ordering: str, rng: np.random.Generator) -> Int64Array:
    """Return the place of each box in ``ordering``, from 0."""
    lifetime, num = sliced.boxes.upper - sliced.boxes.lower, sliced.first.size
    keys = {
        "T": np.array([sliced.load[begin:end].max() for begin, end in zip(sliced.first, sliced.end, strict=True)]),
        "W": lifetime,
        "A": lifetime * sliced.boxes.size.astype(float),  # as an integer it could leave 64 bits
        "L": -sliced.first,
        "U": sliced.end,
        _DRAWN: rng.permutation(num),
    }
    ranks = np.empty(num, np.int64)
    ranks[np.lexsort([-keys[letter] for letter in reversed(ordering)])] = np.arange(num)
    return ranks


def _twins(sliced: _Sliced, rank: Int64Array) -> Int64Array:
    """Return, by box, the one of the next lower rank among those with the same slices, size and alignment, or -1."""
    twins = np.full(rank.size, -1, np.int64)
    last: dict[tuple[int, ...], int] = {}
    fields = (sliced.first, sliced.end, sliced.boxes.size, sliced.boxes.alignment)
    keys = list(zip(*(field.tolist() for field in fields), strict=True))
    for box in np.argsort(rank).tolist():
        twins[box] = last.get(keys[box], -1)
        last[keys[box]] = box
    return twins


def _turns(num_searches: int, num_nodes: int) -> Iterator[tuple[int, int]]:
    """Yield search and number of nodes of each call, without end: each time around twice as many calls in a row."""
    num_calls = 1
    while True:
        for search in range(num_searches):
            for _ in range(num_calls):
                yield search, num_nodes
        num_calls *= 2
