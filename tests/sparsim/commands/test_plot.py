from __future__ import annotations

from pathlib import Path

import pytest

from tests.sparsim.commands.test_results import results as results
from tests.sparsim.running import Command, Fails


def test_a_figure(command: Command, results: Path, tmp_path: Path) -> None:
    for name, begins in (("a.png", b"\x89PNG"), ("a.pdf", b"%PDF"), ("a.svg", b"<?xml")):
        outcome = command("plot", "pareto", results, "--x", "array.rows", "--y", "energy_mj", "--out", tmp_path / name)
        assert (outcome.code, outcome.out) == (0, f"wrote {tmp_path / name}: 2 points of study 'small'\n")
        assert (tmp_path / name).read_bytes().startswith(begins)


def test_the_default_name(command: Command, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert command("plot", "roofline", results).out == "wrote roofline.png: 2 points of study 'small'\n"
    assert (tmp_path / "roofline.png").is_file()


def test_mistakes(fails: Fails, results: Path, tmp_path: Path) -> None:
    fails("figure 'pareta': expected one of pareto, parallel, ", "plot", "pareta", results)
    for kind in ("memory_map", "timeline"):
        fails(f"{kind} is a figure of one run: `sparsim run NETWORK -a ACCELERATOR --out DIR`", "plot", kind, results)
    fails("--x arrayrows: no such column", "plot", "pareto", results, "--x", "arrayrows")
    fails("nearest: 'array.rows'", "plot", "pareto", results, "--x", "arrayrows")
    fails(
        "expected points to draw where energy_mj > 1e9, found none",
        "plot",
        "pareto",
        results,
        "--where",
        "energy_mj > 1e9",
    )
    fails("no study 'other', found 'small'", "plot", "pareto", results, "--study", "other")
    fails("expected a file, found none", "plot", "pareto", tmp_path / "none.sqlite")
    fails("expected a name that ends in .png", "plot", "roofline", results, "--out", tmp_path / "a.gif")
    assert not list(tmp_path.glob("*.partial"))
