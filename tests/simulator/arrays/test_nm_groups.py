"""Groups of a reduction: hand counts, a loop over groups, tiles against the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.arrays.nm_groups import ReductionGroups
from workloads.loop_nest import MatrixNest
from workloads.sparsity import NmPattern

PATTERNS = st.integers(1, 16).flatmap(lambda m: st.builds(NmPattern, n=st.integers(1, m), m=st.just(m)))


def counts(groups: ReductionGroups, pattern: NmPattern, k: int) -> tuple[int, int]:
    return int(groups.num_slots(pattern, np.asarray(k))), int(groups.num_filled(pattern, np.asarray(k)))


@pytest.mark.parametrize(
    ("taps", "channels", "k", "slots", "filled"),
    [
        (49, 3, 147, 98, 98),  # a group of 3 at each position
        (1, 20, 20, 6, 6),
        (1, 9, 9, 4, 3),  # the second group has one channel
        (9, 1, 9, 18, 9),
        (9, 9, 72, 18, 18),  # a tile of 8 of the 9 channels
    ],
)
def test_hand_counts_at_2_8(taps, channels, k, slots, filled):
    assert counts(ReductionGroups(taps=taps, channels=channels), NmPattern(n=2, m=8), k) == (slots, filled)


def test_stretches_of_unfolded_windows():
    # 49 positions of 9 channels, 2 groups each with 3 of 4 slots filled: of a stretch of 12, 12 / 9 positions are
    # ceil(2.67) groups, 6 slots, and ceil(4.0) filled
    groups = ReductionGroups(taps=49, channels=9, is_unfolded=True)

    assert counts(groups, NmPattern(n=2, m=8), 12) == (6, 4)
    assert counts(groups, NmPattern(n=2, m=8), groups.k) == (49 * 4, 49 * 3)


def test_of_nests():
    fields = {
        "groups": 1, "batch": 33, "axes": (), "num_filters": 17, "input_bits": 8, "weight_bits": 8, "output_bits": 8,
        "resident_bits": 0, "num_output_elements": 33 * 17,
    }  # fmt: skip
    folded = MatrixNest(num_channels=3, k_per_channel=9, **fields)
    unfolded = MatrixNest(num_channels=27, is_unfolded=True, unfolded_taps=9, **fields)

    assert ReductionGroups.of(folded) == ReductionGroups(taps=9, channels=3)
    assert ReductionGroups.of(unfolded) == ReductionGroups(taps=9, channels=3, is_unfolded=True)


@given(pattern=PATTERNS, taps=st.integers(1, 9), channels=st.integers(1, 60), is_unfolded=st.booleans())
def test_the_whole_equals_a_loop_over_groups(pattern, taps, channels, is_unfolded):
    groups = ReductionGroups(taps=taps, channels=channels, is_unfolded=is_unfolded)
    sizes = [min(pattern.m, channels - start) for start in range(0, channels, pattern.m)]

    slots, filled = counts(groups, pattern, groups.k)

    assert slots == taps * len(sizes) * pattern.n
    assert filled == taps * sum(min(pattern.n, size) for size in sizes)
    assert groups.filled_fraction(pattern) == pytest.approx(filled / groups.k)


@given(
    pattern=PATTERNS, taps=st.integers(1, 9), first=st.integers(1, 60), second=st.integers(1, 60),
    is_unfolded=st.booleans(),
)  # fmt: skip
def test_tiles_take_no_less_than_the_whole(pattern, taps, first, second, is_unfolded):
    groups = ReductionGroups(taps=taps, channels=first + second, is_unfolded=is_unfolded)
    whole, *parts = (counts(groups, pattern, taps * channels) for channels in (first + second, first, second))

    for total, *tiles in zip(whole, *parts, strict=True):
        assert sum(tiles) >= total
    for slots, filled in (whole, *parts):
        assert filled <= slots
    assert whole[1] <= groups.k
