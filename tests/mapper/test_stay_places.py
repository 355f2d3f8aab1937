"""Which gaps have places together, which are to blame when they have not."""

from __future__ import annotations

import time

import pytest

from mapper.allocate import PackingVerdict
from mapper.gaps import gaps_of
from mapper.replay import replay
from mapper.stay_places import StayPacker
from tests.mapper.problem_without_places import CAPACITY_BYTES, NUM_STEPS, PROBLEM

GAPS = frozenset(gaps_of(PROBLEM, range(NUM_STEPS)))


def packer(capacity: int, seconds: float = 60.0) -> StayPacker:
    return StayPacker(
        problem=PROBLEM,
        schedule=tuple(range(NUM_STEPS)),
        capacity_bytes=capacity,
        deadline=time.perf_counter() + seconds,
    )


def test_all_together_have_none_and_any_less_have():
    four = packer(CAPACITY_BYTES)
    blamed = four.least_unplaceable(GAPS)

    assert four.pack(GAPS).verdict is PackingVerdict.IMPOSSIBLE
    assert blamed <= GAPS
    assert four.pack(blamed).verdict is PackingVerdict.IMPOSSIBLE
    for gap in blamed:
        assert four.pack(blamed - {gap}).verdict is PackingVerdict.PLACED


@pytest.mark.parametrize("wanted", [GAPS, frozenset()])
def test_a_part_that_has_places(wanted):
    four = packer(CAPACITY_BYTES)
    kept, plan = four.placeable_part(wanted, GAPS)

    assert kept < GAPS
    assert replay(PROBLEM, plan, CAPACITY_BYTES) > 0
    assert all(four.pack(kept | {gap}).verdict is PackingVerdict.IMPOSSIBLE for gap in GAPS - kept)


def test_all_have_places_in_one_byte_more():
    kept, plan = packer(CAPACITY_BYTES + 1).placeable_part(GAPS, GAPS)

    assert kept == GAPS
    assert replay(PROBLEM, plan, CAPACITY_BYTES + 1) == 0


def test_without_time_nothing_is_proven():
    late = packer(CAPACITY_BYTES, seconds=0.0)

    assert late.seconds_left() == 0
    assert late.pack(GAPS).verdict is PackingVerdict.UNKNOWN
    assert late.least_unplaceable(GAPS) == GAPS
    assert replay(PROBLEM, late.placeable_part(GAPS, GAPS)[1], CAPACITY_BYTES) > 0
