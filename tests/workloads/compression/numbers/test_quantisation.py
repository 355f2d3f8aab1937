"""Number formats: each value against the nearest of all values that the format has, and rules by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workloads.compression.numbers.quantisation import quantise
from workloads.errors import NetworkError
from workloads.formats import BINARY, TERNARY, NumberKind, parse_format

WEIGHTS = arrays.arrays(
    np.float32,
    arrays.array_shapes(min_dims=4, max_dims=4, max_side=4),
    elements=st.floats(-8, 8, width=16, allow_subnormal=False),
)
FP8_LEVELS = sorted(
    {
        sign * (8 + mantissa) * 2.0 ** (exponent - 3)
        for sign in (-1, 1)
        for mantissa in range(8)
        for exponent in range(-6, 9)
    }
    - {-480.0, 480.0}  # the pattern that stands for NaN
    | {sign * mantissa * 2.0**-9 for sign in (-1, 1) for mantissa in range(8)}
)


def one_filter(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64).reshape(1, 1, 1, -1)


def nearest_distance(values: np.ndarray, levels: np.ndarray) -> np.ndarray:
    return np.abs(values[..., np.newaxis] - levels).min(axis=-1)


def test_int4_by_hand() -> None:
    # The largest, 7, is code 7, so the step is 1; 2.5 and 3.5 round half to even.
    found = quantise(one_filter(7, 2.5, 3.5, -1.2, 0, 0.4), parse_format("int4"))
    assert found.ravel().tolist() == [7, 2, 4, -1, 0, 0]


def test_each_filter_has_its_own_scale() -> None:
    two = np.array([[[[14.0, 3.0]], [[0.7, 0.04]]]])  # steps 2 and 0.1
    assert quantise(two, parse_format("int4"))[0, :, 0] == pytest.approx(np.array([[14, 4], [0.7, 0]]))


@given(values=WEIGHTS, bits=st.integers(2, 8))
def test_integers_are_the_nearest_code(values: np.ndarray, bits: int) -> None:
    found = quantise(values, parse_format(f"int{bits}"))
    assert found.dtype == values.dtype
    largest = np.abs(values).max(axis=(2, 3))
    for group, number in np.ndindex(values.shape[:2]):
        step = float(largest[group, number]) / (2 ** (bits - 1) - 1)
        levels = step * np.arange(-(2 ** (bits - 1)) + 1, 2 ** (bits - 1))
        nearest = nearest_distance(values[group, number].astype(float), levels)
        assert np.abs(found[group, number] - values[group, number]) == pytest.approx(nearest, abs=1e-5)


@given(values=WEIGHTS)
def test_fp8_is_the_nearest_number(values: np.ndarray) -> None:
    found = quantise(values, parse_format("fp8"))
    assert len(FP8_LEVELS) == 253  # 256 patterns less two NaNs and the second zero
    largest = np.abs(values).max(axis=(2, 3), keepdims=True).astype(float)
    scale = np.where(largest > 0, largest, 448) / 448
    nearest = nearest_distance(values / scale, np.array(FP8_LEVELS))
    assert np.abs(found / scale - values / scale) == pytest.approx(nearest, abs=1e-4)


@pytest.mark.parametrize("name", ["fp16", "bf16"])
def test_sixteen_bit_floats_are_not_scaled(name: str) -> None:
    values = np.random.default_rng(0).standard_normal((1, 3, 2, 50), dtype=np.float32)
    found = quantise(values, parse_format(name))
    if name == "fp16":
        assert np.array_equal(found, values.astype(np.float16).astype(np.float32))
    else:  # the upper half of a float32, rounded half to even
        bits = values.view(np.uint32).astype(np.uint64)
        rounded = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16).astype(np.uint32)
        assert np.array_equal(found, rounded.view(np.float32))


def test_ternary_by_hand() -> None:
    # The mean magnitude of the non-zero ones is (4 + 1 + 3 + 2) / 4 = 2.5; above 0.7 * 2.5 = 1.75 stay 4, 3, 2: mean 3.
    assert quantise(one_filter(4, -1, 0, -3, 2), TERNARY).ravel().tolist() == [3, 0, 0, -3, 3]


def test_binary_by_hand() -> None:
    assert quantise(one_filter(4, -1, 0, -3), BINARY).ravel().tolist() == [2, -2, 2, -2]


def test_pow2_by_hand() -> None:
    # The largest, 7, is nearest to 8; seven powers from 8 down to 1/8. 6 is half-way between 4 and 8: up.
    # Half-way between 1/8 and 0 is 1/16: it stays, what is smaller goes.
    found = quantise(one_filter(7, 6, 5.9, -1.5, 0.0625, 0.0624, 0), parse_format("pow2"))
    assert found.ravel().tolist() == [8, 8, 4, -2, 0.125, 0, 0]


@given(values=WEIGHTS, bits=st.integers(2, 6))
def test_pow2_is_the_nearest_power(values: np.ndarray, bits: int) -> None:
    found = quantise(values, parse_format(f"pow2_{bits}")).astype(float)
    powers = np.unique(np.abs(found[found != 0]))
    assert np.array_equal(np.exp2(np.rint(np.log2(powers))), powers)
    if len(powers):
        largest = float(np.abs(values).max())
        top = next(power for power in 2.0 ** np.arange(6, -30, -1) if largest >= 0.75 * power)
        levels = top * 0.5 ** np.arange(2 ** (bits - 1) - 1)
        levels = np.concatenate((-levels, [0], levels))
        assert np.isin(found, levels).all()
        assert np.array_equal(np.abs(found - values), nearest_distance(values.astype(float), levels))


@given(values=WEIGHTS, name=st.sampled_from(["int2", "int8", "fp8", "fp16", "ternary", "pow2"]))
def test_zero_stays_zero_and_rounding_twice_changes_nothing(values: np.ndarray, name: str) -> None:
    once = quantise(values, parse_format(name))
    assert not once[values == 0].any()
    assert quantise(once, parse_format(name)) == pytest.approx(once, rel=1e-6)


@pytest.mark.parametrize("name", ["int8", "fp8", "fp16", "ternary", "binary", "pow2"])
def test_a_tensor_of_zeros(name: str) -> None:
    assert not quantise(np.zeros((2, 3, 1, 4), dtype=np.float32), parse_format(name)).any()


def test_beyond_fp16() -> None:
    with pytest.raises(NetworkError, match=r"^a weight of magnitude 100000 is beyond fp16 \(65504\)$"):
        quantise(one_filter(1e5), parse_format("fp16"))


@pytest.mark.parametrize("name", ["uint8", "int1", "fp32"])
def test_formats_that_are_no_target(name: str) -> None:
    with pytest.raises(NetworkError, match=f"^weights cannot be quantised to {name}$"):
        quantise(one_filter(1.0), parse_format(name))


def test_every_kind_of_number_has_a_case() -> None:
    examples = {"int8", "fp8", "bf16", "ternary", "binary", "pow2"}
    assert {parse_format(name).kind for name in examples} == set(NumberKind)
    for name in examples:
        assert quantise(one_filter(1.0, -2.0), parse_format(name)).shape == (1, 1, 1, 2)
