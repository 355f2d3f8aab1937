"""The section of the dual-side outer-product core: defaults and what is refused."""

import pytest
from pydantic import ValidationError

from hw_configs.array_sections import OuterProduct


def test_defaults_are_the_published_core() -> None:
    section = OuterProduct()

    assert (section.tile, section.input_lanes, section.weight_lanes) == (32, 8, 16)
    assert (section.merge_words_per_cycle, section.bitmap_cycles) == (116, 1)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("tile", 0, "greater than or equal to 1"),
        ("tile", 129, "less than or equal to 128"),
        ("input_lanes", 0, "greater than or equal to 1"),
        ("weight_lanes", 1.5, "valid integer"),
        ("merge_words_per_cycle", 0, "greater than or equal to 1"),
        ("bitmap_cycles", -1, "greater than or equal to 0"),
        ("lanes", 8, "Extra inputs are not permitted"),
    ],
)
def test_refused(field: str, value: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        OuterProduct.model_validate({field: value})
