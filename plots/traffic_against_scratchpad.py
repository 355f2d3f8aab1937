"""Off-chip traffic against the size of the scratchpad: what more on-chip memory would save."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plots.plan_levels import budget_levels, merged_levels
from plots.plan_style import SCRATCHPAD_UNITS, scratchpad_text, traffic_text
from plots.style import (
    BLACK,
    BLUE,
    COLUMN_INCHES,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY_BLUE,
    SMALL_POINTS,
    VERMILLION,
    add_heading,
    drawable,
    new_figure,
    set_labels,
    short_name,
)
from plots.traffic_points import TrafficCurve
from plots.units import BYTE_UNITS, Unit, unit_for
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NAME_CHARACTERS = 30
_LEAST_SHARE_FROM_ZERO = 0.4
"""Of the greatest traffic: where all that is drawn is in less than this, the axis does not begin at zero."""
_LEAST_SHARE_SHOWN = 0.01
"""Likewise: where it is in less than this, the axis does begin at zero, lest next to nothing look like much."""
_MOST_LINEAR_RATIO = 10
_LEAST_POWERS = 3
_LARGEST_MARK_POINTS = 6.0


@dataclass(frozen=True, slots=True)
class _Look:
    colour: str
    line_style: str
    marker: str


_BASELINES = (
    _Look(VERMILLION, "-", "s"),
    _Look(ORANGE, "--", "D"),
    _Look(GREEN, "-", "^"),
    _Look(SKY_BLUE, "--", "v"),
    _Look(PURPLE, "-.", "P"),
    _Look(GREY, ":", "X"),
)


def traffic_against_scratchpad(curve: TrafficCurve) -> Figure:
    """Return the off-chip bytes of the best plans by capacity, compulsory ones included, beside bound and baselines.

    The plan's line is a staircase, since a plan also fits any larger scratchpad; so is the shaded region, below which
    no plan is, since what a scratchpad needs a smaller one needs too. A full dot is proven to be the least, a hollow
    one is not. M_R and M_P are vertical lines.

    Raises
    ------
    ConfigError
        When no point has a plan, or there are more baselines than looks.
    """
    _check(curve)
    figure = new_figure(COLUMN_INCHES, 4.2)
    axes = figure.add_subplot()
    scale = _Scale(
        capacity=unit_for([curve.points[-1].capacity_bytes], SCRATCHPAD_UNITS),
        traffic=unit_for(_all_traffic(curve), BYTE_UNITS),
        compulsory_bytes=curve.compulsory_bytes,
    )
    _set_limits(axes, curve, scale)
    _draw_plans(axes, curve, scale)
    _draw_bound(axes, curve, scale)
    _draw_baselines(axes, curve, scale)
    _draw_budgets(axes, curve, scale)
    set_labels(axes, x=f"scratchpad ({scale.capacity.symbol})", y=f"off-chip traffic ({scale.traffic.symbol})")
    add_heading(figure, axes, _title(curve), num_columns=3)
    return figure


def _title(curve: TrafficCurve) -> str:
    budgets = curve.budgets
    m_p = "" if budgets.is_m_p_proven else "at most "
    return (
        f"{short_name(curve.network, _NAME_CHARACTERS)}: {traffic_text(curve.compulsory_bytes)} compulsory\n"
        rf"$M_\mathrm{{R}}$ {scratchpad_text(budgets.m_r_bytes)}, "
        rf"$M_\mathrm{{P}}$ {m_p}{scratchpad_text(budgets.m_p_bytes)}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scale:
    """From bytes to the numbers along the axes."""

    capacity: Unit
    traffic: Unit
    compulsory_bytes: int

    def x(self, capacity_bytes: float) -> float:
        """Where a capacity is."""
        return capacity_bytes / self.capacity.size

    def y(self, objective_bytes: int | None) -> float:
        """Where bytes beyond the compulsory ones are; nowhere without a plan."""
        if objective_bytes is None:
            return math.nan
        return (self.compulsory_bytes + objective_bytes) / self.traffic.size


def _check(curve: TrafficCurve) -> None:
    if all(point.objective_bytes is None for point in curve.points):
        raise ConfigError(f"traffic_against_scratchpad: {curve.network}: expected a plan at some capacity, found none")
    if len(curve.baseline_names) > len(_BASELINES):
        raise ConfigError(
            f"traffic_against_scratchpad: {curve.network}: expected at most {len(_BASELINES)} baselines, "
            f"found {len(curve.baseline_names)}"
        )


def _all_traffic(curve: TrafficCurve) -> list[int]:
    """Return all off-chip bytes that are drawn, compulsory ones included."""
    beyond = [point.objective_bytes for point in curve.points]
    beyond += [one.objective_bytes for point in curve.points for one in point.baselines]
    return [curve.compulsory_bytes, *(curve.compulsory_bytes + found for found in beyond if found is not None)]


def _set_limits(axes: Axes, curve: TrafficCurve, scale: _Scale) -> None:
    """Scale ``axes`` (modified in place) to what is drawn, with a margin of a thirtieth on every side."""
    first, last = curve.points[0].capacity_bytes, curve.points[-1].capacity_bytes
    margin = max((last / first) ** (1 / 30), 1.002)
    low, high = scale.x(first) / margin, scale.x(last) * margin
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    ticks = _capacity_ticks(low, high)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    _set_traffic_limits(axes, *(end(_all_traffic(curve)) / scale.traffic.size for end in (min, max)))


def _set_traffic_limits(axes: Axes, least: float, most: float) -> None:
    """Scale ``axes`` (modified in place): logarithmic where baselines move many times as much as the best plan."""
    if most > _MOST_LINEAR_RATIO * least > 0:
        axes.set_yscale("log")
        low, high = least / 1.3, most * 1.2
        ticks = [
            tick for power in range(-4, 5) for factor in (1, 2, 5) if low <= (tick := factor * 10.0**power) <= high
        ]
        axes.set_ylim(low, high)
        axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.set_yticks([], minor=True)
        return
    rise = most - least
    from_zero = not _LEAST_SHARE_SHOWN * most <= rise < _LEAST_SHARE_FROM_ZERO * most
    axes.set_ylim(0 if from_zero else most - rise * 1.15, most + (most if from_zero else rise) / 20 or 1)


def _capacity_ticks(low: float, high: float) -> list[float]:
    """Return powers of two where there are three or more, else round numbers."""
    from matplotlib.ticker import MaxNLocator

    powers = [2.0**power for power in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1)]
    if len(powers) >= _LEAST_POWERS:
        return powers
    round_numbers = MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return [float(tick) for tick in round_numbers if low <= tick <= high]


def _draw_bound(axes: Axes, curve: TrafficCurve, scale: _Scale) -> None:
    """Shade what no plan reaches: the bound of a capacity holds for all smaller ones."""
    end = axes.get_xlim()[1]
    axes.fill_between(
        [*(scale.x(point.capacity_bytes) for point in curve.points), end],
        [*(scale.y(point.lower_bound_bytes) for point in curve.points), scale.y(0)],
        axes.get_ylim()[0],
        step="pre",
        color="0.88",
        linewidth=0,
        label="no plan moves less",
    )
    axes.axhline(scale.y(0), color="0.45", linestyle=(0, (1, 1.5)), linewidth=1.0, label="compulsory")


def _draw_baselines(axes: Axes, curve: TrafficCurve, scale: _Scale) -> None:
    """Draw lines, later markers smaller: baselines often move the same."""
    for index, (name, look) in enumerate(zip(curve.baseline_names, _BASELINES, strict=False)):
        moved = [
            (scale.x(point.capacity_bytes), scale.y(one.objective_bytes))
            for point in curve.points
            for one in point.baselines
            if one.name == name
        ]
        axes.plot(
            *zip(*moved, strict=True),
            color=look.colour,
            linestyle=look.line_style,
            marker=look.marker,
            markersize=_LARGEST_MARK_POINTS - 0.6 * index,
            markerfacecolor="none",
            linewidth=0.9,
            label=drawable(name.replace("_", " ")),
        )


def _draw_plans(axes: Axes, curve: TrafficCurve, scale: _Scale) -> None:
    """Draw a staircase above all else, and on its steps the dots, those not proven hollow."""
    end = axes.get_xlim()[1]
    axes.step(
        [*(scale.x(point.capacity_bytes) for point in curve.points), end],
        [scale.y(point.objective_bytes) for point in (*curve.points, curve.points[-1])],
        where="post",
        color=BLUE,
        linewidth=1.6,
        zorder=3,
    )
    for is_proven, face, label in ((True, BLUE, "plan, proven least"), (False, "white", "plan, not proven least")):
        chosen = [p for p in curve.points if p.objective_bytes is not None and p.is_proven is is_proven]
        if chosen:
            axes.plot(
                [scale.x(point.capacity_bytes) for point in chosen],
                [scale.y(point.objective_bytes) for point in chosen],
                color=BLUE,
                linestyle="none",
                marker="o",
                markersize=5,
                markerfacecolor=face,
                zorder=3,
                label=label,
            )


def _draw_budgets(axes: Axes, curve: TrafficCurve, scale: _Scale) -> None:
    """Mark M_R and M_P where they are on the axis; their names lean away from each other."""
    low, high = axes.get_xlim()
    for level, side in zip(merged_levels(budget_levels(curve.budgets)), ("right", "left"), strict=False):
        place = scale.x(level.num_bytes)
        if not low <= place <= high:
            continue
        axes.axvline(place, color=BLACK, linestyle=":", linewidth=1.0)
        axes.annotate(
            level.name,
            (place, 1),
            (2 if side == "left" else -2, 1),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=SMALL_POINTS,
        )
