"""Off-chip bytes of designs against the size of the scratchpad."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plots.design_choice import DesignChoice, default_colour, panels
from plots.design_columns import Floats, axis_label
from plots.design_dots import add_legend_dots
from plots.design_frame import finish, label_panels, panel_axes, scale_axis
from plots.design_looks import members, series_of
from plots.design_points import DesignPoints
from plots.style import Dot

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_X, _Y = "scratchpad_bytes", "off_chip_bytes"


def design_traffic(points: DesignPoints, choice: DesignChoice) -> Figure:
    """Return off-chip bytes by scratchpad, a line a value of ``choice.colour`` through the least of all its designs.

    Raises
    ------
    ConfigError
        For columns that are not there, hold text or one value, or have too many values to tell apart.
    """
    x, y = choice.x or _X, choice.y or _Y
    colour = choice.colour or ("compression" if points.differing(("compression",)) else default_colour(points))
    parts = panels(points, choice)
    figure, axes = panel_axes(choice, [title for title, _ in parts], 3.5)
    points.varying_numbers(x, "--x")
    curves = [
        (one, series.dot, *least_by(mine.numbers(x, "--x"), mine.numbers(y, "--y")))
        for one, (_, part) in zip(axes, parts, strict=True)
        for series in series_of(points, colour)
        if (mine := part.part(members(part, colour, series))).rows
    ]
    for one in axes:
        scale_axis(one, "x", x, points.numbers(x, "--x"))
        scale_axis(one, "y", y, np.concatenate([least for *_, least in curves]))
    for one, dot, sizes, least in curves:
        _draw(one, sizes, least, dot)
    add_legend_dots(axes[0], points, colour)
    label_panels(axes, axis_label(x), axis_label(y))
    finish(figure, points, choice, "Off-chip traffic", "lines: the least of all designs with the same scratchpad")
    return figure


def least_by(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Return the different values of ``x``, ascending, and for each the least of ``y``."""
    places, index = np.unique(x, return_inverse=True)
    least = np.full(len(places), np.inf)
    np.minimum.at(least, index, y)
    return places, least


def _draw(axes: Axes, x: Floats, y: Floats, dot: Dot) -> None:
    axes.plot(x, y, color=dot.colour, marker=dot.marker, markersize=4.5, linewidth=1.1, markeredgecolor="white")
