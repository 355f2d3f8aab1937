"""One stacked bar an operator, in execution order, for networks of one to thousands of operators."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plots.style import PAGE_INCHES, SMALL_POINTS, Fill, new_figure, set_labels, short_name
from simulator.result import OperatorCost, Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_BARS = 600
"""More operators than this share bars: a bar must stay wider than a pixel."""
_AXES_POINTS = (PAGE_INCHES - 0.8) * 72
_LABEL_CHARACTERS = 22
_LEAST_SLOTS = 10
"""Fewer bars than this leave room at the sides: one bar alone is no wall."""

Quantity = Callable[[OperatorCost], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One part of every bar: its legend entry, its filling, and what it shows of an operator."""

    label: str
    fill: Fill
    quantity: Quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """Neighbouring operators that share a bar; mostly one."""

    operators: tuple[OperatorCost, ...]

    def total(self, quantity: Quantity) -> float:
        """Return the sum of ``quantity`` over its operators."""
        return sum(quantity(operator) for operator in self.operators)

    @property
    def name(self) -> str:
        """The name of its costliest operator."""
        return max(self.operators, key=lambda operator: operator.total_cycles).name


def bars_of(result: Result, max_bars: int = MAX_BARS) -> tuple[Bar, ...]:
    """Return the bars of ``result`` in execution order; operators that take no time (views) have none."""
    operators = [operator for operator in result.operators if operator.total_cycles > 0]
    per_bar = max(1, math.ceil(len(operators) / max_bars))
    return tuple(
        Bar(operators=tuple(operators[begin : begin + per_bar])) for begin in range(0, len(operators), per_bar)
    )


def bar_axes(bars: Sequence[Bar], y: str) -> tuple[Figure, Axes]:
    """Return a figure with axes for ``bars``."""
    figure = new_figure(PAGE_INCHES, 3.5)
    axes = figure.add_subplot()
    num_per_bar = len(bars[0].operators) if bars else 1
    grouped = f", {num_per_bar} a bar" if num_per_bar > 1 else ""
    set_labels(axes, x=f"operator, in execution order{grouped}", y=y)
    axes.grid(axis="y", linewidth=0.4, color="0.85")
    return figure, axes


def draw_layers(axes: Axes, bars: Sequence[Bar], layers: Sequence[Layer], unit_size: float) -> None:
    """Draw the ``layers`` of all ``bars`` on top of one another, and name the tallest (``axes`` modified in place)."""
    positions = range(len(bars))
    bottoms = [0.0] * len(bars)
    for layer in layers:
        heights = [bar.total(layer.quantity) / unit_size for bar in bars]
        axes.bar(
            positions,
            heights,
            bottom=bottoms,
            width=_bar_width(len(bars)),
            color=layer.fill.colour,
            hatch=layer.fill.hatch if len(bars) <= 120 else "",
            edgecolor="white",
            linewidth=0,
            label=layer.label,
        )
        bottoms = [bottom + height for bottom, height in zip(bottoms, heights, strict=True)]
    side = max(0.6 + 0.02 * len(bars), (_LEAST_SLOTS - len(bars)) / 2)
    axes.set_xlim(-side, len(bars) - 1 + side)
    _name_bars(axes, bars, bottoms)


def bar_ends(index: int, num_bars: int) -> tuple[float, float]:
    """Return where bar ``index`` of ``num_bars`` begins and ends on the horizontal axis."""
    half = _bar_width(num_bars) / 2
    return index - half, index + half


def _bar_width(num_bars: int) -> float:
    return 0.8 if num_bars <= 120 else 1.0


def _name_bars(axes: Axes, bars: Sequence[Bar], heights: Sequence[float]) -> None:
    """Name bars below the axis, the tallest first, as many as there is room for."""
    if not bars:
        axes.text(0.5, 0.5, "no operator takes time", transform=axes.transAxes, ha="center", fontsize=SMALL_POINTS)
        axes.set_xticks([])
        return
    pitch_points = _AXES_POINTS / max(len(bars), _LEAST_SLOTS)
    gap = max(1, math.ceil(1.25 * SMALL_POINTS / pitch_points))
    named: list[int] = []
    for index in sorted(range(len(bars)), key=lambda index: -heights[index]):
        if all(abs(index - other) >= gap for other in named):
            named.append(index)
    named.sort()
    names = [short_name(bars[index].name, _LABEL_CHARACTERS) for index in named]
    widest_points = 0.6 * SMALL_POINTS * max(map(len, names))
    is_flat = len(bars) == 1 or widest_points < pitch_points
    axes.set_xticks(named, names, fontsize=SMALL_POINTS, rotation=0 if is_flat else 90)
