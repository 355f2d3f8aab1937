"""The search itself: slices of time by hand, answers against every order of stacking, and itself uncompiled."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.allocate import Box
from mapper.kernels import packing
from mapper.kernels.packing import IMPOSSIBLE, NODES, PLACED, RUNNING, PackingBoxes, SearchState
from tests.mapper.packing_oracle import boxes_and_capacities, check_places, fits

HOLLOW = [Box(0, 2, 2), Box(1, 3, 3), Box(2, 4, 2), Box(3, 5, 3), Box(0, 1, 3), Box(4, 5, 2)]
"""At every step 5 bytes; they fit into 5, but not when 0 and 2 of size 2 lie at different heights."""


def searched(boxes: list[Box], capacity: int, order: list[int] | None = None) -> tuple[PackingBoxes, SearchState]:
    """Return a search of boxes with some size that prefers those that come first in ``order``."""
    fields = np.array([(box.lower, box.upper, box.size, box.alignment) for box in boxes], np.int64).reshape(-1, 4)
    first, end, num_slices = packing.slices_of(fields[:, 0].copy(), fields[:, 1].copy())
    by_time = np.lexsort((end, first))
    ranked = PackingBoxes(
        first=first[by_time],
        end=end[by_time],
        size=fields[by_time, 2],
        alignment=fields[by_time, 3],
        rank=np.argsort(order)[by_time] if order else np.arange(len(boxes)),
        twin=np.full(len(boxes), -1, np.int64),
        capacity=capacity,
    )
    pairs = packing.count_overlaps(ranked.first, ranked.end)
    return ranked, packing.new_state(len(boxes), num_slices, pairs)


def answer(boxes: PackingBoxes, state: SearchState, num_nodes: int = 10**6) -> int:
    status = packing.start(boxes, state)
    return status if status != RUNNING else packing.search(boxes, state, num_nodes)


def check_state(boxes: PackingBoxes, state: SearchState) -> None:
    placed = [
        Box(*(int(value) for value in row))
        for row in zip(boxes.first, boxes.end, boxes.size, boxes.alignment, strict=True)
    ]
    check_places(placed, state.lowest.tolist(), boxes.capacity)


def test_slices_are_the_largest_sets_that_live_together():
    # a |-----|        Sets that live together: {a, b}, {b, c}, {d}; {b} alone is part of both.
    # b    |-------|
    # c          |---|
    # d                |--|
    lower, upper = np.array([0, 30, 75, 100]), np.array([50, 90, 100, 120])
    first, end, num_slices = packing.slices_of(lower, upper)
    assert first.tolist() == [0, 0, 1, 2]
    assert end.tolist() == [1, 2, 2, 3]
    assert num_slices == 3
    assert packing.slice_loads(first, end, np.array([1, 10, 100, 1000]), 3).tolist() == [11, 110, 1000]
    assert packing.count_overlaps(first, end) == 2


@given(boxes=boxes_and_capacities())
def test_slices_keep_who_lives_with_whom(boxes):
    lower, upper = (np.array([getattr(box, name) for box in boxes[0]]) for name in ("lower", "upper"))
    first, end, num_slices = packing.slices_of(lower, upper)
    together = (lower[:, None] < upper) & (lower < upper[:, None])
    assert ((first[:, None] < end) & (first < end[:, None]) == together).all()
    assert num_slices == end.max()
    by_time = np.lexsort((end, first))
    assert packing.count_overlaps(first[by_time], end[by_time]) == (together.sum() - together.shape[0]) // 2


@given(case=boxes_and_capacities(), seed=st.integers(0, 100))
def test_the_answer_is_that_of_every_order_of_stacking(case, seed):
    boxes, capacity = [box for box in case[0] if box.size], case[1]
    order = np.random.default_rng(seed).permutation(len(boxes)).tolist()
    ranked, state = searched(boxes, capacity, order)
    expected = PLACED if fits(boxes, capacity) else IMPOSSIBLE
    assert answer(ranked, state) == expected
    if expected == PLACED:
        check_state(ranked, state)


def test_a_search_goes_on_where_it_stopped():
    ranked, whole = searched(HOLLOW, 5, [1, 0, 2, 3, 4, 5])
    assert answer(ranked, whole) == PLACED
    _, in_parts = searched(HOLLOW, 5)
    assert packing.start(ranked, in_parts) == RUNNING
    calls = 0
    while packing.search(ranked, in_parts, 1) == RUNNING:
        calls += 1
        assert in_parts.counters[NODES] <= calls
    assert calls + 1 == whole.counters[NODES] == in_parts.counters[NODES]
    assert in_parts.lowest.tolist() == whole.lowest.tolist()


def test_no_placement_is_tried_without_a_budget():
    ranked, state = searched(HOLLOW, 5)
    assert answer(ranked, state, 0) == RUNNING
    assert state.counters[NODES] == 0


def test_what_the_sums_of_sizes_say():
    ranked, state = searched(HOLLOW, 4)
    assert packing.start(ranked, state) == IMPOSSIBLE
    ranked, state = searched([], 4)
    assert packing.start(ranked, state) == PLACED


def test_a_component_without_a_solution_ends_the_search_at_once():
    # Sizes 3 and 3 in steps 10..12 with an aligned one: 3 + 3 = 6 = capacity, but the second starts at a multiple of 4.
    # Nine boxes at steps 0..9 share no time with them, and their arrangements are not all tried.
    hopeless = [Box(10, 12, 3, alignment=4), Box(10, 12, 3, alignment=4)]
    others = [Box(step, step + 1, size) for step in range(0, 9, 3) for size in (1, 2, 3)]
    ranked, state = searched(others + hopeless, 6)
    assert answer(ranked, state) == IMPOSSIBLE
    assert state.counters[NODES] < 30


@pytest.mark.parametrize("capacity", [5, 6])
@pytest.mark.parametrize("boxes", [HOLLOW, [*HOLLOW, Box(0, 5, 1, alignment=2)], [Box(0, 2, 3), Box(1, 3, 3)]])
def test_uncompiled_the_same(boxes, capacity, monkeypatch):
    ranked, compiled = searched(boxes, capacity)
    status = answer(ranked, compiled)
    for name, kernel in vars(packing).copy().items():
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(packing, name, kernel.py_func)
    plain_boxes, plain = searched(boxes, capacity)
    assert answer(plain_boxes, plain) == status
    for field in ("order", "lowest", "is_placed", "load", "counters"):
        assert getattr(plain, field).tolist() == getattr(compiled, field).tolist()
