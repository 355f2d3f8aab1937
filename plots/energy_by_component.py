"""Where the energy goes: one stacked bar a result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plots.result_names import result_names, shared_title
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
    Fill,
    add_heading,
    new_figure,
    set_labels,
)
from plots.units import ENERGY_UNITS, number_text, unit_for
from simulator.result import Energy, Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class _Component:
    name: str
    fill: Fill
    energy_pj: Callable[[Energy], float]


_COMPONENTS = (
    _Component("MAC", Fill(BLUE), lambda energy: energy.mac_pj),
    _Component("register", Fill(SKY_BLUE, "////"), lambda energy: energy.register_pj),
    _Component("scratchpad", Fill(GREEN, "...."), lambda energy: energy.scratchpad_pj),
    _Component("off-chip", Fill(ORANGE), lambda energy: energy.off_chip_pj),
    _Component("vector unit", Fill(PURPLE, "xxxx"), lambda energy: energy.vector_pj),
    _Component("leakage", Fill(GREY, "\\\\\\\\"), lambda energy: energy.leakage_pj),
    _Component("metadata", Fill(BLACK), lambda energy: energy.metadata_pj),
)


def energy_by_component(results: Result | Sequence[Result]) -> Figure:
    """Return one stacked bar a result; for a single one the legend says each component's energy.

    Components that take nothing in any result are left out.

    Parameters
    ----------
    results : Result or sequence of Result
        Drawn from top to bottom.
    """
    several = (results,) if isinstance(results, Result) else tuple(results)
    energies = [result.energy for result in several]
    unit = unit_for((energy.total_pj for energy in energies), ENERGY_UNITS)
    figure = new_figure(COLUMN_INCHES, 1.5 + 0.35 * len(several))
    axes = figure.add_subplot()
    set_labels(axes, x=f"energy ({unit.symbol})")
    rows = range(len(several))
    lefts = [0.0] * len(several)
    for component in (one for one in _COMPONENTS if any(map(one.energy_pj, energies))):
        widths = [component.energy_pj(energy) / unit.size for energy in energies]
        value = f" {number_text(widths[0])} {unit.symbol}" if len(several) == 1 else ""
        axes.barh(
            rows,
            widths,
            left=lefts,
            height=0.7,
            color=component.fill.colour,
            hatch=component.fill.hatch,
            edgecolor="white",
            linewidth=0,
            label=f"{component.name}{value}",
        )
        lefts = [left + width for left, width in zip(lefts, widths, strict=True)]
    for row, total in enumerate(lefts):
        axes.annotate(
            number_text(total), (total, row), (3, 0), textcoords="offset points", va="center", fontsize=SMALL_POINTS
        )
    axes.set_xlim(0, max(lefts, default=0.0) * 1.12 or 1.0)
    axes.set_ylim(len(several) - 0.4, -0.6)
    axes.set_yticks(rows, result_names(several), color=BLACK)
    axes.tick_params(axis="y", length=0)
    add_heading(figure, axes, shared_title(several), num_columns=3)
    return figure
