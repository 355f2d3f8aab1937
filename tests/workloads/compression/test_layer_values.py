"""Values are refused when they are not numbers or have another shape."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.workloads.compression.small_networks import Values, four_layers
from workloads.compression.layer_values import has_zeros, load_arranged, load_checked
from workloads.errors import NetworkError
from workloads.weight_layout import compressible_weights

NETWORK = four_layers()
STEM = NETWORK.tensors["stem.weight"]


def test_arranged() -> None:
    values = np.arange(16 * 3 * 9, dtype=np.float32).reshape(16, 3, 3, 3)
    operator = compressible_weights(NETWORK)[STEM.name]
    arranged = load_arranged(Values({STEM.name: values}), STEM, operator)
    assert arranged is not None
    assert arranged.shape == (1, 16, 9, 3)
    assert arranged[0, 5, 4, 2] == values[5, 2, 1, 1]
    assert load_arranged(Values({}), STEM, operator) is None
    assert load_arranged(None, STEM, operator) is None


@pytest.mark.parametrize("bad", ["nan", "inf", "-inf"])
def test_values_that_are_not_finite(bad: str) -> None:
    values = np.ones(STEM.shape, dtype=np.float32)
    values[3, 1, 2, 0] = float(bad)
    message = f"weight tensor 'stem.weight': expected finite numbers, found {bad} at index [3, 1, 2, 0]"
    with pytest.raises(NetworkError, match=f"^{re.escape(message)}$"):
        load_checked(Values({STEM.name: values}), STEM)


def test_values_of_another_shape() -> None:
    message = "weight tensor 'stem.weight': its values have shape [16, 27], expected [16, 3, 3, 3]"
    with pytest.raises(NetworkError, match=f"^{re.escape(message)}$"):
        load_checked(Values({STEM.name: np.ones((16, 27))}), STEM)


@pytest.mark.parametrize(("num_zeros", "counts"), [(0, False), (1, False), (2, True)])
def test_more_than_one_zero_in_a_hundred(num_zeros: int, counts: bool) -> None:
    values = np.ones(100)
    values[:num_zeros] = 0
    assert has_zeros(values) is counts
