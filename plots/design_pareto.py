"""Designs by two figures: those that no other beats stand out, on their front; others are faded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plots.design_choice import DesignChoice, default_colour, panels
from plots.design_columns import LARGER_IS_BETTER, Floats, axis_label
from plots.design_dots import add_legend_dots, add_shades, draw_dots, name_dots
from plots.design_frame import finish, label_panels, panel_axes, scale_axis
from plots.design_points import DesignPoints
from plots.style import BLACK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_X, _Y = "area_mm2", "latency_ms"


def design_pareto(points: DesignPoints, choice: DesignChoice) -> Figure:
    """Return a scatter of ``points`` with the Pareto front of each panel.

    Parameters
    ----------
    points : DesignPoints
    choice : DesignChoice
        By default area and latency; colours by accelerator, or compression where there is one accelerator.

    Raises
    ------
    ConfigError
        For columns that are not there, hold text or one value, or have too many values to tell apart.
    """
    x, y = choice.x or _X, choice.y or _Y
    colour = choice.colour or default_colour(points)
    parts = panels(points, choice)
    figure, axes = panel_axes(choice, [title for title, _ in parts], 3.7)
    for one in axes:
        scale_axis(one, "x", x, points.varying_numbers(x, "--x"))
        scale_axis(one, "y", y, points.varying_numbers(y, "--y"))
    fronts = [part.pareto(x, y) for _, part in parts]
    places = [_places(part, x, y, front) for (_, part), front in zip(parts, fronts, strict=True)]
    for one, (_, part), front, place in zip(axes, parts, fronts, places, strict=True):
        draw_dots(one, part, points, colour, place)
        _draw_front(one, place[front, :2], x)
    add_legend_dots(axes[0], points, colour)
    label_panels(axes, axis_label(x), axis_label(y))
    add_shades(figure, axes, points, colour)
    note = f"points that no other beats: {', '.join(str(len(front)) for front in fronts)}"
    finish(figure, points, choice, "Pareto front", _better(note, x, y))
    figure.draw_without_rendering()  # names need the final place of the axes
    figure.set_layout_engine("none")
    for one, (_, part), front, place in zip(axes, parts, fronts, places, strict=True):
        name_dots(figure, one, part, place, (front, _stairs(place[front, :2], x)))
    return figure


def _places(part: DesignPoints, x: str, y: str, front: list[int]) -> Floats:
    stand_out = np.zeros(len(part.rows))
    stand_out[front] = 1
    return np.stack([part.numbers(x, "--x"), part.numbers(y, "--y"), stand_out], axis=1)


def _draw_front(axes: Axes, corners: Floats, x: str) -> None:
    """Draw the stairs between the points of the front: what lies on their far side is beaten."""
    stairs = _stairs(corners, x)
    axes.plot(stairs[:, 0], stairs[:, 1], color=BLACK, linewidth=0.9, zorder=3, label="Pareto front")


def _stairs(corners: Floats, x: str) -> Floats:
    """Return ``corners`` by x with the steps between them, as float64 (2 * corners - 1, 2)."""
    ordered = corners[np.argsort(corners[:, 0])]
    before, after = ordered[:-1], ordered[1:]
    steps = (before[:, 0], after[:, 1]) if x in LARGER_IS_BETTER else (after[:, 0], before[:, 1])
    stairs = np.empty((2 * len(ordered) - 1, 2))
    stairs[::2] = ordered
    stairs[1::2] = np.stack(steps, axis=1)
    return stairs


def _better(note: str, x: str, y: str) -> str:
    larger = [axis_label(column) for column in (x, y) if column in LARGER_IS_BETTER]
    return f"{note} (more {' and '.join(larger)} is better)" if larger else note
