"""Largest tensors first, each for its whole life; what has no place then is spilled around its uses."""

from __future__ import annotations

from collections.abc import Sequence

from mapper.place_or_split import Stay, place_or_split
from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan
from mapper.uses import uses_by_tensor


def greedy_by_size(problem: PlanProblem, schedule: Sequence[int], capacity_bytes: int) -> TensorPlan | None:
    """Return the plan of ``schedule`` that places by size; None when an operator's operands exceed the capacity."""
    stays = [
        Stay(tensor=tensor, steps=steps) for tensor, steps in enumerate(uses_by_tensor(problem, schedule)) if steps
    ]
    return place_or_split(problem, schedule, stays, capacity_bytes)
