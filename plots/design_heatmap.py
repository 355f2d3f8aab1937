"""Heat map: the best figure over designs by two parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plots.design_choice import DesignChoice, panels
from plots.design_columns import LARGER_IS_BETTER, Floats, as_cost, axis_label, quantity
from plots.design_dots import parameters
from plots.design_frame import finish, panel_axes, plain_ticks
from plots.design_looks import SHADES, column_value_text, shade_scale, value_text
from plots.design_points import DesignPoints
from plots.style import SMALL_POINTS, set_labels
from sweeps.read_results import Cell
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.cm import ScalarMappable
    from matplotlib.figure import Figure

_METRIC = "latency_ms"
_MOST_STEPS = 40
_MOST_WRITTEN = {True: 5, False: 9}
_LABELS = ("network", "bindings", "batch", "objective", "mapper", "time_limit_s", "seed")
"""Parameters that are no axis unless asked for."""


def design_heatmap(points: DesignPoints, choice: DesignChoice) -> Figure:
    """Return the best ``choice.colour`` (by default latency) by two parameters, over all that is not shown.

    By default the first two parameters of the accelerator or compression in which points differ. A pair without a
    point is left white.

    Raises
    ------
    ConfigError
        For columns that are not there, parameters with one value or too many, and a metric that is no number.
    """
    metric = choice.colour or _METRIC
    x, y = _axes_columns(points, choice)
    parts = panels(points, choice)
    tables = [_best(points, part, x, y, metric) for _, part in parts]
    figure, axes = panel_axes(choice, [title for title, _ in parts], 3.2)
    found = np.concatenate([table[np.isfinite(table)] for table in tables])
    for one, table in zip(axes, tables, strict=True):
        mesh = _draw(one, table, found, choice.is_narrow or len(parts) > 1)
        _label(one, points, x, y)
    for one in axes:
        is_left = one.get_position().x0 == min(other.get_position().x0 for other in axes)
        one.set_ylabel(_without_bytes(y) if is_left else "")
        one.tick_params(labelleft=is_left)
    bar = figure.colorbar(mesh, ax=axes, aspect=30, pad=0.02)
    bar.set_label(axis_label(metric), fontsize=SMALL_POINTS)
    plain_ticks(bar.ax, "y", metric, found)
    bar.ax.tick_params(labelsize=SMALL_POINTS)
    finish(figure, points, choice, f"Best {quantity(metric)}", _note(points, x, y, choice, metric))
    return figure


def _axes_columns(points: DesignPoints, choice: DesignChoice) -> tuple[str, str]:
    free = [name for name in parameters(points) if name not in (*_LABELS, choice.x, choice.y, choice.facet)]
    own = sorted(free, key=lambda name: (name != "scratchpad.capacity_bytes", "." not in name))
    own = [name for name in own if name != "array.cols" or "array.rows" not in own]
    needed = [name for name in (choice.x, choice.y) if name is None]
    if len(own) < len(needed):
        raise ConfigError(
            "sparsim plot heatmap: expected two parameters in which points differ, "
            f"found {', '.join(parameters(points)) or 'none'}"
        )
    x = choice.x or own.pop(0)
    y = choice.y or own.pop(0)
    for option, column in (("--x", x), ("--y", y)):
        num = len(points.groups(column, option))
        if not 2 <= num <= _MOST_STEPS:
            raise ConfigError(f"{option} {column}: expected 2 to {_MOST_STEPS} values for a heat map, found {num}")
    if x == y:
        raise ConfigError(f"--x {x}: expected another column than --y")
    return x, y


def _best(every: DesignPoints, part: DesignPoints, x: str, y: str, metric: str) -> Floats:
    """Return the best ``metric`` as float64 (values of y, values of x); not a number where there is no point."""
    columns, rows = ({value: place for place, value in enumerate(every.groups(name, name))} for name in (x, y))
    sign = float(as_cost(metric, np.ones(1))[0])
    table: Floats = np.full((len(rows), len(columns)), np.inf)
    cells = zip(part.cells(y), part.cells(x), part.numbers(metric, "--colour"), strict=True)
    for row, column, value in cells:
        place = rows[row], columns[column]
        table[place] = min(table[place], sign * value)
    return np.where(np.isfinite(table), sign * table, np.nan)


def _draw(axes: Axes, table: Floats, found: Floats, is_small: bool) -> ScalarMappable:
    scale = shade_scale(found)
    mesh: ScalarMappable = axes.imshow(table, origin="lower", aspect="auto", cmap=SHADES, norm=scale)
    if max(table.shape) <= _MOST_WRITTEN[is_small]:
        for (row, column), value in np.ndenumerate(table):
            if np.isfinite(value):
                colour = "white" if scale(value) < 0.6 else "black"
                text = f"{value:.3g}" if abs(value) < 1e4 else value_text(float(f"{value:.3g}"))
                axes.text(column, row, text, ha="center", va="center", fontsize=6.5, color=colour)
    return mesh


def _label(axes: Axes, points: DesignPoints, x: str, y: str) -> None:
    for axis, column in ((axes.xaxis, x), (axes.yaxis, y)):
        values: list[Cell] = list(points.groups(column, column))
        every = -(-len(values) // 10)
        places = range(0, len(values), every)
        axis.set_ticks(places, [column_value_text(column, values[place]) for place in places])
    set_labels(axes, x=_without_bytes(x), y=_without_bytes(y))
    longest = max(len(label.get_text()) for label in axes.get_xticklabels())
    if longest > 7:
        axes.tick_params(axis="x", labelrotation=30)


def _without_bytes(column: str) -> str:
    """Ticks say KiB or MiB themselves."""
    return axis_label(column).removesuffix(" (bytes)")


def _follows(points: DesignPoints, column: str, shown: tuple[str | None, ...]) -> bool:
    """Whether ``column`` says nothing new beside those ``shown``: zipped with one of them, or itself shown."""
    keys = list(zip(*(points.cells(name) for name in shown if name is not None), strict=True))
    return len(set(zip(keys, points.cells(column), strict=True))) == len(set(keys))


def _note(points: DesignPoints, x: str, y: str, choice: DesignChoice, metric: str) -> str:
    hidden = [name for name in parameters(points) if not _follows(points, name, (x, y, choice.facet))]
    best = "greatest" if metric in LARGER_IS_BETTER else "least"
    return f"{best} over {', '.join(hidden)}" if hidden else ""
