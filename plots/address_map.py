"""Scratchpad addresses by step: a rectangle for all that has a place, the capacity as a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from plots.episode_names import EpisodeBox, name_episodes
from plots.plan_levels import capacity_level, draw_levels
from plots.plan_style import SCRATCHPAD_UNITS, plan_width_inches
from plots.style import BLACK, PAGE_INCHES, add_heading, new_figure, set_labels
from plots.units import unit_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MARK_POINTS, _SMALL_MARK_POINTS = 4.5, 3.0
_MOST_LARGE_MARKS = 40
_LEAST_EDGED_PIXELS = 4.0
_LEAST_USED_FRACTION = 0.25
"""A plan that uses less of its scratchpad is drawn larger, without the capacity."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What happens between two steps, as the legend says it, and its triangle."""

    label: str
    marker: str
    face: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressMap:
    """What there is to draw.

    Parameters
    ----------
    title : str
    num_steps, capacity_bytes : int
    boxes : sequence of EpisodeBox
        Steps by bytes; those without a name are drawn without one.
    kinds : sequence of StrEnum
        By box, as the legend says it.
    colours : mapping of StrEnum to str
        By kind, in the order of the legend.
    marks : sequence of (Mark, (float, float))
        With their places, in steps and bytes.
    """

    title: str
    num_steps: int
    capacity_bytes: int
    boxes: Sequence[EpisodeBox]
    kinds: Sequence[StrEnum]
    colours: Mapping[StrEnum, str]
    marks: Sequence[tuple[Mark, tuple[float, float]]] = ()


def address_map(drawn: AddressMap) -> Figure:
    """Return a rectangle a box: steps along x, addresses along y, the capacity as a line.

    The largest rectangles are named where there is room. Maps of many steps are as wide as a page.
    """
    width_inches = plan_width_inches(drawn.num_steps)
    figure = new_figure(width_inches, 3.9)
    axes = figure.add_subplot()
    top = max((box.bottom + box.height for box in drawn.boxes), default=0)
    shows_capacity = top >= _LEAST_USED_FRACTION * drawn.capacity_bytes
    highest = drawn.capacity_bytes if shows_capacity else top
    unit = unit_for([highest], SCRATCHPAD_UNITS)
    boxes = [replace(box, bottom=box.bottom / unit.size, height=box.height / unit.size) for box in drawn.boxes]
    axes.set_xlim(0, max(1, drawn.num_steps))
    axes.set_ylim(0, highest / unit.size * 1.03 or 1)
    _draw_boxes(axes, boxes, drawn)
    _draw_marks(axes, [(mark, (step, address / unit.size)) for mark, (step, address) in drawn.marks])
    set_labels(axes, x="step (one operator each)", y=f"scratchpad address ({unit.symbol})")
    add_heading(figure, axes, drawn.title, num_columns=4 if width_inches == PAGE_INCHES else 2)
    figure.draw_without_rendering()  # names need the final place of the axes
    if shows_capacity:
        draw_levels(axes, [capacity_level(drawn.capacity_bytes)], unit.size)
        figure.draw_without_rendering()
    figure.set_layout_engine("none")
    name_episodes(figure, axes, [box for box in boxes if box.name])
    return figure


def _draw_boxes(axes: Axes, boxes: Sequence[EpisodeBox], drawn: AddressMap) -> None:
    """Draw all rectangles of a kind at once; edges thin where a step is a few pixels wide."""
    from matplotlib.collections import PolyCollection

    pixels_a_step = axes.figure.bbox.width / max(1.0, axes.get_xlim()[1])
    for kind, colour in drawn.colours.items():
        corners = [box.corners for box, found in zip(boxes, drawn.kinds, strict=True) if found is kind]
        if corners:
            edge = 0.4 if pixels_a_step >= _LEAST_EDGED_PIXELS else 0.15
            axes.add_collection(
                PolyCollection(corners, facecolors=colour, edgecolors=BLACK, linewidths=edge, label=kind.value)
            )


def _draw_marks(axes: Axes, marks: Sequence[tuple[Mark, tuple[float, float]]]) -> None:
    size = _MARK_POINTS if len(marks) <= _MOST_LARGE_MARKS else _SMALL_MARK_POINTS
    for mark in sorted({mark for mark, _ in marks}, key=[mark for mark, _ in marks].index):
        axes.plot(
            *zip(*(place for found, place in marks if found == mark), strict=True),
            linestyle="none",
            marker=mark.marker,
            markersize=size,
            markerfacecolor=mark.face,
            markeredgecolor=BLACK,
            markeredgewidth=0.5,
            label=mark.label,
            clip_on=False,
        )
