"""What is written of a comparison: figures for programs, and a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from simulator.result import Result
from sparsim.compare_report import cell_as_json, cells_as_csv
from sparsim.comparison import ComparedCell
from sparsim.export import json_text
from sparsim.staging import staged_folder


def write_comparison(cells: Sequence[ComparedCell], folder: Path | str) -> tuple[Path, ...]:
    """Write comparison.json, comparison.csv and, where cells have a plan, comparison.png; return their paths.

    Raises
    ------
    ConfigError
        When the folder cannot be made or written; names it.
    """
    from plots.save import save_figure
    from plots.speedup_grid import speedup_grid

    results = [_drawn(cell, cell.result) for cell in cells if cell.result]
    with staged_folder(Path(folder)) as staging:
        texts = {
            "comparison.json": json_text([cell_as_json(cell) for cell in cells]) + "\n",
            "comparison.csv": cells_as_csv(cells),
        }
        for name, text in texts.items():
            (staging / name).write_text(text, encoding="utf-8", newline="")
        names = list(texts)
        if results:
            figure = speedup_grid(
                results,
                compressions=[cell.compression for cell in cells],
                accelerators=[cell.accelerator for cell in cells],
            )
            names.append(save_figure(figure, staging / "comparison.png").name)
    return tuple(Path(folder, name) for name in names)


def _drawn(cell: ComparedCell, result: Result) -> Result:
    """Return ``result`` with the row that it is in as its compression, and a dense one as its own comparison."""
    return replace(result, compression=cell.compression, dense_total_cycles=cell.dense_cycles)
