"""Which boxes are to blame, and by how much they exceed the capacity."""

from __future__ import annotations

from hypothesis import HealthCheck, assume, given, settings

from mapper.allocate import Box, PackingVerdict, pack
from mapper.unplaceable import LoadExcess, load_excess, unplaceable_boxes
from tests.mapper.packing_oracle import boxes_and_capacities, fits, load_bytes
from tests.mapper.problem_without_places import BOXES, CAPACITY_BYTES

NO_PLACES = [Box(first, last + 1, size) for first, last, size in BOXES]


def test_the_first_step_with_the_largest_load():
    # Steps 0..5: 4, 4 + 3, 4 + 3 + 2, 3, 9, 0. At step 3 the first ends before it counts.
    boxes = [Box(0, 3, 4), Box(1, 4, 3), Box(2, 3, 2), Box(4, 5, 9)]
    assert load_excess(boxes, 7) == LoadExcess(step=2, load_bytes=9, excess_bytes=2)
    assert load_excess(boxes, 9) is None
    assert load_excess([], 1) is None


def test_at_the_peak_what_is_small_is_not_to_blame():
    # 5 + 4 + 3 + 1 = 13 at step 1: without the 1 still 12 > 10, without the 3 too only 9.
    boxes = [Box(0, 2, 5), Box(1, 3, 4), Box(1, 2, 3), Box(1, 2, 1), Box(2, 3, 9)]
    reason = unplaceable_boxes(boxes, 10)
    assert (reason.boxes, reason.is_irreducible) == ((0, 1, 2), True)
    assert reason.excess == LoadExcess(step=1, load_bytes=13, excess_bytes=3)


def test_below_the_load_those_that_do_not_fit_together():
    beside = [Box(100, 101, 4), Box(103, 105, 2)]
    reason = unplaceable_boxes([*beside, *NO_PLACES], CAPACITY_BYTES)
    assert reason.excess is None
    assert reason.is_irreducible
    assert set(reason.boxes) <= set(range(2, 2 + len(NO_PLACES)))


def test_without_time_all_may_be_to_blame():
    reason = unplaceable_boxes(NO_PLACES, CAPACITY_BYTES, time_limit_s=0)
    assert (reason.boxes, reason.is_irreducible, reason.excess) == (tuple(range(len(NO_PLACES))), False, None)


@settings(suppress_health_check=[HealthCheck.filter_too_much])  # most boxes fit
@given(case=boxes_and_capacities())
def test_none_of_those_to_blame_can_stay_away(case):
    boxes, capacity = case
    assume(not fits(boxes, capacity))
    reason = unplaceable_boxes(boxes, capacity)
    blamed = [boxes[number] for number in reason.boxes]
    assert not fits(blamed, capacity)
    assert reason.is_irreducible or any(box.alignment > 1 for box in blamed)
    for left_out in range(len(blamed)):
        rest = blamed[:left_out] + blamed[left_out + 1 :]
        assert fits(rest, capacity) or not reason.is_irreducible
        assert load_bytes(rest) <= capacity
    assert (reason.excess is not None) == (load_bytes(boxes) > capacity)
    if reason.excess is not None:
        assert reason.excess.load_bytes == load_bytes(boxes)
        assert reason.excess.excess_bytes == load_bytes(boxes) - capacity
        assert load_bytes([box for box in boxes if box.lower <= reason.excess.step < box.upper]) == load_bytes(boxes)


def test_with_alignments_the_rest_need_not_fit():
    # 2 + 2 + 2 > 4 bytes; of three boxes at multiples of 4 not even two fit.
    reason = unplaceable_boxes([Box(0, 1, 2, alignment=4)] * 3, 4)
    assert (reason.boxes, reason.is_irreducible) == ((0, 1, 2), False)
    assert reason.excess == LoadExcess(step=0, load_bytes=6, excess_bytes=2)


def test_the_example_has_no_places():
    assert pack(NO_PLACES, CAPACITY_BYTES).verdict is PackingVerdict.IMPOSSIBLE
    assert load_excess(NO_PLACES, CAPACITY_BYTES) is None
