"""Masks against definitions written out: groups sorted one by one, sums of blocks by loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workloads.compression.masks.magnitude import (
    block_grid,
    block_sums,
    expand_blocks,
    largest_mask,
    nm_mask,
    num_kept_of,
)

SHAPES = arrays.array_shapes(min_dims=4, max_dims=4, max_side=9)
# Few different scores, so that ties are common.
SCORES = SHAPES.flatmap(lambda shape: arrays.arrays(np.float32, shape, elements=st.sampled_from([0, 1, 2, 3.5])))


def nm_by_sorting(scores: np.ndarray, n: int, m: int) -> np.ndarray:
    kept = np.zeros(scores.shape, dtype=bool)
    for place in np.ndindex(scores.shape[:-1]):
        for start in range(0, scores.shape[-1], m):
            group = scores[place][start : start + m]
            best = sorted(range(len(group)), key=lambda index: (-group[index], index))[:n]
            for index in best:
                kept[(*place, start + index)] = True
    return kept


@given(scores=SCORES, n=st.integers(1, 5), extra=st.integers(0, 6))
def test_nm_keeps_the_largest_of_each_group(scores: np.ndarray, n: int, extra: int) -> None:
    assert np.array_equal(nm_mask(scores, n, n + extra), nm_by_sorting(scores, n, n + extra))


def test_nm_by_hand() -> None:
    # Groups of 4: (3 1 3 2) keeps both 3s; (5 5 5 5) keeps the first two; the last group has one, which stays.
    scores = np.array([3, 1, 3, 2, 5, 5, 5, 5, 0], dtype=np.float32).reshape(1, 1, 1, 9)
    assert nm_mask(scores, 2, 4).astype(int).ravel().tolist() == [1, 0, 1, 0, 1, 1, 0, 0, 1]


def test_nm_on_strips_and_wide_groups() -> None:
    draws = np.random.default_rng(1)
    many = draws.random((2, 600, 9, 40), dtype=np.float32)  # more than one strip of 2^18
    assert np.array_equal(nm_mask(many, 2, 8)[1, ::97], nm_by_sorting(many[1, ::97], 2, 8))
    wide = draws.random((1, 2, 1, 300))  # ranks that leave eight bits
    assert np.array_equal(nm_mask(wide, 100, 300), nm_by_sorting(wide, 100, 300))


@given(scores=SCORES, fraction=st.floats(0, 1))
def test_largest_keeps_exactly_that_many(scores: np.ndarray, fraction: float) -> None:
    num_kept = num_kept_of(scores.size, fraction)
    mask = largest_mask(scores, num_kept)
    flat = scores.ravel().tolist()
    expected = sorted(range(len(flat)), key=lambda index: (-flat[index], index))[:num_kept]
    assert sorted(np.flatnonzero(mask.ravel()).tolist()) == sorted(expected)


@pytest.mark.parametrize(
    ("count", "fraction", "kept"), [(10, 0.9, 1), (10, 0, 10), (10, 1, 0), (7, 0.5, 3), (3, 0.4, 2)]
)
def test_num_kept(count: int, fraction: float, kept: int) -> None:
    assert num_kept_of(count, fraction) == kept  # 7 * 0.5 = 3.5 and 3 * 0.4 = 1.2 go: 4 and 1


@given(scores=SCORES, filters=st.integers(1, 4), channels=st.integers(1, 4))
def test_blocks(scores: np.ndarray, filters: int, channels: int) -> None:
    sums = block_sums(scores, filters, channels)
    grid = block_grid(scores.shape, filters, channels)
    assert sums.shape == grid
    for group, row, tap, column in np.ndindex(grid):
        block = scores[group, row * filters : (row + 1) * filters, tap, column * channels : (column + 1) * channels]
        assert sums[group, row, tap, column] == pytest.approx(block.sum())
    expanded = expand_blocks(sums > sums.mean(), scores.shape, filters, channels)
    for group, row, tap, column in np.ndindex(scores.shape):
        assert expanded[group, row, tap, column] == (sums[group, row // filters, tap, column // channels] > sums.mean())


def test_blocks_and_groups_larger_than_the_tensor_are_cut_at_its_edges() -> None:
    """One block holds all of a group of convolution and a tap; 10^9 filters of padding would fit no memory."""
    scores = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    assert block_grid(scores.shape, 10**9, 10**9) == (1, 1, 3, 1)
    sums = block_sums(scores, 10**9, 10**9)
    # taps 0 to 2 of filter 0 begin at 0, 4 and 8, those of filter 1 12 later: 6 + 54, 22 + 70 and 38 + 86
    assert sums.ravel().tolist() == [60, 92, 124]
    expanded = expand_blocks(sums > 61, scores.shape, 10**9, 10**9)
    assert expanded.shape == scores.shape
    assert expanded.all(axis=(0, 1, 3)).tolist() == [False, True, True]
    assert not expanded[:, :, 0].any()
    assert np.array_equal(nm_mask(scores, 2, 10**9), nm_mask(scores, 2, 4))
