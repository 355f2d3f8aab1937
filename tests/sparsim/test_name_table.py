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


def test_no_rows() -> None:
    assert printed(NameTable(headings=("name", "count"), rows=(), numbers=())) == ["name"]
