"""Where each tensor is in the scratchpad, step by step; what leaves and comes back is marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan
from plots.episode_names import EpisodeBox, name_episodes
from plots.plan_levels import capacity_level, draw_levels
from plots.plan_style import KIND_COLOURS, SCRATCHPAD_UNITS, TensorKind, plan_title, plan_width_inches, tensor_kinds
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
class _Mark:
    """What happens to a tensor between two steps, and its triangle."""

    label: str
    marker: str
    face: str


_WRITTEN = _Mark("leaves: written off-chip", "v", BLACK)
_DROPPED = _Mark("leaves: off-chip has a copy", "v", "white")
_READ = _Mark("returns: read again", "^", BLACK)


def memory_map(problem: PlanProblem, plan: TensorPlan, capacity_bytes: int) -> Figure:
    """Return a rectangle an episode: steps along x, addresses along y, the capacity as a line.

    A triangle down at the end of an episode marks a tensor that leaves though it is needed again, full where off-chip
    memory had no copy; one up marks its return. The largest rectangles are named where there is room. Plans of many
    operators are as wide as a page.

    Parameters
    ----------
    problem : PlanProblem
    plan : TensorPlan
    capacity_bytes : int
    """
    width_inches = plan_width_inches(plan)
    figure = new_figure(width_inches, 3.9)
    axes = figure.add_subplot()
    top = max((one.offset_bytes + problem.tensors[one.tensor].size_bytes for one in plan.episodes), default=0)
    shows_capacity = top >= _LEAST_USED_FRACTION * capacity_bytes
    highest = capacity_bytes if shows_capacity else top
    unit = unit_for([highest], SCRATCHPAD_UNITS)
    boxes = _boxes(problem, plan, unit.size)
    axes.set_xlim(0, max(1, len(plan.schedule)))
    axes.set_ylim(0, highest / unit.size * 1.03 or 1)
    _draw_boxes(axes, boxes, [tensor_kinds(problem, plan)[one.tensor] for one in plan.episodes])
    _draw_marks(axes, problem, plan, boxes)
    set_labels(axes, x="step (one operator each)", y=f"scratchpad address ({unit.symbol})")
    num_columns = 4 if width_inches == PAGE_INCHES else 2
    add_heading(figure, axes, plan_title(problem, plan, capacity_bytes), num_columns=num_columns)
    figure.draw_without_rendering()  # names need the final place of the axes
    if shows_capacity:
        draw_levels(axes, [capacity_level(capacity_bytes)], unit.size)
        figure.draw_without_rendering()
    figure.set_layout_engine("none")
    name_episodes(figure, axes, boxes)
    return figure


def _boxes(problem: PlanProblem, plan: TensorPlan, unit_bytes: float) -> list[EpisodeBox]:
    return [
        EpisodeBox(
            name=problem.tensors[one.tensor].name,
            left=one.first_step,
            bottom=one.offset_bytes / unit_bytes,
            width=one.last_step - one.first_step + 1,
            height=problem.tensors[one.tensor].size_bytes / unit_bytes,
        )
        for one in plan.episodes
    ]


def _draw_boxes(axes: Axes, boxes: Sequence[EpisodeBox], kinds: Sequence[TensorKind]) -> None:
    """Draw all rectangles of a kind at once; edges thin where a step is a few pixels wide."""
    from matplotlib.collections import PolyCollection

    pixels_a_step = axes.figure.bbox.width / max(1.0, axes.get_xlim()[1])
    for kind, colour in KIND_COLOURS.items():
        corners = [box.corners for box, found in zip(boxes, kinds, strict=True) if found is kind]
        if corners:
            edge = 0.4 if pixels_a_step >= _LEAST_EDGED_PIXELS else 0.15
            axes.add_collection(
                PolyCollection(corners, facecolors=colour, edgecolors=BLACK, linewidths=edge, label=kind.value)
            )


def _draw_marks(axes: Axes, problem: PlanProblem, plan: TensorPlan, boxes: Sequence[EpisodeBox]) -> None:
    marks = list(_marks(problem, plan, boxes))
    size = _MARK_POINTS if len(marks) <= _MOST_LARGE_MARKS else _SMALL_MARK_POINTS
    for mark in (_WRITTEN, _DROPPED, _READ):
        places = [place for found, place in marks if found is mark]
        if places:
            axes.plot(
                *zip(*places, strict=True),
                linestyle="none",
                marker=mark.marker,
                markersize=size,
                markerfacecolor=mark.face,
                markeredgecolor=BLACK,
                markeredgewidth=0.5,
                label=mark.label,
                clip_on=False,
            )


def _marks(
    problem: PlanProblem, plan: TensorPlan, boxes: Sequence[EpisodeBox]
) -> Iterator[tuple[_Mark, tuple[float, float]]]:
    """Yield departures and returns with their places, at two heights: an episode may be of one step."""
    last = {one.tensor: one.last_step for one in plan.episodes}
    seen: set[int] = set()
    for episode, box in zip(plan.episodes, boxes, strict=True):
        if episode.tensor in seen:
            yield _READ, (box.left, box.bottom + box.height * 2 / 3)
        if episode.last_step < last[episode.tensor]:
            has_copy = episode.tensor in seen or problem.tensors[episode.tensor].producer is None
            yield _DROPPED if has_copy else _WRITTEN, (box.left + box.width, box.bottom + box.height / 3)
        seen.add(episode.tensor)
