"""The section of the SIGMA-like array type."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hw_configs.array_sections import Sigma


def test_both_bandwidths_must_be_given():
    assert Sigma(distribution_bandwidth=64, reduction_bandwidth=32).reduction_bandwidth == 32
    for field in ("distribution_bandwidth", "reduction_bandwidth"):
        with pytest.raises(ValidationError, match="Field required"):
            Sigma.model_validate({field: 64})


@pytest.mark.parametrize("value", [0, 2**16 + 1, "64"])
def test_values_out_of_range(value):
    with pytest.raises(ValidationError, match="distribution_bandwidth"):
        Sigma.model_validate({"distribution_bandwidth": value, "reduction_bandwidth": 1})
