"""Element types as formats and numpy types."""

from __future__ import annotations

import numpy as np
import pytest
from tflite.TensorType import TensorType

from workloads.errors import NetworkError
from workloads.tflite_import.element_types import can_be_parameter, element_format, is_float, stored_dtype, type_name


@pytest.mark.parametrize(
    ("name", "expected", "dtype", "is_parameter"),
    [
        ("FLOAT32", "fp32", "<f4", True),
        ("FLOAT16", "fp16", "<f2", True),
        ("BFLOAT16", "bf16", "<u2", True),
        ("FLOAT64", "fp64", "<f8", True),
        ("INT4", "int4", "u1", True),
        ("INT8", "int8", "i1", True),
        ("UINT8", "uint8", "u1", True),
        ("INT16", "int16", "<i2", True),
        ("INT32", "int32", "<i4", True),
        ("INT64", "int64", "<i8", False),
        ("BOOL", "uint8", "u1", False),
    ],
)
def test_types(name: str, expected: str, dtype: str, is_parameter: bool) -> None:
    number = getattr(TensorType, name)
    assert str(element_format(number, "t")) == expected
    assert stored_dtype(number, "t") == np.dtype(dtype)
    assert can_be_parameter(number) is is_parameter
    assert is_float(number) is ("FLOAT" in name)


@pytest.mark.parametrize(
    ("number", "name"), [(TensorType.STRING, "STRING"), (TensorType.COMPLEX64, "COMPLEX64"), (77, "77")]
)
def test_types_without_a_cost_model(number: int, name: str) -> None:
    assert type_name(number) == name
    assert not can_be_parameter(number)
    with pytest.raises(NetworkError, match=f"tensor 't': element type {name} has no cost model"):
        element_format(number, "t")
