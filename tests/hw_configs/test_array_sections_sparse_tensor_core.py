"""The section of sparse tensor cores: defaults, patterns, and what is refused."""

import pytest
from pydantic import ValidationError

from hw_configs.array_sections import SparseTensorCore


def test_defaults() -> None:
    section = SparseTensorCore.model_validate({"patterns": ["2:4", "2:8"]})

    assert section.patterns == ((2, 4), (2, 8))
    assert section.metadata == "coordinates"
    assert (section.group_positions, section.input_reuse_filters, section.weight_reuse_positions) == (16, 64, 128)


def test_no_patterns_is_a_dense_core() -> None:
    assert SparseTensorCore(patterns=()).patterns == ()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Field required"),
        ({"patterns": ["4:2"]}, "expected N:M with 1 <= N <= M, as in 2:4, found '4:2'"),
        ({"patterns": ["0:4"]}, "expected N:M"),
        ({"patterns": [], "metadata": "bitmap"}, "Input should be 'coordinates' or 'run_length'"),
        ({"patterns": [], "group_positions": 0}, "greater than or equal to 1"),
        ({"patterns": [], "input_compression": True}, "Extra inputs are not permitted"),
    ],
)
def test_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        SparseTensorCore.model_validate(fields)
