"""Compressions by accelerators: speed-up over dense, latency and energy of each pair."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plots.compressed_title import add_title, compression_name
from plots.result_grid import ResultGrid, result_grid
from plots.style import BLACK, COLUMN_INCHES, PAGE_INCHES, SMALL_POINTS, new_figure, short_name
from plots.units import ENERGY_UNITS, LATENCY_UNITS, number_text, unit_for
from simulator.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FEW_COLUMNS = 3
_SPEEDUP_INCHES, _ENERGY_INCHES = 0.36, 0.24
_DARK_LIGHTNESS = 0.45
INFEASIBLE, NO_DENSE_RUN = "infeasible", "no dense run"


@dataclass(frozen=True, slots=True)
class _Cells:
    """What a panel shows of a result: how dark, and in which words."""

    colours: str
    quantity: Callable[[Result], float]
    text: Callable[[Result], str]


def speedup_grid(
    results: Sequence[Result], *, compressions: Sequence[str] = (), accelerators: Sequence[str] = ()
) -> Figure:
    """Return two panels of cells, a row a compression and a column an accelerator: speed-up and latency, and energy.

    The darker, the faster, and the more energy. Speed-ups of a column are over dense on the same accelerator; a cell
    says so where there was no dense run to compare with. Pairs without a result are marked as infeasible.

    Parameters
    ----------
    results : sequence of Result
        Of one network and batch, at most one a pair.
    compressions, accelerators : sequence of str
        Rows and columns, in order; by default those of ``results`` as they come. Names of which no pair is feasible
        must be given here to be seen.

    Raises
    ------
    ConfigError
        When there is no result, they are of several networks or batches, two are of one pair, or one is in none of the
        rows or columns.
    """
    grid = result_grid(results, compressions=compressions, accelerators=accelerators)
    num_rows, num_columns = len(grid.compressions), len(grid.accelerators)
    height = 1.6 + num_rows * (_SPEEDUP_INCHES + _ENERGY_INCHES)
    figure = new_figure(COLUMN_INCHES if num_columns <= _FEW_COLUMNS else PAGE_INCHES, height)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[_SPEEDUP_INCHES, _ENERGY_INCHES])
    _draw_speedups(upper, grid)
    _draw_energies(lower, grid)
    for axes in (upper, lower):
        axes.set_yticks(range(num_rows), [compression_name(spec) for spec in grid.compressions])
    is_tilted = num_columns > _FEW_COLUMNS + 1
    names = [short_name(name, 22) for name in grid.accelerators]
    lower.set_xticks(
        range(num_columns),
        names,
        rotation=25 if is_tilted else 0,
        ha="right" if is_tilted else "center",
        rotation_mode="anchor" if is_tilted else "default",
    )
    add_title(figure, results)
    return figure


def _draw_speedups(axes: Axes, grid: ResultGrid) -> None:
    unit = unit_for((result.latency_ms for result in grid.results), LATENCY_UNITS)

    def text(result: Result) -> str:
        latency = number_text(result.latency_ms / unit.size)
        speedup = _speedup(result)
        return f"{NO_DENSE_RUN if math.isnan(speedup) else f'{speedup:.2f}×'}\n{latency} {unit.symbol}"

    _draw_cells(axes, grid, _Cells("Blues", _speedup, text))
    axes.set_title("speed-up over dense, and latency", fontsize=SMALL_POINTS, loc="left")


def _speedup(result: Result) -> float:
    """Return the speed-up over dense, not a number where a compressed result has nothing to compare with."""
    return math.nan if result.compression and result.dense_total_cycles is None else result.speedup_over_dense


def _draw_energies(axes: Axes, grid: ResultGrid) -> None:
    unit = unit_for((result.energy.total_pj for result in grid.results), ENERGY_UNITS)

    def energy(result: Result) -> float:
        return result.energy.total_pj / unit.size

    _draw_cells(axes, grid, _Cells("Oranges", energy, lambda result: f"{number_text(energy(result))} {unit.symbol}"))
    axes.set_title("energy", fontsize=SMALL_POINTS, loc="left")


def _draw_cells(axes: Axes, grid: ResultGrid, cells: _Cells) -> None:
    """Fill a cell a result, the darker the larger, and write on it; pairs without one are grey."""
    values = grid.values(cells.quantity)
    greatest = float(np.max(values, where=np.isfinite(values), initial=0.0)) or 1.0
    axes.set_facecolor("0.92")
    image = axes.imshow(values, cmap=cells.colours, vmin=0.0, vmax=greatest * 1.15, aspect="auto")
    for row, column in np.ndindex(values.shape):
        result = grid.cells[row][column]
        is_dark = np.isfinite(values[row, column]) and _lightness(image.to_rgba(values[row, column])) < _DARK_LIGHTNESS
        axes.text(
            column,
            row,
            INFEASIBLE if result is None else cells.text(result),
            ha="center",
            va="center",
            fontsize=SMALL_POINTS,
            linespacing=1.05,
            style="italic" if result is None else "normal",
            color="white" if is_dark else BLACK,
        )
    num_rows, num_columns = values.shape
    axes.set_xticks(np.arange(0.5, num_columns - 1), minor=True)
    axes.set_yticks(np.arange(0.5, num_rows - 1), minor=True)
    axes.grid(which="minor", color="white", linewidth=2)
    axes.tick_params(which="both", length=0, labelsize=SMALL_POINTS)
    axes.spines[:].set_visible(False)


def _lightness(colour: NDArray[np.float64]) -> float:
    """Weigh red, green and blue as ITU-R BT.709 does."""
    red, green, blue, _ = colour
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
