"""Formats without multiplication, and the integers that hold their values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_configs.multiplication_free import bits_of_same_range, integer_of_same_range, is_multiplication_free
from workloads.errors import ConfigError
from workloads.formats import BINARY, FP16, INT8, POWER_OF_TWO, TERNARY, parse_format


@pytest.mark.parametrize(
    ("name", "integer"),
    [
        ("ternary", "int2"),
        ("binary", "int2"),  # -1 and +1 want a sign and a bit
        ("pow2_2", "int2"),  # 0 and +-1
        ("pow2_3", "int4"),  # up to 2^2
        ("pow2", "int8"),  # up to 2^6
        ("pow2_5", "int16"),
        ("pow2_7", "int64"),
        ("int8", "int8"),
        ("fp16", "fp16"),
    ],
)
def test_integers_of_the_same_range(name, integer):
    assert integer_of_same_range(parse_format(name)) == parse_format(integer)


@given(bits=st.integers(2, 7))
def test_the_largest_power_of_two_is_held_and_no_narrower_integer_would_do(bits):
    largest = 2 ** (2 ** (bits - 1) - 2)  # exponents 0 to 2^(b-1) - 2

    held = bits_of_same_range(parse_format(f"pow2_{bits}"))

    assert 2 ** (held - 2) - 1 < largest <= 2 ** (held - 1) - 1


def test_kinds():
    assert all(is_multiplication_free(format) for format in (TERNARY, BINARY, POWER_OF_TWO))
    assert not any(is_multiplication_free(format) for format in (INT8, FP16, parse_format("bf16")))


def test_powers_of_two_that_leave_int64():
    with pytest.raises(ConfigError) as error:
        integer_of_same_range(parse_format("pow2_8"))
    assert str(error.value) == "pow2_8: expected powers of two of at most 7 bits, which int64 holds, found 8"
