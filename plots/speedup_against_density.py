"""Speed-up over dense against weight density: how far compressions get on each accelerator, and the ideal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from plots.compressed_title import add_title
from plots.density_points import DensityPoint, density_points
from plots.label_placement import Pixels, place_labels
from plots.style import (
    BLACK,
    COLUMN_INCHES,
    SERIES_DOTS,
    SMALL_POINTS,
    new_figure,
    set_labels,
)
from simulator.result import Result
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

MOST_SERIES = len(SERIES_DOTS)
"""Accelerators that markers tell apart."""
_TICKS = tuple(factor * 10.0**power for power in range(-4, 6) for factor in (1, 2, 5))
_SAME_FRACTION = 0.001
"""Ideals this close are not told apart."""


def speedup_against_density(results: Sequence[Result]) -> Figure:
    """Return the speed-up over dense of ``results`` against weight density, a series an accelerator, beside the ideal.

    Each spec is named once, at its fastest point. Where products alone would gain another factor than zeros of weights
    stand for (zeros of activations, fewer channels, narrower numbers), a dash marks it.

    Raises
    ------
    ConfigError
        When there is no result, one multiplies no matrices, has no weight that is not zero or nothing to compare with,
        or there are more accelerators than markers.
    """
    points = density_points(results)
    num_series = len({point.series for point in points})
    if num_series > MOST_SERIES:
        raise ConfigError(f"speedup_against_density: expected at most {MOST_SERIES} accelerators, found {num_series}")
    figure = new_figure(COLUMN_INCHES, 3.7)
    axes = figure.add_subplot()
    set_labels(axes, x="weight density (non-zero fraction, weighted by MACs)", y="speed-up over dense (×)")
    _set_limits(axes, points)
    _draw_ideal(axes, points)
    _draw_series(axes, points)
    figure.legend(loc="outside lower left", ncols=2, fontsize=SMALL_POINTS, frameon=False, borderpad=0)
    add_title(figure, results)
    figure.draw_without_rendering()  # names need the final place of the axes
    figure.set_layout_engine("none")
    _name_points(figure, axes, points)
    return figure


def _set_limits(axes: Axes, points: Sequence[DensityPoint]) -> None:
    """Scale ``axes`` (modified in place) to points and ideal, with room above for a name."""
    axes.set(xscale="log", yscale="log")
    densest = max(1.0, *(point.weight_density_fraction for point in points))
    sparsest = min(0.5, *(point.weight_density_fraction for point in points))
    axes.set_xlim(sparsest / 1.35, densest * 1.2)
    heights = [height for point in points for height in (point.speedup, point.ideal_speedup) if math.isfinite(height)]
    axes.set_ylim(min([0.9, *heights]) / 1.25, max([2.0, *heights]) * 1.5)
    for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        ticks = [tick for tick in _TICKS if low <= tick <= high]
        axis.set_ticks(ticks, [f"{tick:g}" for tick in ticks])
        axis.set_ticks([], minor=True)
    axes.grid(linewidth=0.4, color="0.88")


def _draw_ideal(axes: Axes, points: Sequence[DensityPoint]) -> None:
    left, _ = axes.get_xlim()
    ideal = "ideal: every zero weight skipped"
    axes.plot([left, 1.0], [1 / left, 1.0], color=BLACK, linestyle="--", linewidth=1.2, label=ideal)
    others = {
        (point.weight_density_fraction, point.ideal_speedup)
        for point in points
        if math.isfinite(point.ideal_speedup)
        and not math.isclose(point.ideal_speedup * point.weight_density_fraction, 1, rel_tol=_SAME_FRACTION)
    }
    if others:
        axes.plot(
            *zip(*sorted(others), strict=True),
            color=BLACK,
            linestyle="none",
            marker="_",
            markersize=11,
            markeredgewidth=1.5,
            label="ideal: activations, shapes, widths too",
        )


def _draw_series(axes: Axes, points: Sequence[DensityPoint]) -> None:
    """Draw the markers of each series, and a line through those of one method: others differ in more than density."""
    for name, dot in zip(dict.fromkeys(point.series for point in points), SERIES_DOTS, strict=False):
        mine = sorted(
            (point for point in points if point.series == name), key=lambda point: point.weight_density_fraction
        )
        for index, method in enumerate(dict.fromkeys(point.method for point in mine)):
            axes.plot(
                [point.weight_density_fraction for point in mine if point.method == method],
                [point.speedup for point in mine if point.method == method],
                color=dot.colour,
                linewidth=0.9,
                marker=dot.marker,
                markersize=5.5,
                markeredgecolor="white",
                markeredgewidth=0.5,
                label=name if index == 0 else "_",
            )


def _name_points(figure: Figure, axes: Axes, points: Sequence[DensityPoint]) -> None:
    fastest: dict[str, DensityPoint] = {}
    for point in sorted(points, key=lambda point: -point.speedup):
        fastest.setdefault(point.spec, point)
    named = list(fastest.values())
    others = [point for point in points if point not in named]
    place_labels(
        figure,
        axes,
        [(point.weight_density_fraction, point.speedup) for point in (*named, *others)],
        [point.spec for point in named],
        [],
        [_pixels_along(axes, line) for line in axes.lines],
    )


def _pixels_along(axes: Axes, line: Line2D) -> Pixels:
    """Points along a line, close enough for no name to slip between; its own where it has dots alone."""
    corners: Pixels = np.asarray(axes.transData.transform(line.get_xydata()))
    if line.get_linestyle() == "None" or len(corners) == 1:
        return corners
    steps = np.linspace(0.0, 1.0, 60)[:, None]
    return np.concatenate([begin + steps * (end - begin) for begin, end in pairwise(corners)])
