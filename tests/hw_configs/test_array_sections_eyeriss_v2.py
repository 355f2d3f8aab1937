"""The section of Eyeriss v2's array type."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hw_configs.array_sections import EyerissV2


def test_defaults_are_the_published_sizes():
    section = EyerissV2()

    # 96 words of two weights; 32 partial sums
    assert (section.macs_per_pe, section.weights_per_pe, section.sums_per_pe) == (1, 192, 32)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("macs_per_pe", 0, "greater than or equal to 1"),
        ("macs_per_pe", 65, "less than or equal to 64"),
        ("weights_per_pe", 0, "greater than or equal to 1"),
        ("sums_per_pe", 1.5, "valid integer"),
        ("lanes", 2, "Extra inputs are not permitted"),
    ],
)
def test_values_out_of_range(field, value, message):
    with pytest.raises(ValidationError, match=message):
        EyerissV2.model_validate({field: value})
