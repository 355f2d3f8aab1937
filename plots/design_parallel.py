"""Parallel coordinates: a line a design across its parameters and figures, the best ones in full colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plots.design_choice import DesignChoice, default_colour, panels
from plots.design_columns import Floats, as_cost, axis_label, quantity, spans_decades
from plots.design_dots import add_legend_dots, add_shades, parameters
from plots.design_frame import finish, panel_axes, tick_text
from plots.design_looks import SHADES, column_value_text, is_shaded, members, series_of, shade_scale
from plots.design_points import DesignPoints
from plots.style import PAGE_INCHES, SMALL_POINTS, short_name
from sweeps.pareto import pareto_positions
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FIGURES = ("latency_ms", "energy_mj", "area_mm2")
_MOST_LINES = 3000
_MOST_AXES = 10
_MOST_TICKS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """One of the parallel axes: heights in [0, 1] of points, and its ticks."""

    column: str
    heights: Floats
    ticks: tuple[tuple[float, str], ...]


def design_parallel(points: DesignPoints, choice: DesignChoice) -> Figure:
    """Return a line a point across the parameters in which points differ, and latency, energy and area.

    ``choice.y`` names further figures, with commas, in place of these three. Points that no other beats in all figures
    shown are in full colour.

    Raises
    ------
    ConfigError
        For columns that are not there or hold no numbers, --x and --facet, and fewer than two axes or too many.
    """
    choice.refuse("parallel", "x", "facet")
    panels(points, choice)
    figures = tuple(name.strip() for name in choice.y.split(",")) if choice.y else _FIGURES
    colour = choice.colour or default_colour(points)
    scales = [_parameter_scale(points, name) for name in parameters(points) if name not in (*figures, *_zipped(points))]
    scales += [_figure_scale(name, points.varying_numbers(name, "--y")) for name in figures]
    if not 2 <= len(scales) <= _MOST_AXES:
        raise ConfigError(f"sparsim plot parallel: expected 2 to {_MOST_AXES} axes, found {len(scales)}")
    costs = np.stack([as_cost(name, points.numbers(name, "--y")) for name in figures], axis=1)
    front = pareto_positions(costs.tolist())
    figure, (axes,) = panel_axes(choice, [""], 3.6)
    if not choice.is_narrow:
        figure.set_figwidth(PAGE_INCHES)
    _draw_lines(axes, points, colour, np.stack([scale.heights for scale in scales], axis=1), front)
    _draw_scales(axes, scales, choice.is_narrow)
    add_legend_dots(axes, points, colour)
    add_shades(figure, [axes], points, colour)
    note = f"full colour: {len(front)} points that no other beats in {', '.join(map(quantity, figures))}"
    note += "" if len(points.rows) <= _MOST_LINES else f"; of the others every {_step(points)}th is drawn"
    finish(figure, points, choice, "Designs", note)
    return figure


def _zipped(points: DesignPoints) -> tuple[str, ...]:
    """Return columns that always equal the one of rows: square arrays need one axis."""
    names = ("array.rows", "array.cols")
    if not set(names) <= set(points.columns) or points.cells(names[0]) != points.cells(names[1]):
        return ()
    return names[1:]


def _step(points: DesignPoints) -> int:
    return -(-len(points.rows) // _MOST_LINES)


def _figure_scale(column: str, values: Floats) -> _Scale:
    from matplotlib.ticker import LogLocator, MaxNLocator

    is_log = spans_decades(values)
    low, high = float(values.min()), float(values.max())
    locator = LogLocator(10, subs=(1.0, 2.0, 5.0) if high < 100 * low else (1.0,)) if is_log else MaxNLocator(5)
    ends = np.log([low, high]) if is_log else np.array([low, high])

    def height(value: Floats) -> Floats:
        placed: Floats = ((np.log(value) if is_log else value) - ends[0]) / (ends[1] - ends[0])
        return placed

    inner = [float(tick) for tick in locator.tick_values(low, high) if low <= tick <= high]
    ticks = tuple((float(height(np.array(tick))), tick_text(column, tick)) for tick in inner)
    return _Scale(column=column, heights=height(values), ticks=ticks)


def _parameter_scale(points: DesignPoints, column: str) -> _Scale:
    """Values at equal distances: a study's choices are steps, whatever their size."""
    values = list(points.groups(column, column))
    if len(values) > _MOST_TICKS and all(isinstance(value, int | float) for value in values):
        return _figure_scale(column, points.numbers(column, column))
    place = {value: index / (len(values) - 1) for index, value in enumerate(values)}
    every = -(-len(values) // _MOST_TICKS)
    return _Scale(
        column=column,
        heights=np.array([place[cell] for cell in points.cells(column)]),
        ticks=tuple((place[value], column_value_text(column, value)) for value in values[::every]),
    )


def _draw_lines(axes: Axes, points: DesignPoints, colour: str | None, heights: Floats, front: Sequence[int]) -> None:
    from matplotlib.collections import LineCollection

    colours = _colours(points, colour)
    best = set(front)
    others = [position for position in range(0, len(points.rows), _step(points)) if position not in best]
    for chosen, alpha, width in ((others, max(0.04, min(0.3, 30 / len(points.rows))), 0.6), (list(front), 0.95, 1.3)):
        lines = [list(enumerate(heights[position])) for position in chosen]
        axes.add_collection(
            LineCollection(lines, colors=[colours[position] for position in chosen], alpha=alpha, linewidths=width)
        )


def _colours(points: DesignPoints, colour: str | None) -> list[object]:
    found: list[object] = [None] * len(points.rows)
    if colour is not None and is_shaded(points, colour):
        from matplotlib import colormaps

        values = points.numbers(colour, "--colour")
        return list(colormaps[SHADES](shade_scale(values)(values)))
    for series in series_of(points, colour):
        for position in members(points, colour, series):
            found[position] = series.dot.colour
    return found


def _draw_scales(axes: Axes, scales: Sequence[_Scale], is_narrow: bool) -> None:
    """Draw the upright axes with their ticks on white, readable above any number of lines."""
    box = {"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75}
    for place, scale in enumerate(scales):
        axes.axvline(place, color="0.3", linewidth=0.8, zorder=3)
        for height, text in scale.ticks:
            axes.annotate(
                short_name(text, 8) if is_narrow else text,
                (place, height),
                (-3, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=4.5 if is_narrow else 6.5,
                bbox=box,
                zorder=5,
            )
    axes.set(xlim=(-0.55, len(scales) - 0.9), ylim=(-0.04, 1.04))
    names = [axis_label(scale.column).replace(" (", "\n(").replace(" ", "\n", 1) for scale in scales]
    axes.set_xticks(range(len(scales)), names, fontsize=5.0 if is_narrow else SMALL_POINTS)
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
