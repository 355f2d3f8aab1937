"""A table whose names yield to the terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sparsim.name_table import NameTable
from tests.sparsim.test_report import printed

TABLE = NameTable(
    headings=("name", "count", "empty", "text"),
    rows=(("a" * 20 + "b" * 20, "1", "", "x"), ("short", "1,000", "", "[red]y[/red]")),
    numbers=("count",),
)


def test_wide_enough() -> None:
    assert printed(TABLE, width=80) == [
        "name                                      count  text",
        "a" * 20 + "b" * 20 + "      1  x",
        "short" + " " * 35 + "  1,000  [red]y[/red]",
    ]


@pytest.mark.parametrize("width", [36, 40, 50])
def test_names_lose_their_middle(width: int) -> None:
    lines = printed(TABLE, width=width)
    assert max(map(len, lines)) <= width
    assert lines[1].startswith("aaaa")
    assert "…b" in lines[1]
    assert lines[2].startswith("short ")


def test_plain_letters_where_the_terminal_has_no_others() -> None:
    file = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    Console(file=file, width=40, color_system=None).print(TABLE)
    file.seek(0)
    assert "a...b" in file.read()


def test_names_that_differ_do_so_when_cut() -> None:
    rows = tuple((f"model/conv2d_{number}/Conv2D_dequantize", "16x24x1x1") for number in range(1, 13))
    lines = printed(NameTable(headings=("name", "shape"), rows=rows, numbers=()), width=24)
    assert lines[1] == " 1 model…tize  16x24x1x1"
    assert lines[12] == "12 model…tize  16x24x1x1"
    assert len(set(lines)) == 13


def test_two_columns_of_names_share_the_room() -> None:
    """40 columns less two gaps and a number of one digit: 17 each, where one of 8 leaves 27 to the other."""
    table = NameTable(headings=("a", "b", "n"), rows=(("x" * 40, "y" * 40, "1"),), numbers=("n",), num_names=2)
    assert printed(table, width=40)[1] == f"{'x' * 9}…{'x' * 8}  {'y' * 8}…{'y' * 8}  1"
    table = NameTable(headings=("a", "b", "n"), rows=(("x" * 40, "y" * 8, "1"),), numbers=("n",), num_names=2)
    assert printed(table, width=40)[1] == f"{'x' * 13}…{'x' * 13}  {'y' * 8}  1"


def test_no_rows() -> None:
    assert printed(NameTable(headings=("name", "count"), rows=(), numbers=())) == ["name"]
