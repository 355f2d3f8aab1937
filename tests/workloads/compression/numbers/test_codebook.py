"""Codebooks: k-means in one dimension, by hand and by its optimality conditions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workloads.compression.numbers.codebook import cluster, to_codebook

VALUES = arrays.arrays(np.float64, st.integers(1, 60), elements=st.floats(-4, 4, width=16))


def test_two_clusters_by_hand() -> None:
    # 1, 2, 3 are around 2 and 10, 12 around 11.
    values = np.array([[10.0, 1.0, 3.0], [12.0, 2.0, 2.0]])
    assert to_codebook(values, 2, keep_zeros=False).tolist() == [[11, 2, 2], [11, 2, 2]]


def test_zero_is_an_entry_of_a_pruned_layer() -> None:
    # One entry is 0; the other two are the means of (1, 3) and (-5, -7).
    values = np.array([0.0, 1, 3, 0, -5, -7])
    assert to_codebook(values, 3, keep_zeros=True).tolist() == [0, 2, 2, 0, -6, -6]


@given(values=VALUES, num_codes=st.integers(2, 12))
def test_each_centre_is_the_mean_of_the_values_nearest_to_it(values: np.ndarray, num_codes: int) -> None:
    ordered = np.sort(values)
    centres = cluster(ordered, num_codes)
    assert len(centres) <= num_codes
    assert np.all(np.diff(centres) > 0)
    nearest = np.searchsorted((centres[:-1] + centres[1:]) / 2, ordered, side="right")
    for index, centre in enumerate(centres):
        mine = ordered[nearest == index]
        assert not mine.size or mine.mean() == pytest.approx(centre, abs=1e-9)


@given(values=VALUES, num_codes=st.integers(2, 12), keep_zeros=st.booleans())
def test_entries_are_few_and_values_take_the_nearest(values: np.ndarray, num_codes: int, keep_zeros: bool) -> None:
    found = to_codebook(values, num_codes, keep_zeros=keep_zeros)
    entries = np.unique(found)
    assert len(entries) <= num_codes
    if keep_zeros:
        assert not found[values == 0].any()
        entries, values, found = entries[entries != 0], values[values != 0], found[values != 0]
        if not entries.size or not found.all():
            return
    distances = np.abs(values[:, np.newaxis] - entries)
    assert np.abs(values - found) == pytest.approx(distances.min(axis=1), abs=1e-12)


@given(values=VALUES)
def test_enough_codes_change_nothing(values: np.ndarray) -> None:
    num_values = len(np.unique(values))
    assert np.array_equal(to_codebook(values, max(2, num_values), keep_zeros=False), values)
    assert np.array_equal(to_codebook(values, num_values + 1, keep_zeros=True), values)


def test_more_codes_err_less_on_a_bell_curve() -> None:
    values = np.random.default_rng(0).standard_normal(20_000)
    errors = [np.square(values - to_codebook(values, codes, keep_zeros=False)).mean() for codes in (2, 4, 8, 16)]
    # Lloyd and Max's optimum for a standard normal variable: 0.3634, 0.1175, 0.03455, 0.009501 (J. Max, Quantizing for
    # minimum distortion, 1960, table I); rounds that stop early and a sample of this size stay within 3 %.
    assert errors == pytest.approx([0.3634, 0.1175, 0.03455, 0.009501], rel=0.03)


def test_zeros_alone() -> None:
    assert not to_codebook(np.zeros(5, dtype=np.float32), 4, keep_zeros=True).any()
