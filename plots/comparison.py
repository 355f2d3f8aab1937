"""Several results side by side: latency, energy, off-chip traffic and area."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plots.result_names import result_names, shared_title
from plots.style import BLUE, GREEN, ORANGE, PAGE_INCHES, PURPLE, SMALL_POINTS, TEXT_POINTS, new_figure, set_labels
from plots.units import AREA_UNITS, BYTE_UNITS, ENERGY_UNITS, LATENCY_UNITS, Unit, number_text, unit_for
from simulator.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class _Panel:
    name: str
    units: tuple[Unit, ...]
    colour: str
    quantity: Callable[[Result], float]


_PANELS = (
    _Panel("latency", LATENCY_UNITS, BLUE, lambda result: result.latency_ms),
    _Panel("energy", ENERGY_UNITS, ORANGE, lambda result: result.energy.total_pj),
    _Panel(
        "off-chip traffic",
        BYTE_UNITS,
        GREEN,
        lambda result: result.off_chip_read_bytes + result.off_chip_write_bytes,
    ),
    _Panel("area", AREA_UNITS, PURPLE, lambda result: result.area.total_mm2),
)


def comparison(results: Sequence[Result]) -> Figure:
    """Return four panels of bars, one bar a result in each, from top to bottom."""
    figure = new_figure(PAGE_INCHES, 1.1 + 0.32 * len(results))
    names = result_names(results)
    for position, panel in enumerate(_PANELS):
        axes = figure.add_subplot(1, len(_PANELS), position + 1)
        _draw(axes, panel, results)
        axes.set_yticks(range(len(results)), names if position == 0 else [""] * len(results))
    figure.suptitle(shared_title(results), fontsize=TEXT_POINTS)
    return figure


def _draw(axes: Axes, panel: _Panel, results: Sequence[Result]) -> None:
    values = [panel.quantity(result) for result in results]
    unit = unit_for(values, panel.units)
    widths = [value / unit.size for value in values]
    set_labels(axes, x=f"{panel.name} ({unit.symbol})")
    axes.barh(range(len(results)), widths, height=0.7, color=panel.colour)
    for row, width in enumerate(widths):
        axes.annotate(
            number_text(width), (width, row), (3, 0), textcoords="offset points", va="center", fontsize=SMALL_POINTS
        )
    axes.set_xlim(0, max(widths, default=0.0) * 1.35 or 1.0)
    axes.set_ylim(len(results) - 0.4, -0.6)
    axes.locator_params(axis="x", nbins=4)
    axes.tick_params(axis="y", length=0)
