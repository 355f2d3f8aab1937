"""The progress bar is for terminals, and on standard error."""

from __future__ import annotations

import pytest

from sparsim.commands.progress import progress_bar


def use_bar() -> None:
    with progress_bar("mapping operators") as progress:
        for done in range(4):
            progress(done, 3)


def test_nothing_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    use_bar()
    assert capsys.readouterr() == ("", "")


def test_a_bar_on_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes it as a terminal
    monkeypatch.setenv("TERM", "xterm")
    use_bar()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "mapping operators" in captured.err
