from __future__ import annotations

from pathlib import Path

import pytest

from tests.sparsim.commands.test_results import results as results
from tests.sparsim.design_pages import write_results
from tests.sparsim.running import Command, Fails


def test_a_page(command: Command, results: Path, tmp_path: Path) -> None:
    outcome = command("report", results, "-o", tmp_path / "page.html", "--study", "small")
    assert outcome.code == 0
    assert "".join(outcome.out.split()).startswith(f"wrote{tmp_path}/page.html:4points,0.")
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_default_name(command: Command, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("report", results).out.startswith("wrote report.html: 4 points, 0.")


def test_layers_left_out_are_said(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sparsim.design_report_data.MOST_LAYERS_BYTES", 1)
    results = write_results(tmp_path / "r.sqlite")
    assert "\nlayers are left out" in command("report", results, "-o", tmp_path / "page.html").out


def test_mistakes(fails: Fails, results: Path, tmp_path: Path) -> None:
    fails("expected a name that ends in .html, found '.txt'", "report", results, "-o", tmp_path / "page.txt")
    fails("no study 'other', found 'small'", "report", results, "--study", "other", "-o", tmp_path / "page.html")
    fails("expected a file, found none", "report", tmp_path / "none.sqlite", "-o", tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()
