"""Packing as its callers see it: verdicts, places that nothing can move below, and minimalloc's instances."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapper.allocate import LARGEST_VALUE, Box, PackingVerdict, greedy_by_size, pack, peak_bytes
from mapper.packing_search import ORDERINGS
from tests.mapper.packing_oracle import boxes_and_capacities, can_move_down, check_places, cut_boxes, fits, load_bytes
from workloads.errors import ConfigError

MINIMALLOC = Path(os.environ.get("SPARSIM_REFERENCE", "no-reference")) / "minimalloc"


@given(case=boxes_and_capacities())
def test_placed_or_impossible_as_every_order_of_stacking_says(case):
    boxes, capacity = case
    packing = pack(boxes, capacity)
    if fits(boxes, capacity):
        assert packing.verdict is PackingVerdict.PLACED
        check_places(boxes, packing.offsets, capacity)
        assert not can_move_down(boxes, packing.offsets)
        assert peak_bytes(boxes, packing.offsets) >= load_bytes(boxes)
    else:
        assert packing.verdict is PackingVerdict.IMPOSSIBLE
        assert packing.offsets == ()


@given(case=boxes_and_capacities(), more=st.integers(1, 3))
def test_a_larger_capacity_is_never_worse(case, more):
    boxes, capacity = case
    if pack(boxes, capacity).verdict is PackingVerdict.PLACED:
        assert pack(boxes, capacity + more).verdict is PackingVerdict.PLACED


@pytest.mark.parametrize("seed", [0, 6, 7])
def test_a_full_scratchpad(seed):
    boxes = cut_boxes(seed, num_boxes=40, num_steps=60, capacity_bytes=512)
    packing = pack(boxes, 512, time_limit_s=20)
    assert packing.verdict is PackingVerdict.PLACED
    check_places(boxes, packing.offsets, 512)
    assert peak_bytes(boxes, greedy_by_size(boxes)) > 512
    assert packing.num_nodes > 0


def test_what_fits_by_size_needs_no_search():
    packing = pack([Box(0, 2, 3), Box(1, 3, 4)], 7)
    assert (packing.verdict, packing.offsets, packing.num_nodes) == (PackingVerdict.PLACED, (4, 0), 0)


def test_a_load_beyond_the_capacity_needs_no_search():
    packing = pack([Box(0, 2, 3), Box(1, 3, 4)], 6)
    assert (packing.verdict, packing.offsets, packing.num_nodes) == (PackingVerdict.IMPOSSIBLE, (), 0)


def test_time_that_is_over_proves_nothing():
    boxes = cut_boxes(0, num_boxes=40, num_steps=60, capacity_bytes=512)
    packing = pack(boxes, 512, time_limit_s=0)
    assert (packing.verdict, packing.offsets, packing.num_nodes) == (PackingVerdict.UNKNOWN, (), 0)


def test_no_boxes_fit_anywhere():
    assert pack([], 1).verdict is PackingVerdict.PLACED
    assert peak_bytes([], []) == 0


def test_times_may_be_negative_and_values_large():
    boxes = [Box(-LARGEST_VALUE, LARGEST_VALUE, LARGEST_VALUE // 2), Box(-5, -4, LARGEST_VALUE // 2)]
    assert pack(boxes, LARGEST_VALUE).verdict is PackingVerdict.PLACED
    assert pack(boxes, LARGEST_VALUE - 2).verdict is PackingVerdict.IMPOSSIBLE


def test_by_size_the_largest_lies_lowest():
    assert greedy_by_size([Box(0, 2, 2), Box(1, 3, 5), Box(0, 1, 2)]) == (5, 0, 0)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ((2, 2, 1), "lifetime: expected lower < upper, found 2 and 2"),
        ((3, 2, 1), "lifetime: expected lower < upper, found 3 and 2"),
        ((0, 1, -1), "size: expected at least 0 bytes, found -1"),
        ((0, 1, 1, 0), "alignment: expected at least 1 byte, found 0"),
        ((0, 1, 2**53 + 1), "box: expected values up to 9007199254740992, found 9007199254740993"),
        ((-(2**60), 1, 1), "box: expected values up to 9007199254740992, found 1152921504606846976"),
    ],
)
def test_what_is_no_box(fields, message):
    with pytest.raises(ConfigError) as caught:
        Box(*fields)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("capacity", "options", "message"),
    [
        (0, {}, "capacity_bytes: expected 1 to 9007199254740992, found 0"),
        (-4, {}, "capacity_bytes: expected 1 to 9007199254740992, found -4"),
        (2**53 + 1, {}, "capacity_bytes: expected 1 to 9007199254740992, found 9007199254740993"),
        (1, {"time_limit_s": -0.5}, "time_limit_s: expected at least 0 seconds, found -0.5"),
        (1, {"time_limit_s": float("nan")}, "time_limit_s: expected at least 0 seconds, found nan"),
        (1, {"orderings": ()}, "orderings: expected letters of TWALU?, found 'none'"),
        (1, {"orderings": ("TX",)}, "orderings: expected letters of TWALU?, found 'TX'"),
        (1, {"orderings": ("T", "")}, "orderings: expected letters of TWALU?, found ''"),
    ],
)
def test_what_cannot_be_asked(capacity, options, message):
    with pytest.raises(ConfigError) as caught:
        pack([Box(0, 1, 1)], capacity, **options)
    assert str(caught.value) == message


def test_sums_that_leave_64_bits():
    with pytest.raises(ConfigError) as caught:
        pack([Box(0, 1, LARGEST_VALUE)] * 512, LARGEST_VALUE)
    assert str(caught.value) == (
        "boxes: expected at most 4611686018427387904 bytes with their alignments, found 4611686018427388416"
    )


def minimalloc_boxes(name: str) -> list[Box]:
    with (MINIMALLOC / f"{name}.1048576.csv").open(encoding="utf-8") as file:
        return [Box(int(row["lower"]), int(row["upper"]), int(row["size"])) for row in csv.DictReader(file)]


@pytest.mark.skipif(
    not MINIMALLOC.is_dir(), reason="set SPARSIM_REFERENCE to a folder that holds minimalloc's instances in minimalloc/"
)
@pytest.mark.parametrize("name", ["A", "C", "E", "G", "I", "K"])
def test_minimallocs_instances_are_placed(name):
    boxes = minimalloc_boxes(name)
    packing = pack(boxes, 2**20, time_limit_s=15)
    assert packing.verdict is PackingVerdict.PLACED
    check_places(boxes, packing.offsets, 2**20)
    assert 0.2 < peak_bytes(boxes, greedy_by_size(boxes)) / 2**20 - 1 < 0.45  # what is hard about them


def test_every_ordering_is_made_of_known_letters():
    assert pack([Box(0, 1, 1)], 1, orderings=ORDERINGS).verdict is PackingVerdict.PLACED
