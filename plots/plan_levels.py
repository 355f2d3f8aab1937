"""Bytes that matter to a plan as lines across a figure: the capacity, M_R and M_P, each with its name at the edge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapper.budgets import Budgets
from plots.style import BLACK, SMALL_POINTS, VERMILLION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LINE_POINTS = SMALL_POINTS * 1.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A line at ``num_bytes``; ``name`` is drawn as it is, formulas included."""

    name: str
    num_bytes: int
    colour: str = BLACK
    line_style: str = ":"


def capacity_level(capacity_bytes: int) -> Level:
    """Return the line of the scratchpad's capacity."""
    return Level(name="capacity", num_bytes=capacity_bytes, colour=VERMILLION, line_style="--")


def budget_levels(budgets: Budgets) -> tuple[Level, ...]:
    """Return the lines of M_R and M_P; of an M_P that is not proven, the least peak found."""
    m_p = r"$M_\mathrm{P}$" if budgets.is_m_p_proven else r"$M_\mathrm{P}$ at most"
    return (
        Level(name=r"$M_\mathrm{R}$", num_bytes=budgets.m_r_bytes),
        Level(name=m_p, num_bytes=budgets.m_p_bytes),
    )


def merged_levels(levels: Sequence[Level]) -> tuple[Level, ...]:
    """Return ``levels`` ascending, those of equal bytes as one, with all names and the looks of the first."""
    named: dict[int, Level] = {}
    for level in levels:
        first = named.get(level.num_bytes)
        named[level.num_bytes] = (
            level
            if first is None
            else Level(
                name=f"{first.name} = {level.name}",
                num_bytes=first.num_bytes,
                colour=first.colour,
                line_style=first.line_style,
            )
        )
    return tuple(named[num_bytes] for num_bytes in sorted(named))


def draw_levels(axes: Axes, levels: Sequence[Level], unit_bytes: float) -> None:
    """Draw horizontal lines on ``axes`` (modified in place; its limits and height final), and their names on its right.

    Names that would cover each other are moved up.
    """
    merged = merged_levels(levels)
    low, high = axes.get_ylim()
    points_a_unit = axes.bbox.height * 72 / axes.figure.dpi / (high - low)
    free_from = 0.0
    for level in merged:
        height = level.num_bytes / unit_bytes
        axes.axhline(height, color=level.colour, linestyle=level.line_style, linewidth=1.1)
        place = max((height - low) * points_a_unit, free_from)
        free_from = place + _LINE_POINTS
        axes.annotate(
            level.name,
            (1, height),
            (3, place - (height - low) * points_a_unit),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=SMALL_POINTS,
            color=level.colour,
            annotation_clip=False,
        )
