"""Colour on terminals only; no figure is ever shortened."""

from __future__ import annotations

import pytest
from rich.console import Group
from rich.table import Table
from rich.text import Text

from sparsim.commands.printing import print_rich

_NAME, _FIGURE = "accelerator_with_a_long_name", "12,345,678,901"


def wide_table(num_figures: int) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="")
    table.add_column("name")
    for index in range(num_figures):
        table.add_column(f"total cycles of {index}", justify="right", no_wrap=bool(index % 2))
    table.add_row(_NAME, *[_FIGURE] * num_figures)
    table.add_row("b", *["1"] * num_figures)
    return table


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.delenv("TTY_INTERACTIVE", raising=False)


@pytest.fixture
def terminal(narrow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setattr("rich.console.Console.is_dumb_terminal", False)


def test_plain_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    print_rich(Text("one", style="bold red"), "[red]two[/red]")
    assert capsys.readouterr().out == "one\ntwo\n"


def test_colour_where_it_is_forced(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    print_rich(Text("one", style="red"))
    assert "\x1b[31m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    print_rich(Text("one", style="red"))
    assert "\x1b[31m" not in capsys.readouterr().out


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("num_figures", [1, 5, 40])
def test_a_table_in_a_pipe_is_as_wide_as_it_needs(capsys: pytest.CaptureFixture[str], num_figures: int) -> None:
    print_rich(Group(wide_table(num_figures)))
    heading, first, second = capsys.readouterr().out.splitlines()
    assert heading.split() == [
        "name",
        *(word for index in range(num_figures) for word in f"total cycles of {index}".split()),
    ]
    assert first.split() == [_NAME, *[_FIGURE] * num_figures]
    assert second.split() == ["b", *["1"] * num_figures]


@pytest.mark.usefixtures("terminal")
def test_headings_and_names_fold_on_a_narrow_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Four figures of 14 characters and the gaps leave 20 of 80 characters to names."""
    print_rich(wide_table(4))
    text = capsys.readouterr().out
    assert "…" not in text
    assert text.count(_FIGURE) == 4
    assert max(map(len, text.splitlines())) <= 80
    assert "".join(line[:20].strip() for line in text.splitlines()).startswith(f"name{_NAME}b")


@pytest.mark.usefixtures("terminal")
def test_a_table_that_cannot_fit_is_wider_than_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    print_rich(wide_table(9))
    text = capsys.readouterr().out
    assert "…" not in text
    assert text.count(_FIGURE) == 9
