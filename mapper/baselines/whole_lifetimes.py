"""Every tensor at one place from its first use to its last, as the planner of an inference runtime has it.

Tensors by descending size; each goes into the smallest gap that is free for all of its life, else above what is there.
Nothing is ever spilled.

Source: Pisarchyk and Lee, Efficient memory management for deep neural net inference, arXiv 2001.03288 (2020), "greedy
by size for offset calculation", which TensorFlow Lite uses.
"""

from __future__ import annotations

from collections.abc import Sequence

from mapper.free_gaps import free_gaps
from mapper.gaps import steps_of_uses
from mapper.problem import PlanProblem
from mapper.tensor_plan import Episode, TensorPlan


def whole_lifetimes(problem: PlanProblem, schedule: Sequence[int], capacity_bytes: int) -> TensorPlan | None:
    """Return the plan of ``schedule`` without any spill; None when its peak exceeds the capacity."""
    plan = _unbounded(problem, schedule)
    return plan if _peak_bytes(problem, plan) <= capacity_bytes else None


def whole_lifetimes_peak_bytes(problem: PlanProblem, schedule: Sequence[int]) -> int:
    """Return the scratchpad that the plan without spills needs: its highest address."""
    return _peak_bytes(problem, _unbounded(problem, schedule))


def _peak_bytes(problem: PlanProblem, plan: TensorPlan) -> int:
    ends = (one.offset_bytes + problem.tensors[one.tensor].size_bytes for one in plan.episodes)
    return max(ends, default=0)


def _unbounded(problem: PlanProblem, schedule: Sequence[int]) -> TensorPlan:
    uses = steps_of_uses(problem, schedule)
    sizes = [tensor.size_bytes for tensor in problem.tensors]
    placed: list[Episode] = []
    for tensor in sorted((one for one in range(len(sizes)) if uses[one]), key=lambda one: (-sizes[one], uses[one][0])):
        first, last = uses[tensor][0], uses[tensor][-1]
        occupied = (
            (one.offset_bytes, one.offset_bytes + sizes[one.tensor])
            for one in placed
            if one.first_step <= last and first <= one.last_step
        )
        gaps = [gap for gap in free_gaps(occupied, 1 + sum(sizes)) if gap.size_bytes >= sizes[tensor]]
        # The gap above everything is taken only where no other is large enough.
        best = min(gaps[:-1], key=lambda gap: gap.size_bytes, default=gaps[-1])
        placed.append(Episode(tensor=tensor, first_step=first, last_step=last, offset_bytes=best.offset_bytes))
    return TensorPlan(
        schedule=tuple(schedule), episodes=tuple(sorted(placed, key=lambda one: (one.first_step, one.tensor)))
    )
