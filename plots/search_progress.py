"""How a search comes near the best front: the share of the grid's hypervolume against points evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plots.style import (
    BLACK,
    BLUE,
    COLUMN_INCHES,
    GREEN,
    ORANGE,
    PURPLE,
    SKY_BLUE,
    SMALL_POINTS,
    VERMILLION,
    drawable,
    new_figure,
    set_labels,
)
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LINES = ((BLUE, "-"), (VERMILLION, "--"), (BLACK, ":"), (GREEN, "-."), (PURPLE, "-"), (ORANGE, "--"), (SKY_BLUE, ":"))
_LEAST_MISSING = 1e-4
"""Curves end here where the whole front is found: a logarithmic axis has no zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressCurve:
    """One sampler: the share of the grid's hypervolume after each evaluation, a tuple a seed.

    Parameters
    ----------
    name : str
    shares : tuple of tuple of float
        Equally long, at least one of at least one.
    """

    name: str
    shares: tuple[tuple[float, ...], ...]


def search_progress(curves: Sequence[ProgressCurve], *, title: str) -> Figure:
    """Return what each sampler still misses of the grid's hypervolume against evaluations: median and range of seeds.

    Parameters
    ----------
    curves : sequence of ProgressCurve
        At most seven.
    title : str

    Raises
    ------
    ConfigError
        When there is no curve, or more than can be told apart.
    """
    if not 1 <= len(curves) <= len(_LINES):
        raise ConfigError(f"search_progress: expected 1 to {len(_LINES)} samplers, found {len(curves)}")
    figure = new_figure(COLUMN_INCHES, 3.2)
    axes = figure.add_subplot()
    set_labels(axes, x="points evaluated", y="missing of the grid's hypervolume")
    for curve, (colour, dashes) in zip(curves, _LINES, strict=False):
        _draw(axes, curve, colour, dashes)
    axes.set_yscale("log")
    axes.set_ylim(_LEAST_MISSING, 1)
    axes.yaxis.set_major_formatter(lambda value, _: f"{'≤ ' if value <= _LEAST_MISSING else ''}{100 * value:g} %")
    axes.set_xlim(0, max(len(curve.shares[0]) for curve in curves))
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.5)
    axes.set_title(drawable(title), fontsize=SMALL_POINTS + 0.5, loc="left")
    axes.legend(fontsize=SMALL_POINTS, frameon=False, title="median, least and most", title_fontsize=SMALL_POINTS)
    return figure


def _draw(axes: Axes, curve: ProgressCurve, colour: str, dashes: str) -> None:
    missing = np.maximum(1 - np.asarray(curve.shares), _LEAST_MISSING)
    evaluations = np.arange(1, missing.shape[1] + 1)
    axes.plot(
        evaluations, np.median(missing, axis=0), color=colour, linestyle=dashes, label=drawable(curve.name), zorder=3
    )
    axes.fill_between(evaluations, missing.min(axis=0), missing.max(axis=0), color=colour, alpha=0.15, linewidth=0)
