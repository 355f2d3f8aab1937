"""Expected largest of normal numbers: known values and a draw."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.arrays.expected_maximum import normal_maxima


def test_known_values():
    # order statistics of the normal distribution: 1 / sqrt(pi) of two, 3 / (2 sqrt(pi)) of three, 1.42360 of eight
    maxima = normal_maxima(8)

    assert maxima[:2].tolist() == [0.0, 0.0]
    assert maxima[2] == pytest.approx(0.56419, rel=0.05)
    assert maxima[3] == pytest.approx(0.84628, rel=0.03)
    assert maxima[8] == pytest.approx(1.42360, rel=0.01)


def test_against_a_draw():
    drawn = np.random.default_rng(0).standard_normal((20_000, 192)).max(axis=1).mean()

    assert normal_maxima(192)[192] == pytest.approx(drawn, rel=0.005)


def test_more_numbers_have_a_larger_one():
    assert (np.diff(normal_maxima(100)[1:]) > 0).all()
