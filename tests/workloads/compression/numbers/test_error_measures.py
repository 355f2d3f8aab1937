"""Error measures by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from workloads.compression.numbers.error_measures import weight_error


def test_by_hand() -> None:
    error = weight_error(np.array([3.0, 4.0]), np.array([3.0, 3.5]))
    assert error.signal_energy == 25
    assert error.error_energy == 0.25
    assert error.relative_error_fraction == 0.1  # sqrt(0.25 / 25)
    assert error.sqnr_db == pytest.approx(20)  # 10 log10(100)


def test_no_error() -> None:
    for values in (np.ones(3), np.zeros(3)):
        assert weight_error(values, values).relative_error_fraction == 0
        assert weight_error(values, values).sqnr_db == math.inf


def test_nothing_to_be_relative_to() -> None:
    error = weight_error(np.zeros(2), np.ones(2))
    assert error.relative_error_fraction == math.inf
    assert error.sqnr_db == -math.inf
