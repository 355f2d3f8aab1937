"""Colour on terminals only."""

from __future__ import annotations

import pytest
from rich.text import Text

from sparsim.commands.printing import print_rich


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
