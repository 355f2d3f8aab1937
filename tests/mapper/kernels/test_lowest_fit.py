"""Boxes placed one after the other, and pushed down afterwards."""

from __future__ import annotations

import numpy as np
from hypothesis import given

from mapper.allocate import Box
from mapper.kernels import lowest_fit
from mapper.kernels.lowest_fit import Lifetimes, place_in_order, push_down
from tests.mapper.packing_oracle import box_lists, can_move_down, check_places

FAR = 10**6


def lifetimes(boxes: list[Box]) -> Lifetimes:
    fields = [(box.lower, box.upper, box.size, box.alignment) for box in boxes]
    return Lifetimes(*np.array(fields, np.int64).reshape(-1, 4).T.copy())


def in_order(boxes: list[Box]) -> list[int]:
    return place_in_order(lifetimes(boxes), np.arange(len(boxes))).tolist()


def test_each_takes_the_lowest_gap_that_is_wide_enough():
    # Steps 0..2: [0, 4) is taken, then [6, 8) in step 2; 2 bytes fit between, 3 bytes only above.
    boxes = [Box(0, 3, 4), Box(0, 2, 2), Box(2, 3, 2, alignment=6), Box(2, 3, 2), Box(2, 3, 3)]
    assert in_order(boxes) == [0, 4, 6, 4, 8]


def test_lifetimes_are_half_open():
    assert in_order([Box(0, 2, 4), Box(2, 3, 4), Box(1, 2, 4)]) == [0, 0, 4]


def test_an_aligned_box_leaves_bytes_below_it():
    assert in_order([Box(0, 1, 3), Box(0, 1, 4, alignment=4), Box(0, 1, 1)]) == [0, 4, 3]


def test_pushing_down_goes_on_until_nothing_moves():
    # The first falls to 0, only then can the second fall onto it, and the third onto that.
    boxes = lifetimes([Box(0, 1, 2), Box(0, 2, 2), Box(1, 2, 2)])
    offsets = np.array([10, 20, 30])
    assert push_down(boxes, offsets).tolist() == [0, 2, 0]
    assert offsets.tolist() == [10, 20, 30]


def test_a_box_may_fall_through_another():
    assert push_down(lifetimes([Box(0, 1, 2), Box(0, 1, 2)]), np.array([4, 8])).tolist() == [0, 2]
    assert push_down(lifetimes([Box(0, 1, 3), Box(0, 1, 2)]), np.array([2, 5])).tolist() == [0, 3]
    assert push_down(lifetimes([Box(0, 1, 3), Box(0, 1, 2)]), np.array([3, 6])).tolist() == [0, 3]


def test_no_boxes():
    assert in_order([]) == []
    assert push_down(lifetimes([]), np.empty(0, np.int64)).tolist() == []


@given(boxes=box_lists(max_boxes=10))
def test_laws(boxes: list[Box]):
    offsets = in_order(boxes)
    check_places(boxes, offsets, FAR)

    apart = np.cumsum([0, *(12 * box.size for box in boxes)])[:-1]  # 12: a multiple of all alignments
    for start in (apart, np.array(offsets)):
        pushed = push_down(lifetimes(boxes), start)
        check_places(boxes, pushed.tolist(), FAR)
        assert (pushed <= start).all()
        assert not can_move_down(boxes, pushed.tolist())


def test_uncompiled_the_same(monkeypatch):
    boxes = lifetimes([Box(0, 3, 4), Box(1, 2, 2, alignment=3), Box(2, 5, 5), Box(0, 5, 1), Box(3, 4, 2)])
    order = np.array([3, 0, 4, 2, 1])
    placed = place_in_order(boxes, order)
    pushed = push_down(boxes, placed * 6 + np.arange(5) * 60)
    for name, kernel in vars(lowest_fit).copy().items():
        if hasattr(kernel, "py_func"):
            monkeypatch.setattr(lowest_fit, name, kernel.py_func)
    assert lowest_fit.place_in_order(boxes, order).tolist() == placed.tolist()
    assert lowest_fit.push_down(boxes, placed * 6 + np.arange(5) * 60).tolist() == pushed.tolist()
