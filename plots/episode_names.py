"""Names of tensors inside the rectangles of a memory map, where they fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from plots.style import SMALL_POINTS, renderer_of, short_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

_MOST_CHARACTERS = 24
_MOST_NAMES = 40
_TEXT_POINTS = SMALL_POINTS - 1
_MARGIN_PIXELS = 6.0
"""Beside a name: half a triangle that marks a neighbour's end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeBox:
    """A rectangle of a memory map in data coordinates, and whose it is."""

    name: str
    left: float
    bottom: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """In steps times the unit of the addresses."""
        return self.width * self.height

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Around the rectangle from its lower left."""
        right, top = self.left + self.width, self.bottom + self.height
        return (self.left, self.bottom), (right, self.bottom), (right, top), (self.left, top)


def name_episodes(figure: Figure, axes: Axes, boxes: Sequence[EpisodeBox]) -> None:
    """Write the names of the largest of ``boxes`` into them, upright or turned, where there is room.

    ``axes`` (modified in place) must have their final limits and place on the figure.
    """
    for box in sorted(boxes, key=lambda one: -one.area)[:_MOST_NAMES]:
        text = axes.text(
            box.left + box.width / 2,
            box.bottom + box.height / 2,
            short_name(box.name, _MOST_CHARACTERS),
            ha="center",
            va="center",
            fontsize=_TEXT_POINTS,
        )
        _fit(figure, axes, text, box)


def _fit(figure: Figure, axes: Axes, text: Text, box: EpisodeBox) -> None:
    """Turn ``text`` or take it off ``axes`` when it is too wide for ``box`` (both modified in place)."""
    lower_left, _, upper_right, _ = np.asarray(axes.transData.transform(box.corners))
    width, height = upper_right - lower_left
    extent = text.get_window_extent(renderer_of(figure))
    if extent.width + 2 * _MARGIN_PIXELS <= width and extent.height <= height:
        return
    if extent.height + _MARGIN_PIXELS <= width and extent.width + _MARGIN_PIXELS <= height:
        text.set(rotation=90, rotation_mode="anchor", va="center_baseline")
        return
    text.remove()
