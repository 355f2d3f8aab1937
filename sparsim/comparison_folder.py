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
    """Write comparison.json, comparison.csv and, of the cells with a plan, comparison.png; return their paths.

    Raises
    ------
    ConfigError
        When the folder cannot be made or written; names it.
    """
    from plots.comparison import comparison
    from plots.save import save_figure

    results = [_named(cell, cell.result) for cell in cells if cell.result is not None]
    with staged_folder(Path(folder)) as staging:
        texts = {
            "comparison.json": json_text([cell_as_json(cell) for cell in cells]) + "\n",
            "comparison.csv": cells_as_csv(cells),
        }
        for name, text in texts.items():
            (staging / name).write_text(text, encoding="utf-8", newline="")
        names = list(texts)
        if results:
            names.append(save_figure(comparison(results), staging / "comparison.png").name)
    return tuple(Path(folder, name) for name in names)


def _named(cell: ComparedCell, result: Result) -> Result:
    """Return ``result`` of a network whose name says its compression: the plot tells bars apart by names."""
    return replace(result, network=f"{result.network} {cell.compression}")
