"""Roofline: how far each operator is from what array and off-chip memory allow.

Source: Williams, Waterman and Patterson, Roofline: an insightful visual performance model, CACM 52(4), 2009.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hw_configs.accelerator import Accelerator
from plots.label_placement import place_labels
from plots.style import (
    BLACK,
    COLUMN_INCHES,
    DOTS,
    OTHER_DOT,
    SMALL_POINTS,
    add_heading,
    new_figure,
    renderer_of,
    result_title,
    set_labels,
    short_name,
)
from plots.units import number_text
from simulator.arrays import array_model
from simulator.result import OperatorCost, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NUM_NAMES = 6
_GIGA = 1e9
_SAME = 1.000001
"""Times the peak: what a quotient may exceed it by without being faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RooflinePoint:
    """Operators of one kind that fall on the same place.

    Parameters
    ----------
    macs_per_byte : float
        Operational intensity: MACs done for each off-chip byte. Products that the array skips are not done.
    gmacs_per_second : float
        What was achieved, from first transfer to last, in MACs done.
    operators : tuple of OperatorCost
    """

    macs_per_byte: float
    gmacs_per_second: float
    operators: tuple[OperatorCost, ...]

    @property
    def total_cycles(self) -> int:
        """Cycles of all its operators."""
        return sum(operator.total_cycles for operator in self.operators)

    @property
    def name(self) -> str:
        """Name of the first operator, and how many more there are."""
        more = f" (+{len(self.operators) - 1})" if len(self.operators) > 1 else ""
        return short_name(self.operators[0].name, 22) + more


def roofline_points(result: Result) -> tuple[RooflinePoint, ...]:
    """Return a point for all operators that do MACs and move bytes, the costliest first."""
    places: dict[tuple[str, float, float], list[OperatorCost]] = {}
    for cost in result.operators:
        macs = _macs_done(cost)
        if macs and cost.off_chip_bytes.total:
            place = (cost.kind, macs / cost.off_chip_bytes.total, macs / cost.total_cycles)
            places.setdefault(place, []).append(cost)
    points = [
        RooflinePoint(macs_per_byte=x, gmacs_per_second=y * result.clock_hz / _GIGA, operators=tuple(operators))
        for (_, x, y), operators in places.items()
    ]
    return tuple(sorted(points, key=lambda point: -point.total_cycles))


def _macs_done(cost: OperatorCost) -> int:
    """Return the MACs that the array spends time on: a roof bounds these, and not those that it skips."""
    return cost.macs if cost.compression is None else cost.compression.performed_macs


def _unit_of_work(result: Result) -> str:
    """Return what the axes count; for a compressed network they must say that skipped products are left out."""
    skips = any(_macs_done(cost) != cost.macs for cost in result.operators)
    return "MACs done" if skips or result.dense_total_cycles is not None else "MACs"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Roofs:
    """Peak of the array in GMAC/s, and off-chip bandwidth in GB/s (None when unbounded)."""

    peak: float
    slope: float | None

    @property
    def ridge(self) -> float | None:
        """MACs per byte at which both bind."""
        return None if self.slope is None else self.peak / self.slope

    def corners(self, left: float, right: float) -> list[tuple[float, float]]:
        """Points between ``left`` and ``right`` that the roofs join."""
        if self.slope is None or self.ridge is None:
            return [(left, self.peak), (right, self.peak)]
        return [(left, left * self.slope), (self.ridge, self.peak), (right, self.peak)]


def roofline(result: Result, accelerator: Accelerator) -> Figure:
    """Return one dot an operator with MACs, its area in proportion to its cycles, under the roofs of ``accelerator``.

    Roofs: the array's peak, and the off-chip bandwidth unless that is unbounded. The costliest dots are named. Of a
    compressed network the MACs done count, and the axes say so.
    """
    figure = new_figure(COLUMN_INCHES, 3.6)
    axes = figure.add_subplot()
    work = _unit_of_work(result)
    achieved = "achieved (GMAC/s)" if work == "MACs" else f"achieved ({work}, G/s)"
    set_labels(axes, x=f"operational intensity ({work} per off-chip byte)", y=achieved)
    axes.set(xscale="log", yscale="log")
    points, roofs = roofline_points(result), _roofs(accelerator)
    _set_limits(axes, points, roofs)
    _draw_dots(axes, points, result)
    _add_note(axes, result, any(point.gmacs_per_second > roofs.peak * _SAME for point in points))
    add_heading(figure, axes, result_title(result), num_columns=5)
    figure.draw_without_rendering()  # angles and names need the final place of the axes
    figure.set_layout_engine("none")
    _draw_roofs(axes, roofs)
    renderer = renderer_of(figure)
    place_labels(
        figure,
        axes,
        [(point.macs_per_byte, point.gmacs_per_second) for point in points],
        [point.name for point in points[:_NUM_NAMES]],
        [text.get_window_extent(renderer) for text in axes.texts],
        _pixels_along(axes, roofs),
    )
    return figure


