"""Which N:M groups weights keep to, against loops over the groups."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.arrays.nm_fit import densest_group, most_in_group
from workloads.sparsity import Mask, NmPattern

PATTERNS = st.integers(1, 16).flatmap(lambda m: st.builds(NmPattern, n=st.integers(1, m), m=st.just(m)))


@pytest.mark.parametrize(
    ("pattern", "m", "channels", "most"),
    [
        ((2, 4), 8, 64, 4),
        ((2, 4), 2, 64, 2),
        ((3, 4), 6, 64, 5),
        ((3, 4), 6, 6, 5),  # channels 0 to 5: 3 and 2
        ((1, 2), 8, 3, 2),  # channels 0 and 1 | 2
        ((2, 8), 8, 1, 1),
        ((1, 4), 8, 64, 2),
    ],
)
def test_hand_counts(pattern, m, channels, most):
    assert most_in_group(NmPattern(n=pattern[0], m=pattern[1]), m, channels) == most


@given(pattern=PATTERNS, m=st.integers(1, 40), channels=st.integers(1, 80))
def test_most_in_group_is_what_some_weights_of_the_pattern_have(pattern, m, channels):
    """Per group of m, keep the N first channels of each group of the pattern that lie inside: none has more."""
    most = 0
    for start in range(0, channels, m):
        inside = range(start, min(start + m, channels))
        by_group = [channel // pattern.m for channel in inside]
        most = max(most, sum(min(pattern.n, by_group.count(group)) for group in set(by_group)))

    assert most_in_group(pattern, m, channels) == most


@given(seed=st.integers(0, 2**32 - 1), channels=st.integers(1, 70), m=st.integers(1, 70), density=st.floats(0, 1))
def test_densest_group_equals_a_loop(seed, channels, m, density):
    nonzero = np.random.default_rng(seed).random((2, 3, 2, channels)) < density

    densest = max(nonzero[..., start : start + m].sum(axis=-1).max() for start in range(0, channels, m))

    assert densest_group(Mask.of(nonzero), m) == densest


def test_groups_wider_than_a_byte_counts():
    assert densest_group(Mask.of(np.ones((1, 1, 1, 600), dtype=bool)), 512) == 512


def test_equal_masks_are_searched_once():
    nonzero = np.random.default_rng(77).random((1, 5, 3, 19)) < 0.5
    first, second = Mask.of(nonzero), Mask.of(nonzero.copy())

    with patch.object(Mask, "array", autospec=True, side_effect=Mask.array) as unpacked:
        assert densest_group(first, 4) == densest_group(second, 4) == densest_group(first, 4)

    assert unpacked.call_count == 1
