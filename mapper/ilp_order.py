"""The order of operators as part of an integer program: which of them runs in which step.

run_ot = 1 when operator o runs in step t,  for t from the number of its ancestors on, and as many steps before the
last as it has descendants

sum over t of run_ot = 1                        each operator runs once
sum over o of run_ot = 1                        one operator a step
sum to t of run_ot <= sum to t - 1 of run_pt    after each operator p that makes what it reads
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulp

from mapper.ilp_solver import Answer
from mapper.precedence import ancestors, descendants
from mapper.problem import PlanProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderVariables:
    """Variables ``run`` by (operator, step), of one program.

    Parameters
    ----------
    first_steps, last_steps : tuple of int
        By operator: the steps between which it can run, both included.
    """

    run: dict[tuple[int, int], pulp.LpVariable]
    first_steps: tuple[int, ...]
    last_steps: tuple[int, ...]

    def runs(self, operator: int, step: int) -> pulp.LpAffineExpression:
        """Return 1 when ``operator`` runs in ``step``."""
        return pulp.lpSum([self.run[operator, step]] if (operator, step) in self.run else [])

    def ran(self, operator: int, step: int) -> pulp.LpAffineExpression:
        """Return 1 when ``operator`` runs in ``step`` or before."""
        if step >= self.last_steps[operator]:
            return pulp.LpAffineExpression(constant=1)
        return pulp.lpSum(self.run[operator, one] for one in range(self.first_steps[operator], step + 1))

    def schedule(self, answer: Answer) -> tuple[int, ...]:
        """Return the operators by step in a solution."""
        chosen = [key for key, variable in self.run.items() if variable.name in answer.chosen]
        return tuple(operator for operator, _ in sorted(chosen, key=lambda key: key[1]))


def add_order(program: pulp.LpProblem, problem: PlanProblem, schedule: Sequence[int] | None = None) -> OrderVariables:
    """Add the order's variables and rows to ``program``; with a ``schedule``, that one only."""
    if schedule is None:
        last = len(problem.operators) - 1
        first_steps = tuple(before.bit_count() for before in ancestors(problem))
        last_steps = tuple(last - after.bit_count() for after in descendants(problem))
    else:
        position = {operator: step for step, operator in enumerate(schedule)}
        first_steps = last_steps = tuple(position[operator] for operator in range(len(problem.operators)))
    run = {
        (operator, step): program.add_variable(f"run_{operator}_{step}", cat="Binary")
        for operator, (first, last) in enumerate(zip(first_steps, last_steps, strict=True))
        for step in range(first, last + 1)
    }
    order = OrderVariables(run=run, first_steps=first_steps, last_steps=last_steps)
    _add_one_run_each(program, problem, order)
    _add_precedence(program, problem, order)
    return order


def _add_one_run_each(program: pulp.LpProblem, problem: PlanProblem, order: OrderVariables) -> None:
    operators = range(len(problem.operators))
    for operator in operators:
        steps = range(order.first_steps[operator], order.last_steps[operator] + 1)
        program += pulp.lpSum(order.run[operator, step] for step in steps) == 1
    for step in operators:
        program += pulp.lpSum(order.runs(operator, step) for operator in operators) == 1


def _add_precedence(program: pulp.LpProblem, problem: PlanProblem, order: OrderVariables) -> None:
    for operator, before in enumerate(problem.predecessors):
        for one in sorted(before):
            for step in range(order.first_steps[operator], order.last_steps[one] + 1):
                program += order.ran(operator, step) <= order.ran(one, step - 1)
