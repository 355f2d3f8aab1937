"""Cycles of Eyeriss v2's PEs from counts and masks, and the moments of quanta against the whole distribution."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.arrays.eyeriss_v2_counts import nonzeros_per_channel, pe_cycles, quanta_moments, slowest_pe_cycles


def masks(draw_seed, m, n, k):
    rng = np.random.default_rng(draw_seed)
    return rng.random((m, k)) < rng.random(), rng.random((n, k)) < rng.random()


def test_hand_arithmetic():
    # the docstring's: 4 * 2 + 1 * 1 + 0 * 2; with two lanes 4 * 1 + 1 * 1 + 0 * 1
    inputs, weights = np.array([4, 1, 0]), np.array([2, 1, 2])

    assert pe_cycles(inputs, weights) == 9
    assert pe_cycles(inputs, weights, macs_per_pe=2) == 5


def test_parts_of_a_mask_by_hand():
    # five rows dealt to two parts: rows 0 to 2 and rows 3 and 4
    mask = np.array([[1, 0], [1, 1], [0, 1], [1, 0], [1, 0]], dtype=bool)

    assert nonzeros_per_channel(mask).tolist() == [[4, 2]]
    assert nonzeros_per_channel(mask, 2).tolist() == [[2, 2], [2, 0]]
    assert nonzeros_per_channel(mask, 7).tolist() == mask.astype(int).tolist()


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    m=st.integers(1, 12),
    n=st.integers(1, 12),
    k=st.integers(1, 12),
    rows=st.integers(1, 5),
    cols=st.integers(1, 5),
    lanes=st.integers(1, 4),
)
def test_slowest_pe_equals_brute_force(seed, m, n, k, rows, cols, lanes):
    inputs, weights = masks(seed, m, n, k)

    assert slowest_pe_cycles(inputs, weights, rows, cols, lanes) == brute_force(inputs, weights, rows, cols, lanes)


@given(seed=st.integers(0, 2**32 - 1), m=st.integers(1, 20), n=st.integers(1, 20), k=st.integers(1, 20))
def test_masks_and_counts_of_one_pe_agree_with_the_non_zero_products(seed, m, n, k):
    inputs, weights = masks(seed, m, n, k)
    counted = pe_cycles(nonzeros_per_channel(inputs)[0], nonzeros_per_channel(weights)[0])

    assert counted == slowest_pe_cycles(inputs, weights, 1, 1)
    assert counted == (inputs.astype(int) @ weights.T.astype(int)).sum()


@pytest.mark.parametrize("lanes", [1, 2, 3, 4, 7])
@pytest.mark.parametrize("density", [0.0, 0.05, 0.5, 0.9, 1.0])
def test_moments_equal_those_of_the_whole_distribution(lanes, density):
    counts = np.array([1, 2, 5, 16])

    means, variances = quanta_moments(counts, density, lanes)

    for count, mean, variance in zip(counts.tolist(), means, variances, strict=True):
        chances = [math.comb(count, b) * density**b * (1 - density) ** (count - b) for b in range(count + 1)]
        quanta = [-(-b // lanes) for b in range(count + 1)]
        exact = sum(chance * one for chance, one in zip(chances, quanta, strict=True))
        squares = sum(chance * one**2 for chance, one in zip(chances, quanta, strict=True))
        assert mean == pytest.approx(exact, abs=1e-9)
        assert variance == pytest.approx(squares - exact**2, abs=1e-9)


def brute_force(inputs, weights, rows, cols, lanes):
    (m, k), n = inputs.shape, weights.shape[0]
    deal_m, deal_n = -(-m // rows), -(-n // cols)
    slowest = 0
    for i in range(rows):
        for j in range(cols):
            cycles = 0
            for channel in range(k):
                mine = [x for x in range(m) if x // deal_m == i and inputs[x, channel]]
                yours = [y for y in range(n) if y // deal_n == j and weights[y, channel]]
                cycles += len(mine) * math.ceil(len(yours) / lanes)
            slowest = max(slowest, cycles)
    return slowest
