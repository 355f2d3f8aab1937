"""Where each tensor is in the scratchpad, step by step; what leaves and comes back is marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan
from plots.style import (
    BLACK,
    BLUE,
    COLUMN_INCHES,
    GREEN,
    ORANGE,
    PURPLE,
    SKY_BLUE,
    SMALL_POINTS,
    TEXT_POINTS,
    VERMILLION,
    YELLOW,
    drawable,
    new_figure,
    set_labels,
)
from plots.units import BYTE_UNITS, unit_for

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLOURS = (SKY_BLUE, GREEN, YELLOW, ORANGE, PURPLE, BLUE)
_MARK_POINTS = 4.0


def memory_map(problem: PlanProblem, plan: TensorPlan, capacity_bytes: int) -> Figure:
    """Return a rectangle an episode: steps along x, addresses along y, the capacity as a line.

    A triangle down at the end of an episode marks a tensor that leaves though it is needed again, one up at the
    beginning of the next marks its return.

    Parameters
    ----------
    problem : PlanProblem
    plan : TensorPlan
    capacity_bytes : int
    """
    figure = new_figure(COLUMN_INCHES, 3.2)
    axes = figure.add_subplot()
    unit = unit_for([capacity_bytes], BYTE_UNITS)
    colours = _colours(plan)
    seen: set[int] = set()
    last = {episode.tensor: episode.last_step for episode in plan.episodes}
    for episode in plan.episodes:
        size = problem.tensors[episode.tensor].size_bytes
        axes.bar(
            episode.first_step,
            size / unit.size,
            width=episode.last_step - episode.first_step + 1,
            bottom=episode.offset_bytes / unit.size,
            align="edge",
            color=colours[episode.tensor],
            edgecolor=BLACK,
            linewidth=0.3,
        )
        middle = (episode.offset_bytes + size / 2) / unit.size
        if episode.tensor in seen:
            _mark(axes, episode.first_step, middle, "^")
        if episode.last_step < last[episode.tensor]:
            _mark(axes, episode.last_step + 1, middle, "v")
        seen.add(episode.tensor)
    axes.axhline(capacity_bytes / unit.size, color=VERMILLION, linestyle="--", linewidth=1.2)
    axes.set_xlim(0, max(1, len(plan.schedule)))
    axes.set_ylim(0, capacity_bytes / unit.size * 1.05)
    set_labels(axes, x="step (one operator each)", y=f"scratchpad address ({unit.symbol})")
    spilled = sum(count > 1 for count in _episode_counts(plan).values())
    axes.set_title(
        f"{drawable(problem.name)}: {len(plan.episodes)} episodes, {spilled} tensors leave and return",
        fontsize=TEXT_POINTS,
        loc="left",
    )
    axes.annotate(
        "capacity",
        (1, capacity_bytes / unit.size),
        xycoords=("axes fraction", "data"),
        xytext=(-2, 2),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=SMALL_POINTS,
        color=VERMILLION,
    )
    return figure


def _mark(axes: Axes, step: float, address: float, marker: str) -> None:
    axes.plot([step], [address], marker=marker, color=BLACK, markersize=_MARK_POINTS, clip_on=False)


def _colours(plan: TensorPlan) -> dict[int, str]:
    """Colours in turn, by first appearance: neighbours in time differ."""
    tensors = dict.fromkeys(episode.tensor for episode in plan.episodes)
    return {tensor: _COLOURS[place % len(_COLOURS)] for place, tensor in enumerate(tensors)}


def _episode_counts(plan: TensorPlan) -> dict[int, int]:
    counts: dict[int, int] = {}
    for episode in plan.episodes:
        counts[episode.tensor] = counts.get(episode.tensor, 0) + 1
    return counts
