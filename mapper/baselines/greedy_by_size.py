"""Largest tensors first, each for its whole life; what has no place then is spilled around its uses."""

from __future__ import annotations

from collections.abc import Sequence

from mapper.gaps import gaps_of
from mapper.place_or_split import place_or_split
from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan


def greedy_by_size(problem: PlanProblem, schedule: Sequence[int], capacity_bytes: int) -> TensorPlan | None:
    """Return the plan of ``schedule`` that places by size; None when an operator's operands exceed the capacity."""
    return place_or_split(problem, schedule, frozenset(gaps_of(problem, schedule)), capacity_bytes)
