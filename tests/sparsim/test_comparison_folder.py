"""Files of a comparison."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import sparsim
from simulator.result import Result
from sparsim.compare_report import cell_as_json, cells_as_csv
from sparsim.comparison import ComparedCell
from sparsim.comparison_folder import write_comparison


def test_files(tiny_result: Result, tmp_path: Path) -> None:
    cells = (
        ComparedCell(compression="dense", accelerator="edge_npu", result=tiny_result, dense_cycles=1000),
        ComparedCell(compression="dense", accelerator="small", result=None, infeasible="too large"),
    )
    paths = write_comparison(cells, tmp_path / "out")
    assert [path.name for path in paths] == ["comparison.json", "comparison.csv", "comparison.png"]
    assert json.loads(paths[0].read_text()) == [cell_as_json(cell) for cell in cells]
    assert paths[1].read_text() == cells_as_csv(cells)
    assert paths[2].read_bytes()[1:4] == b"PNG"


def test_speedup_by_density_where_densities_differ(trained: Path, tmp_path: Path) -> None:
    cells = sparsim.compare(trained, ["edge_npu", "os_array"], ["nm:2:4"])
    paths = write_comparison(cells, tmp_path / "out")
    assert [path.name for path in paths][2:] == ["comparison.png", "speedup_against_density.png"]
    assert paths[3].read_bytes()[1:4] == b"PNG"


def test_no_speedup_by_density_where_there_is_one_or_no_dense_run(trained: Path, tmp_path: Path) -> None:
    """Zeros alone have no place, which leaves dense; and without dense cycles there is no speed-up."""
    cells = sparsim.compare(trained, ["edge_npu"], ["unstructured:1.0", "nm:2:4"])
    without_dense = tuple(replace(cell, dense_cycles=None) for cell in cells)
    for index, some in enumerate((cells[:2], without_dense)):
        names = [path.name for path in write_comparison(some, tmp_path / str(index))]
        assert names == ["comparison.json", "comparison.csv", "comparison.png"]


def test_no_speedup_by_density_of_more_accelerators_than_markers(trained: Path, tmp_path: Path) -> None:
    cells = sparsim.compare(trained, ["edge_npu"], ["nm:2:4"])
    many = [
        replace(cell, accelerator=f"edge{index}", result=replace(cell.result, accelerator=f"edge{index}"))
        for index in range(9)
        for cell in cells
        if cell.result is not None
    ]
    by_row = sorted(many, key=lambda cell: cell.compression)
    assert "speedup_against_density.png" not in {path.name for path in write_comparison(by_row, tmp_path / "nine")}
    eight = [cell for cell in by_row if cell.accelerator != "edge8"]
    assert "speedup_against_density.png" in {path.name for path in write_comparison(eight, tmp_path / "eight")}


def test_nothing_to_plot(tmp_path: Path) -> None:
    cells = (ComparedCell(compression="dense", accelerator="small", result=None, infeasible="too large"),)
    assert [path.name for path in write_comparison(cells, tmp_path)] == ["comparison.json", "comparison.csv"]
