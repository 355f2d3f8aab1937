"""Files of a comparison."""

from __future__ import annotations

import json
from pathlib import Path

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


def test_nothing_to_plot(tmp_path: Path) -> None:
    cells = (ComparedCell(compression="dense", accelerator="small", result=None, infeasible="too large"),)
    assert [path.name for path in write_comparison(cells, tmp_path)] == ["comparison.json", "comparison.csv"]
