"""Dots of designs by colour column, and names beside the best ones."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from plots.design_columns import Floats, axis_label, quantity
from plots.design_frame import plain_ticks
from plots.design_looks import SHADES, column_value_text, is_shaded, members, series_of, shade_scale, value_text
from plots.design_points import DesignPoints
from plots.label_placement import Pixels, place_labels
from plots.style import SMALL_POINTS
from sweeps.outcome import METRIC_TYPES
from sweeps.read_results import Cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NO_PARAMETER = {"study", "position", "status", "reason", "violates", "seconds", "model_version", "identity"}
_SIZES = ("array.rows", "array.cols")
_FADED, _DOT_AREA = 0.25, 16.0
_MOST_NAMES = 8
_MOST_NEIGHBOURS = 4000
"""Dots that names keep clear of: of more, the picture is full anyway."""


def parameters(points: DesignPoints) -> list[str]:
    """Return the columns that a study sets, in which ``points`` differ."""
    return points.differing([name for name in points.columns if name not in _NO_PARAMETER and name not in METRIC_TYPES])


def draw_dots(axes: Axes, part: DesignPoints, every: DesignPoints, colour: str | None, places: Floats) -> None:
    """Draw a dot a point of ``part`` on ``axes`` (modified in place); points that another beats are faded.

    Parameters
    ----------
    axes : Axes
    part, every : DesignPoints
        Of these axes, and of the figure, which decide the looks.
    colour : str or None
    places : ndarray of float64 (points, 3)
        Along x and y, and 1 for those that stand out, else 0.
    """
    stand_out = places[:, 2] == 1
    for chosen, alpha, order in ((~stand_out, _FADED, 2), (stand_out, 1.0, 4)):
        if is_shaded(every, colour):
            assert colour is not None, "no column has no shades"
            values = part.numbers(colour, "--colour")
            axes.scatter(
                places[chosen, 0],
                places[chosen, 1],
                s=_DOT_AREA * (1 + alpha),
                c=values[chosen],
                cmap=SHADES,
                norm=shade_scale(every.numbers(colour, "--colour")),
                alpha=max(alpha, 0.45),
                linewidths=0,
                zorder=order,
            )
            continue
        for series in series_of(every, colour):
            mine = np.zeros(len(places), dtype=bool)
            mine[members(part, colour, series)] = True
            axes.scatter(
                places[chosen & mine, 0],
                places[chosen & mine, 1],
                s=_DOT_AREA * (1 + alpha),
                c=series.dot.colour,
                marker=series.dot.marker,
                alpha=alpha,
                linewidths=0.4 if alpha == 1.0 else 0,
                edgecolors="white",
                zorder=order,
            )


def add_legend_dots(axes: Axes, every: DesignPoints, colour: str | None) -> None:
    """Give ``axes`` (modified in place) an entry of the legend for each series, in full colour."""
    if colour is None or is_shaded(every, colour):
        return
    for series in series_of(every, colour):
        name = column_value_text(colour, series.value)
        axes.plot(
            [],
            [],
            color=series.dot.colour,
            marker=series.dot.marker,
            linestyle="none",
            markersize=5,
            label=name if "." not in colour else f"{quantity(colour)} {name}",
        )


def add_shades(figure: Figure, axes: Sequence[Axes], every: DesignPoints, colour: str | None) -> None:
    """Add the bar that says what shades of dots mean, where there are any."""
    if not is_shaded(every, colour):
        return
    from matplotlib.cm import ScalarMappable

    assert colour is not None, "no column has no shades"
    scale = shade_scale(every.numbers(colour, "--colour"))
    bar = figure.colorbar(ScalarMappable(scale, SHADES), ax=list(axes), aspect=30, pad=0.02)
    bar.set_label(axis_label(colour), fontsize=SMALL_POINTS)
    plain_ticks(bar.ax, "y", colour, every.numbers(colour, "--colour"))
    bar.ax.tick_params(labelsize=SMALL_POINTS)


def name_dots(
    figure: Figure, axes: Axes, part: DesignPoints, places: Floats, front: tuple[Sequence[int], Floats]
) -> int:
    """Write beside points of ``front`` what tells the designs of ``part`` apart; return how many had room.

    Axes must have their final place. Of many points, some are chosen, evenly along the front, which is given by its
    positions and its line.
    """
    named, corners = front
    some = [named[index] for index in np.unique(np.linspace(0, len(named) - 1, _MOST_NAMES).round().astype(int))]
    step = max(1, len(places) // _MOST_NEIGHBOURS)
    others = places[::step, :2].tolist()
    dots = [tuple(places[position, :2].tolist()) for position in some]
    names = design_names(part, some)
    return place_labels(figure, axes, [*dots, *map(tuple, others)], names, [], [_along(axes, corners)])


def _along(axes: Axes, corners: Floats) -> Pixels:
    """Points along the line through ``corners``, close enough for no name to slip between."""
    pixels: Pixels = np.asarray(axes.transData.transform(corners))
    steps = np.linspace(0.0, 1.0, 40)[:, None]
    return np.concatenate([pixels[:1], *(begin + steps * (end - begin) for begin, end in pairwise(pixels))])


def design_names(points: DesignPoints, positions: Sequence[int]) -> list[str]:
    """Return for each of ``positions`` the parameters in which ``points`` differ, in short: ``nm_array 32×32 64K``.

    Rows stand with columns, where the study has both; empty where points differ in nothing.
    """
    columns = parameters(points)
    if "array.rows" in columns:
        columns = [name for name in columns if name != "array.cols"]
    chosen = points.part(positions)
    cells = [[_short_text(points.columns, row, name) for name in columns] for row in chosen.rows]
    return [" ".join(texts) for texts in cells]


def _short_text(columns: Sequence[str], row: Sequence[Cell], column: str) -> str:
    """Return what ``row`` has in ``column``, in short."""
    if column in _SIZES and all(size in columns for size in _SIZES):
        return "×".join(value_text(row[columns.index(size)]) for size in _SIZES)
    text = column_value_text(column, row[columns.index(column)]).replace(" KiB", "K").replace(" MiB", "M")
    return f"{text} {quantity(column).removeprefix('array ')}" if column in _SIZES else text
