"""Roofline over designs: what each achieves by its operational intensity, under the most that any of them reaches."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from plots.design_choice import DesignChoice, default_colour, panels
from plots.design_columns import Floats
from plots.design_dots import add_legend_dots, add_shades, draw_dots
from plots.design_frame import finish, label_panels, panel_axes, plain_ticks
from plots.design_points import DesignPoints
from plots.style import BLACK
from plots.units import number_text
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MACS, _BYTES, _LATENCY = "macs", "off_chip_bytes", "latency_ms"
_PER_MS = 1e6
"""Giga a second, in units a millisecond."""


def design_roofline(points: DesignPoints, choice: DesignChoice) -> Figure:
    """Return a dot a design: MACs of the network per off-chip byte, and GMAC/s.

    A results file has no peaks and bandwidths, so the roofs are those that designs show to be possible: the most
    GMAC/s, and the most off-chip bytes a second, that one of them reaches. MACs are those of the dense network.

    Raises
    ------
    ConfigError
        For --x and --y, and where no point moves bytes off chip and takes time.
    """
    choice.refuse("roofline", "x", "y")
    colour = choice.colour or default_colour(points)
    parts = panels(points, choice)
    figure, axes = panel_axes(choice, [title for title, _ in parts], 3.6)
    for one, (_, part) in zip(axes, parts, strict=True):
        one.set(xscale="log", yscale="log")
        places = roofline_places(part)
        draw_dots(one, part, points, colour, places)
    for one, (_, part) in zip(axes, parts, strict=True):
        _draw_roofs(one, roofline_places(part))
    add_legend_dots(axes[0], points, colour)
    label_panels(axes, "MACs of the dense network per off-chip byte", "achieved (GMAC/s)")
    add_shades(figure, axes, points, colour)
    note = "roofs: the most GMAC/s and off-chip GB/s that any of these designs reaches"
    finish(figure, points, choice, "Roofline", note)
    return figure


def roofline_places(points: DesignPoints) -> Floats:
    """Return MACs per byte, GMAC/s and 1, as float64 (points, 3).

    Raises
    ------
    ConfigError
        When a point moves no bytes or takes no time.
    """
    macs, num_bytes, latency_ms = (points.numbers(name, "--where") for name in (_MACS, _BYTES, _LATENCY))
    if not (macs.all() and num_bytes.all() and latency_ms.all()):
        raise ConfigError("sparsim plot roofline: expected points with MACs, off-chip bytes and latency, found zeros")
    return np.stack([macs / num_bytes, macs / latency_ms / _PER_MS, np.ones(len(macs))], axis=1)


def _draw_roofs(axes: Axes, places: Floats) -> None:
    """Draw both roofs around ``places`` on ``axes`` (modified in place), with their figures."""
    x, y = places[:, 0], places[:, 1]
    peak, slope = y.max(), (y / x).max()
    ridge = peak / slope
    left, right = min(x.min(), ridge) / 1.5, max(x.max(), ridge) * 2
    axes.set_xlim(left, right)
    axes.set_ylim(y.min() / 1.5, peak * 2)
    plain_ticks(axes, "x", "macs_per_byte", np.array(axes.get_xlim()))
    plain_ticks(axes, "y", "gmacs_per_second", np.array(axes.get_ylim()))
    axes.plot([left, ridge, right], [left * slope, peak, peak], color=BLACK, linewidth=1.0, zorder=3)
    text = f"{number_text(peak)} GMAC/s, {number_text(slope)} GB/s"
    axes.annotate(
        text, (right, peak), (-3, 3), textcoords="offset points", ha="right", va="bottom", fontsize=6.5, zorder=5
    )