def _roofs(accelerator: Accelerator) -> _Roofs:
    array, bandwidth = accelerator.array, accelerator.off_chip.bandwidth_bytes_per_second
    return _Roofs(
        peak=array_model(array).num_pes * array.clock_hz / _GIGA, slope=None if bandwidth is None else bandwidth / _GIGA
    )


def _pixels_along(axes: Axes, roofs: _Roofs) -> list[NDArray[np.float64]]:
    """Points along the roofs, close enough for no name to slip between."""
    corners = np.asarray(axes.transData.transform(roofs.corners(*axes.get_xlim())))
    steps = np.linspace(0.0, 1.0, 120)[:, None]
    return [begin + steps * (end - begin) for begin, end in pairwise(corners)]


def _set_limits(axes: Axes, points: Sequence[RooflinePoint], roofs: _Roofs) -> None:
    xs = [point.macs_per_byte for point in points]
    ys = [point.gmacs_per_second for point in points]
    if roofs.ridge is not None:
        xs.append(roofs.ridge)
    axes.set_xlim(*_widened(min(xs, default=1.0) / 2.5, max(xs, default=1.0) * 4))
    # Narrow operands may be multiplied faster than the array's peak: such a dot lies above the roof, and is shown.
    highest = max([roofs.peak * 3, *(y * 1.5 for y in ys)])
    axes.set_ylim(*_widened(min([*ys, roofs.peak / 10]) / 2.5, highest))


def _widened(low: float, high: float) -> tuple[float, float]:
    """Return limits around ``low`` and ``high`` that span two decades at least: fewer have crowded tick labels."""
    factor = max(1.0, math.sqrt(100 / (high / low)))
    return low / factor, high * factor


def _draw_dots(axes: Axes, points: Sequence[RooflinePoint], result: Result) -> None:
    kinds = list(dict.fromkeys(point.operators[0].kind for point in points))
    for kind in kinds:
        dot = DOTS.get(kind, OTHER_DOT)
        mine = [point for point in points if point.operators[0].kind == kind]
        axes.scatter(
            [point.macs_per_byte for point in mine],
            [point.gmacs_per_second for point in mine],
            s=[14 + 250 * point.total_cycles / result.total_cycles for point in mine],
            c=dot.colour,
            marker=dot.marker,
            alpha=0.75,
            edgecolors="white",
            linewidths=0.5,
            label=kind,
            zorder=3,
        )


def _add_note(axes: Axes, result: Result, is_above: bool) -> None:
    """Say what is not there, operators without MACs having no place, and why a dot may lie above the array's roof."""
    without = [cost for cost in result.operators if not _macs_done(cost) and cost.total_cycles]
    lines = ["dot area: share of cycles"]
    if without:
        share = sum(cost.total_cycles for cost in without) / result.total_cycles
        lines.append(f"not shown: {len(without)} operators without MACs, {share:.0%} of cycles")
    if is_above:
        lines.append("above the roof: several narrow products a PE and cycle")
    axes.text(
        0.99, 0.02, "\n".join(lines), transform=axes.transAxes, ha="right", va="bottom", fontsize=6.5, color="0.35"
    )


def _draw_roofs(axes: Axes, roofs: _Roofs) -> None:
    """Draw the roofs over the width of ``axes`` (modified in place), and say what they are."""
    left, right = axes.get_xlim()
    corners = roofs.corners(left, right)
    axes.plot(*zip(*corners[-2:], strict=True), color=BLACK, linewidth=1.2, label="_array")
    _write(axes, f"array {number_text(roofs.peak)} GMAC/s", (right, roofs.peak), horizontal="right")
    if roofs.slope is None or roofs.ridge is None:
        _write(axes, "off-chip bandwidth unbounded", (left, roofs.peak), horizontal="left")
        return
    axes.plot(*zip(*corners[:2], strict=True), color=BLACK, linewidth=1.2, linestyle="--", label="_off-chip")
    bottom = max(left, axes.get_ylim()[0] / roofs.slope)
    middle = math.sqrt(bottom * roofs.ridge)
    (x0, y0), (x1, y1) = axes.transData.transform([(middle, middle * roofs.slope), (roofs.ridge, roofs.peak)])
    angle = math.degrees(math.atan2(y1 - y0, x1 - x0))
    text = f"off-chip {number_text(roofs.slope)} GB/s"
    _write(axes, text, (middle, middle * roofs.slope), horizontal="center", angle=angle)


def _write(axes: Axes, text: str, point: tuple[float, float], *, horizontal: str, angle: float = 0.0) -> None:
    """Write ``text`` just above a roof at ``point``."""
    axes.annotate(
        text,
        point,
        ({"left": 3, "center": -3, "right": -3}[horizontal], 3),
        textcoords="offset points",
        ha=horizontal,
        va="bottom",
        rotation=angle,
        rotation_mode="anchor",
        fontsize=SMALL_POINTS,
    )
