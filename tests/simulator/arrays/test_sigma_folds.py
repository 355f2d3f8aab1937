"""Packing of clusters, and its expectation against draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.arrays.sigma_folds import fold_shares, num_folds, pack


def test_packing_by_hand():
    # 8 multipliers: 3 + 5 fill a fold, 4 waits for the next, where 4 + 0 leave no room for 5; 17 is cut in 8, 7 and 2
    assert pack([3, 5, 4, 0, 5, 17, 1], 8) == [[3, 5], [4], [5], [8], [8], [3], [1]]
    assert pack([0, 0], 8) == []
    assert pack([9], 8) == [[8], [2]]
    assert pack([15, 16], 8) == [[8], [8], [8], [8], [2]]


@given(sizes=st.lists(st.integers(0, 60), max_size=30), num_multipliers=st.integers(2, 20))
def test_every_non_zero_has_its_multiplier_once(sizes, num_multipliers):
    folds = pack(sizes, num_multipliers)

    handed_on = sum(-(-(size - num_multipliers) // (num_multipliers - 1)) for size in sizes if size > num_multipliers)
    assert all(0 < sum(fold) <= num_multipliers for fold in folds)
    assert sum(map(sum, folds)) == sum(sizes) + handed_on
    assert num_folds(sizes, num_multipliers) == len(folds)


@pytest.mark.parametrize(
    ("size", "folds", "cuts"), [(1, 1 / 8, 0), (3, 1 / 2, 0), (8, 1, 0), (9, 2, 1), (15, 2, 1), (16, 3, 2)]
)
def test_equal_filters_by_hand(size, folds, cuts):
    shares = fold_shares(np.array([float(size)]), np.array([0.0]), 8)

    assert shares.folds[0] == pytest.approx(folds)
    assert shares.cuts[0] == pytest.approx(cuts)
    assert shares.passes[0] == pytest.approx(folds - cuts)


@given(size=st.integers(1, 300), num_multipliers=st.integers(2, 64), count=st.integers(1, 50))
def test_equal_filters_take_the_folds_of_packing(size, num_multipliers, count):
    expected = fold_shares(np.array([float(size)]), np.array([0.0]), num_multipliers).folds[0] * count

    assert int(np.ceil(expected - 1e-6)) == num_folds([size] * count, num_multipliers)


@pytest.mark.parametrize(
    ("density", "k", "within"),
    [(0.49, 256, 0.01), (0.3, 1152, 0.01), (0.1, 1152, 0.03), (0.24, 256, 0.05), (0.09, 256, 0.05), (0.02, 512, 0.05)],
)
def test_expectation_against_drawn_filters(density, k, within):
    # what is missing: a filter that did not fit is likely a large one, and it opens the next fold
    rng = np.random.default_rng(0)
    drawn = num_folds(rng.binomial(k, density, 20_000).tolist(), 128) / 20_000

    expected = fold_shares(np.array([density * k]), np.array([k * density * (1 - density)]), 128)

    assert expected.folds[0] == pytest.approx(drawn, rel=within)
    assert expected.folds[0] == pytest.approx(expected.passes[0] + expected.cuts[0])


def test_shares_are_of_each_element():
    together = fold_shares(np.array([[3.0], [9.0]]), np.array([[0.0], [0.0]]), 8)

    assert together.folds.shape == (2, 1)
    assert together.folds.ravel().tolist() == pytest.approx([0.5, 2.0])
