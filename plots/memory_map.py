"""Where each tensor is in the scratchpad, step by step; what leaves and comes back is marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan
from plots.address_map import AddressMap, Mark, address_map
from plots.episode_names import EpisodeBox
from plots.plan_style import KIND_COLOURS, plan_title, tensor_kinds
from plots.style import BLACK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WRITTEN = Mark("leaves: written off-chip", "v", BLACK)
_DROPPED = Mark("leaves: off-chip has a copy", "v", "white")
_READ = Mark("returns: read again", "^", BLACK)


def memory_map(problem: PlanProblem, plan: TensorPlan, capacity_bytes: int) -> Figure:
    """Return a rectangle an episode: steps along x, addresses along y, the capacity as a line.

    A triangle down at the end of an episode marks a tensor that leaves though it is needed again, full where off-chip
    memory had no copy; one up marks its return.

    Parameters
    ----------
    problem : PlanProblem
    plan : TensorPlan
    capacity_bytes : int
    """
    boxes = _boxes(problem, plan)
    kinds = tensor_kinds(problem, plan)
    return address_map(
        AddressMap(
            title=plan_title(problem, plan, capacity_bytes),
            num_steps=len(plan.schedule),
            capacity_bytes=capacity_bytes,
            boxes=boxes,
            kinds=[kinds[one.tensor] for one in plan.episodes],
            colours=KIND_COLOURS,
            marks=sorted(_marks(problem, plan, boxes), key=lambda one: (_WRITTEN, _DROPPED, _READ).index(one[0])),
        )
    )


def _boxes(problem: PlanProblem, plan: TensorPlan) -> list[EpisodeBox]:
    return [
        EpisodeBox(
            name=problem.tensors[one.tensor].name,
            left=one.first_step,
            bottom=one.offset_bytes,
            width=one.last_step - one.first_step + 1,
            height=problem.tensors[one.tensor].size_bytes,
        )
        for one in plan.episodes
    ]


def _marks(
    problem: PlanProblem, plan: TensorPlan, boxes: Sequence[EpisodeBox]
) -> Iterator[tuple[Mark, tuple[float, float]]]:
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
