"""Numbers with units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_configs.quantities import (
    BYTE_UNITS,
    BYTES_PER_SECOND_UNITS,
    HERTZ_UNITS,
    MAX_QUANTITY,
    format_quantity,
    parse_quantity,
)
from workloads.errors import ConfigError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (64, 64),
        (64.0, 64),
        ("64", 64),
        ("64 B", 64),
        ("256 KiB", 262_144),
        ("256KiB", 262_144),
        ("1.5 KiB", 1536),
        ("256 KB", 256_000),
        ("256 kB", 256_000),
        ("1_000 B", 1000),
        ("2e3 kB", 2_000_000),
        ("8 PiB", None),
    ],
)
def test_bytes(value: object, expected: int | None) -> None:
    if expected is None:
        with pytest.raises(ConfigError, match="unknown unit 'PiB'"):
            parse_quantity(value, BYTE_UNITS)
    else:
        assert parse_quantity(value, BYTE_UNITS) == expected


def test_bandwidth_is_exact() -> None:
    # 12.8 * 10^9 is a whole number; as a product of floats it need not be.
    assert parse_quantity("12.8 GB/s", BYTES_PER_SECOND_UNITS) == 12_800_000_000
    assert parse_quantity("1 GiB/s", BYTES_PER_SECOND_UNITS) == 2**30
    assert parse_quantity("33.333333 MHz", HERTZ_UNITS) == 33_333_333


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("512 KX", "unknown unit 'KX' in '512 KX': expected a number with one of B, KB, kB, MB"),
        ("512 MHz", "unknown unit 'MHz' in '512 MHz'"),
        ("512K B", "expected a number with one of B, KB, kB, MB, GB, TB, KiB, MiB, GiB, TiB, found '512K B'"),
        ("512 KiB/s", "unknown unit 'KiB/s'"),
        ("plenty", "found 'plenty'"),
        ("", "found ''"),
        (0, "expected more than zero, found 0"),
        ("-5 KiB", "expected more than zero, found '-5 KiB'"),
        (-5, "expected more than zero, found -5"),
        (True, "expected a number with one of .*, found True"),
        (None, "found None"),
        ([1], r"found \[1\]"),
        (float("nan"), "found nan"),
        (float("inf"), "found inf"),
        ("0.1 KiB", "expected a whole number of B, found '0.1 KiB'"),
        (1e30, "expected at most 9007199254740992 B, found 1e\\+30"),
        ("9007199254740993", "expected at most 9007199254740992 B"),
        ("1e9999", "found '1e9999'"),
        ("1e999", "expected at most"),
        ("9" * 1000, "found '999"),
    ],
)
def test_refused(value: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        parse_quantity(value, BYTE_UNITS)


@pytest.mark.parametrize(
    ("value", "binary", "text"),
    [
        (262_144, True, "256 KiB"),
        (28 * 2**20, True, "28 MiB"),
        (1536, True, "1.5 KiB"),
        (64, True, 64),
        (1001, True, 1001),
        (700_000_000, False, "700 MB"),
        (34_000_000_000, False, "34 GB"),
    ],
)
def test_format(value: int, binary: bool, text: str | int) -> None:
    assert format_quantity(value, BYTE_UNITS, binary=binary) == text


@given(value=st.integers(1, MAX_QUANTITY), binary=st.booleans())
def test_format_reads_back(value: int, binary: bool) -> None:
    assert parse_quantity(format_quantity(value, BYTE_UNITS, binary=binary), BYTE_UNITS) == value
    assert parse_quantity(format_quantity(value, HERTZ_UNITS), HERTZ_UNITS) == value
