"""Names beside dots, put where they cover neither each other nor a dot."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from plots.style import SMALL_POINTS, renderer_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.backends.backend_agg import RendererAgg
    from matplotlib.figure import Figure
    from matplotlib.transforms import Bbox

_DISTANCES_POINTS = (8.0, 14.0, 22.0, 32.0, 44.0, 58.0, 74.0, 92.0)
_NUM_DIRECTIONS = 24
_CLEARANCE_PIXELS = 5.0
_LAST_OF_LEADER = 5
_HORIZONTAL = {-1: "right", 0: "center", 1: "left"}
_VERTICAL = {-1: "top", 0: "center", 1: "bottom"}

Pixels = NDArray[np.float64]


@dataclass(slots=True)
class _Taken:
    """What a further name must keep clear of: boxes of text, points of dots and lines, dots alone; in pixels."""

    boxes: list[Bbox]
    points: Pixels
    dots: Pixels

    def add(self, box: Bbox, leader: Pixels) -> None:
        """Note a name at ``box`` with its ``leader`` line."""
        self.boxes.append(box)
        self.points = np.concatenate([self.points, leader])


def place_labels(
    figure: Figure,
    axes: Axes,
    points: Sequence[tuple[float, float]],
    names: Sequence[str],
    taken: Sequence[Bbox],
    lines: Sequence[Pixels],
) -> int:
    """Write ``names[i]`` beside ``points[i]``, except where there is no room, and return how many are written.

    ``axes`` (modified in place) must have their final limits and place on the figure; ``points`` are all dots, in data
    coordinates, those to be named first, of which an empty name leaves one out; ``taken`` are boxes of text and
    ``lines`` points along lines, in pixels.
    """
    if not points:
        return 0
    renderer = renderer_of(figure)
    dots = np.asarray(axes.transData.transform(np.asarray(points, dtype=float)))
    occupied = _Taken(boxes=list(taken), points=np.concatenate([dots, *lines]), dots=dots)
    named = ((point, name) for point, name in zip(points, names, strict=False) if name)
    return sum(_place(axes, renderer, point, name, occupied) for point, name in named)


def _place(axes: Axes, renderer: RendererAgg, point: tuple[float, float], name: str, occupied: _Taken) -> bool:
    """Try nearer places first; ``occupied`` (modified in place) gains the place that is found."""
    start = np.asarray(axes.transData.transform(point))
    trial = axes.annotate(name, point, (0, 0), textcoords="offset points", fontsize=SMALL_POINTS)
    for distance, direction in itertools.product(_DISTANCES_POINTS, range(_NUM_DIRECTIONS)):
        angle = 2 * math.pi * direction / _NUM_DIRECTIONS
        x, y = math.cos(angle), math.sin(angle)
        trial.set(position=(distance * x, distance * y), ha=_HORIZONTAL[_side(x)], va=_VERTICAL[_side(y)])
        trial.update_positions(renderer)
        box = trial.get_window_extent(renderer).padded(2)
        reach = np.array([x, y]) * distance * renderer.dpi / 72
        leader = start + np.linspace(0.0, 1.0, 12)[:, None] * reach
        if _is_free(box, leader, axes.bbox, occupied):
            occupied.add(box, leader)
            _draw_leader(axes, point, (distance * x, distance * y))
            return True
    trial.remove()
    return False


def _draw_leader(axes: Axes, point: tuple[float, float], offset: tuple[float, float]) -> None:
    """Join ``point`` to where its name begins, ``offset`` points away."""
    axes.annotate(
        "",
        point,
        offset,
        textcoords="offset points",
        arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": "0.4", "shrinkA": 0, "shrinkB": 2},
    )


def _side(towards: float) -> int:
    """-1, 0 or 1: whether a name lies before its dot, beside it or after it along an axis."""
    return 1 if towards > 0.3 else -1 if towards < -0.3 else 0


def _is_free(box: Bbox, leader: Pixels, frame: Bbox, occupied: _Taken) -> bool:
    inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
    if not inside or any(box.overlaps(other) for other in occupied.boxes):
        return False
    if any(_covers(other, leader, 0.0) for other in occupied.boxes):
        return False
    others = occupied.dots[np.linalg.norm(occupied.dots - leader[0], axis=1) > 1.0]
    gaps = np.linalg.norm(others - leader[-_LAST_OF_LEADER:, None], axis=2)
    if (gaps < _CLEARANCE_PIXELS).any():
        return False  # beside another dot, it would seem to be the name of that one
    return not _covers(box, occupied.points, _CLEARANCE_PIXELS)


def _covers(box: Bbox, points: Pixels, margin: float) -> bool:
    x, y = points[:, 0], points[:, 1]
    across = (x > box.x0 - margin) & (x < box.x1 + margin)
    return bool((across & (y > box.y0 - margin) & (y < box.y1 + margin)).any())
