"""Numbers and names in tables."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sparsim import wording
from sparsim.wording import format_column, format_count, format_number, printable, shorten


def test_examples_of_the_docstrings() -> None:
    assert doctest.testmod(wording).failed == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567.8, "1,234,568"),
        (9999.96, "10,000"),
        (22.1534, "22.15"),
        (1.0, "1.000"),
        (0.5, "0.5"),
        (0.99999, "1"),
        (0.000123, "0.000123"),
        (1.5e-9, "1.5e-09"),
        (-3.25, "-3.250"),
    ],
)
def test_four_significant_digits(value: float, text: str) -> None:
    assert format_number(value) == text


@given(st.floats(min_value=1e-12, max_value=1e18))
def test_a_number_reads_back_within_its_digits(value: float) -> None:
    assert float(format_number(value).replace(",", "")) == pytest.approx(value, rel=6e-3)


def test_counts() -> None:
    assert format_count(9_999, "MACs") == "9,999 MACs"
    assert format_count(10_000, "MACs") == "0.01 M MACs"


def test_a_column_has_one_number_of_decimals() -> None:
    assert format_column([5.25, 123.4, 9999.0], 2) == ("5.2", "123.4", "9,999.0")
    assert format_column([2428.0, 835.4], 2) == ("2,428", "835")
    assert format_column([0.0, 0.0], 2) == ("0.000", "0.000")
    assert format_column([], 0) == ()


def test_what_a_terminal_acts_upon_is_escaped() -> None:
    assert printable("layer \u5c42 [red]") == "layer \u5c42 [red]"
    assert printable("\x1b[2J\r\n\0\u202e\udcff") == r"\x1b[2J\r\n\x00\u202e\udcff"


def test_shortened_in_the_middle() -> None:
    assert shorten("layer4.0.downsample", 19) == "layer4.0.downsample"
    assert shorten("layer4.0.downsample", 12) == "layer4…ample"
    assert shorten("layer4.0.downsample", 12, "...") == "layer...mple"
    assert shorten("layer", 1) == "l"
    assert shorten("layer", 0) == ""


@given(st.text(max_size=30), st.integers(1, 40))
def test_never_wider_than_asked(text: str, width: int) -> None:
    """Wide letters take two columns of the terminal."""
    assert cell_len(shorten(printable(text), width)) <= width
