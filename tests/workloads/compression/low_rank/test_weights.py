"""Factors of weights: what is asked of the values, and that a weight is decomposed once."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.workloads.compression.small_networks import Values
from workloads.compression.low_rank.plan import Split
from workloads.compression.low_rank.weights import FactorisedWeights
from workloads.errors import NetworkError

SPLIT = Split(weight="w", shape=(4, 3), rank=2, is_filters_first=False, is_kernel=False)


@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("factor", SPLIT.factors)
def test_values_that_are_not_finite(bad: float, factor: str) -> None:
    values = np.ones((4, 3))
    values[2, 1] = bad
    message = f"weight tensor 'w': expected finite numbers, found {bad} at index [2, 1]"
    with pytest.raises(NetworkError, match=re.escape(message)):
        FactorisedWeights(Values({"w": values}), (SPLIT,)).load(factor)


def test_values_of_another_shape() -> None:
    message = "weight tensor 'w': its values have shape [3, 4], expected [4, 3]"
    with pytest.raises(NetworkError, match=re.escape(message)):
        FactorisedWeights(Values({"w": np.ones((3, 4))}), (SPLIT,)).load("w/low_rank_1")


def test_factors_and_other_weights() -> None:
    """A matrix of rank 1 comes back from its two factors; a weight that is not split passes through."""
    matrix = np.outer(np.arange(1.0, 5.0), [1.0, -2.0, 3.0])
    other = np.ones(2)
    weights = FactorisedWeights(Values({"w": matrix, "other": other}), (SPLIT,))
    first, second = (weights.load(name) for name in SPLIT.factors)
    assert first is not None
    assert second is not None
    assert (first.shape, second.shape) == SPLIT.shapes
    np.testing.assert_allclose(first @ second, matrix, atol=1e-12)
    assert weights.load("other") is other
    assert weights.load("w/low_rank_1") is first


def test_no_values() -> None:
    assert FactorisedWeights(Values({}), (SPLIT,)).load("w/low_rank_2") is None
