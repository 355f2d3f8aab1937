"""When an order uses each tensor."""

from __future__ import annotations

from collections.abc import Sequence

from mapper.problem import PlanProblem


def uses_by_tensor(problem: PlanProblem, schedule: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Return, by tensor, the steps of ``schedule`` whose operator makes or reads it, ascending."""
    steps: list[list[int]] = [[] for _ in problem.tensors]
    for step, operator in enumerate(schedule):
        for tensor in problem.operands(operator):
            steps[tensor].append(step)
    return tuple(map(tuple, steps))
