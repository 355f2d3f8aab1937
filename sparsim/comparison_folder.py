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
    """Write comparison.json, comparison.csv and plots; return their paths.

    comparison.png is there where a cell has a plan, speedup_against_density.png where weights have different densities.

    Raises
    ------
    ConfigError
        When the folder cannot be made or written; names it.
    """
    from plots.save import save_figure
    from plots.speedup_against_density import speedup_against_density
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
        if by_density := _results_by_density(cells):
            figure = speedup_against_density(by_density)
            names.append(save_figure(figure, staging / "speedup_against_density.png").name)
    return tuple(Path(folder, name) for name in names)


def _results_by_density(cells: Sequence[ComparedCell]) -> list[Result]:
    """Return the results that have a place in a plot of speed-up by weight density; none where it would tell nothing.

    Those without a dense run to compare with, and those whose weights are all zero, have no place.
    """
    from plots.density_points import density_points
    from plots.speedup_against_density import MOST_SERIES

    placed = [
        _drawn(cell, cell.result)
        for cell in cells
        if cell.result and cell.dense_cycles is not None and _has_nonzero_weights(cell.result)
    ]
    points = density_points(placed) if placed else ()
    num_densities = len({point.weight_density_fraction for point in points})
    num_series = len({point.series for point in points})
    return placed if num_densities > 1 and num_series <= MOST_SERIES else []


def _has_nonzero_weights(result: Result) -> bool:
    parts = [(cost.macs, cost.compression) for cost in result.operators if cost.compression is not None]
    return any(macs * compression.weight_density_fraction for macs, compression in parts)


def _drawn(cell: ComparedCell, result: Result) -> Result:
    """Return ``result`` with the row that it is in as its compression, and a dense one as its own comparison."""
    return replace(result, compression=cell.compression, dense_total_cycles=cell.dense_cycles)
