"""The files that a result becomes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import sparsim
from simulator.result import Result
from sparsim.output_folder import write_output_folder, write_result
from workloads.errors import ConfigError


def test_three_files_for_programs(tiny_result: Result, tmp_path: Path) -> None:
    paths = write_result(tiny_result, tmp_path / "out")
    assert [path.name for path in paths] == ["result.json", "operators.csv", "trace.json"]
    assert sorted(paths) == sorted((tmp_path / "out").iterdir())
    assert json.loads(paths[0].read_text()) == json.loads(json.dumps(sparsim.result_as_json(tiny_result)))


def test_report_and_plots_too(tiny_result: Result, tmp_path: Path) -> None:
    paths = write_output_folder(tiny_result, sparsim.load_accelerator("edge_npu"), str(tmp_path))
    assert sorted(paths) == sorted(tmp_path.iterdir())
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths if path.suffix == ".png")
    report = (tmp_path / "report.txt").read_text(encoding="utf-8")
    assert report.startswith("resnet9 on edge_npu (22nm, 1000 MHz)\n")
    assert max(map(len, report.splitlines())) <= 120
    assert "\x1b" not in report
    assert all(cost.name in report for cost in tiny_result.operators if cost.total_cycles)


def test_a_plot_that_fails_leaves_nothing(tiny_result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise ConfigError("no plot")

    monkeypatch.setattr("plots.save.save_all", broken)
    with pytest.raises(ConfigError, match="no plot"):
        write_output_folder(tiny_result, sparsim.load_accelerator("edge_npu"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_two_runs_write_the_same_bytes(tiny_result: Result, tmp_path: Path) -> None:
    again = sparsim.run("resnet9", "edge_npu")
    for one, other in zip(write_result(tiny_result, tmp_path / "a"), write_result(again, tmp_path / "b"), strict=True):
        assert one.read_bytes() == other.read_bytes()
