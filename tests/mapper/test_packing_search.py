"""Searches that take turns: each of them is complete, time is kept, and chance is reproducible."""

from __future__ import annotations

import math
import time
from itertools import islice, permutations

import numpy as np
import pytest
from hypothesis import given, settings

from mapper import packing_search
from mapper.allocate import Box
from mapper.kernels.lowest_fit import Lifetimes
from mapper.kernels.packing import IMPOSSIBLE, PLACED, RUNNING
from mapper.packing_search import ORDERING_LETTERS, ORDERINGS, SearchOutcome, search_in_turns
from tests.mapper.packing_oracle import boxes_and_capacities, check_places, cut_boxes, fits
from tests.mapper.problem_without_places import BOXES, CAPACITY_BYTES

NO_PLACES = [Box(first, last + 1, size) for first, last, size in BOXES]
"""Nowhere more than the capacity, and yet."""

UNEVEN = [Box(0, 2, 2), Box(1, 3, 2), Box(2, 4, 2), Box(3, 5, 2), Box(4, 6, 2), Box(0, 6, 1)]


def search(
    boxes: list[Box], capacity: int, orderings: tuple[str, ...] = ORDERINGS, deadline: float = math.inf
) -> SearchOutcome:
    fields = [(box.lower, box.upper, box.size, box.alignment) for box in boxes]
    lifetimes = Lifetimes(*np.array(fields, np.int64).reshape(-1, 4).T.copy())
    return search_in_turns(lifetimes, capacity, deadline, orderings)


@given(case=boxes_and_capacities())
def test_every_ordering_gives_the_answer_of_every_order_of_stacking(case):
    boxes, capacity = case
    expected = PLACED if fits(boxes, capacity) else IMPOSSIBLE
    for ordering in (*ORDERINGS, *ORDERING_LETTERS):
        outcome = search(boxes, capacity, (ordering,))
        assert outcome.status == expected
        if expected == PLACED:
            check_places(boxes, outcome.offsets.tolist(), capacity)


@pytest.mark.parametrize("seed", range(4))
def test_every_ordering_fills_what_was_cut(seed):
    boxes = cut_boxes(seed, num_boxes=16, num_steps=40, capacity_bytes=64)
    for ordering in ORDERINGS:
        outcome = search(boxes, 64, (ordering,), time.perf_counter() + 20)
        assert outcome.status == PLACED
        check_places(boxes, outcome.offsets.tolist(), 64)
        assert search(boxes, 63, (ordering,)).status == IMPOSSIBLE


@given(case=boxes_and_capacities())
@settings(max_examples=30)
def test_the_unit_of_sizes_does_not_matter(case):
    boxes, capacity = case
    outcome = search(boxes, capacity)
    scaled = search(
        [Box(box.lower * 5, box.upper * 5, box.size * 48, box.alignment * 48) for box in boxes], capacity * 48
    )
    assert (scaled.status, scaled.num_nodes) == (outcome.status, outcome.num_nodes)
    assert scaled.offsets.tolist() == (outcome.offsets * 48).tolist()


def test_a_remainder_of_the_capacity_is_of_no_use():
    # Sizes are multiples of 4, so that 11 bytes hold as much as 8.
    assert search([Box(0, 1, 4), Box(0, 1, 4)], 11).status == PLACED
    assert search([Box(0, 1, 8), Box(0, 1, 4)], 11).status == IMPOSSIBLE


def test_boxes_without_size_lie_at_0():
    outcome = search([Box(0, 9, 0), Box(0, 1, 4), Box(0, 1, 0, alignment=3)], 4)
    assert (outcome.status, outcome.offsets.tolist()) == (PLACED, [0, 0, 0])
    assert search([], 1).status == PLACED


def test_no_time_leaves_what_sums_of_sizes_say():
    assert search(UNEVEN, 5, deadline=0.0).status == RUNNING
    assert search(UNEVEN, 4, deadline=0.0).status == IMPOSSIBLE


def test_the_clock_ends_a_search_that_is_not_done():
    boxes = cut_boxes(1, num_boxes=300, num_steps=200, capacity_bytes=10**6)
    begin = time.perf_counter()
    outcome = search(boxes, 10**6, ("TWA",), begin + 0.3)
    assert outcome.status == RUNNING
    assert outcome.num_nodes > 0
    assert time.perf_counter() - begin < 3


def test_the_same_call_gives_the_same_places():
    boxes = cut_boxes(5, num_boxes=24, num_steps=40, capacity_bytes=64)
    first, second = (search(boxes, 64, ("L?",), time.perf_counter() + 20) for _ in range(2))
    assert first.status == second.status == PLACED
    assert (first.num_nodes, first.offsets.tolist()) == (second.num_nodes, second.offsets.tolist())


def test_draws_that_are_cut_off_get_longer_until_one_is_done(monkeypatch):
    monkeypatch.setattr(packing_search, "_NODES_PER_DRAW", 1)
    monkeypatch.setattr(packing_search, "_DRAWS_OF_EQUAL_LENGTH", 2)
    monkeypatch.setattr(packing_search, "_WORK_PER_CALL", 1)
    outcome = search(NO_PLACES, CAPACITY_BYTES, ("L?",))
    assert outcome.status == IMPOSSIBLE
    assert outcome.num_nodes > 2 * search(NO_PLACES, CAPACITY_BYTES, ("L",)).num_nodes > 20


def test_turns_get_longer():
    assert list(islice(packing_search._turns(2, 7), 9)) == [(0, 7), (1, 7), *[(0, 7)] * 2, *[(1, 7)] * 2, *[(0, 7)] * 3]


def test_ranks_follow_the_letters():
    # Two slices: boxes 0, 1, 2 (load 9), then 2 and 3 (load 5). Lifetimes 2, 2, 4, 2; areas 10, 2, 12, 4.
    lower, upper, size = np.array([0, 0, 0, 2]), np.array([2, 2, 4, 4]), np.array([5, 1, 3, 2])
    _, sliced = packing_search._slice(Lifetimes(lower, upper, size, np.ones(4, np.int64)), 9)
    rng = np.random.default_rng(0)
    by_time = list(zip(sliced.first.tolist(), sliced.end.tolist(), sliced.boxes.size.tolist(), strict=True))
    assert by_time == [(0, 1, 5), (0, 1, 1), (0, 2, 3), (1, 2, 2)]
    assert sliced.load.tolist() == [9, 5]
    ranks = {letters: packing_search._ranks(sliced, letters, rng).tolist() for letters in ("WA", "TA", "UA", "LA", "A")}
    assert ranks == {
        "WA": [1, 3, 0, 2],
        "TA": [1, 2, 0, 3],
        "UA": [2, 3, 0, 1],
        "LA": [1, 2, 0, 3],
        "A": [1, 3, 0, 2],
    }
    drawn = {tuple(packing_search._ranks(sliced, "L?", rng).tolist()) for _ in range(50)}
    assert drawn == {(*first, 3) for first in permutations(range(3))}
