from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.axis import doubling_steps, linear_steps
from workloads.errors import ConfigError


@given(st.integers(-1000, 1000), st.integers(0, 1000), st.integers(1, 50))
def test_whole_steps_are_pythons_range(first: int, extent: int, step: int) -> None:
    assert list(linear_steps(first, first + extent, step)) == list(range(first, first + extent + 1, step))


def test_decimal_steps_do_not_drift() -> None:
    assert list(linear_steps(0.1, 0.5, 0.1)) == [0.1, 0.2, 0.3, 0.4, 0.5]  # 0.1 + 0.1 + 0.1 is 0.30000000000000004


def test_units() -> None:
    assert list(linear_steps("64 KiB", "192 KiB", "64 KiB")) == [65536, 131072, 196608]
    assert list(doubling_steps("1 GB/s", "5 GB/s")) == [10**9, 2 * 10**9, 4 * 10**9]


@given(st.integers(1, 10**6), st.integers(0, 10**9))
def test_doublings_end_at_the_last_that_fits(first: int, extent: int) -> None:
    values = list(doubling_steps(first, first + extent))
    assert values == [first * 2**power for power in range(len(values))]
    assert first * 2 ** (len(values) - 1) <= first + extent < first * 2 ** len(values)


def test_a_billion_values_take_no_memory() -> None:
    steps = linear_steps(1, 10**9, 1)
    assert len(steps) == 10**9
    assert steps[10**9 - 1] == 10**9
    assert steps[1:3] == [2, 3]
    with pytest.raises(IndexError):
        steps[10**9]


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((10, 1, 1), "is an empty range: expected last of at least first 10, found 1"),
        ((1, 10, 0), "expected a step above zero, found 0"),
        ((1, 10, -1), "expected a step above zero, found -1"),
        ((True, 10, 1), "first: expected a number, found True"),
        ((1, None, 1), "last: expected a number, found None"),
        ((1, "ten", 1), "last: expected a number with one of B,"),
        ((1, float("inf"), 1), "last: expected a number below 1e30, found inf"),
    ],
)
def test_impossible_ranges(bounds: tuple[int, int, int], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        linear_steps(*bounds)


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ((0, 8), "expected first above zero, since each value is twice the one before, found 0"),
        ((16, 8), "is an empty range: expected last of at least first 16, found 8"),
    ],
)
def test_impossible_doublings(bounds: tuple[int, int], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        doubling_steps(*bounds)
