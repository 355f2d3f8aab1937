"""The order's rows allow every order of a graph, and nothing else."""

from __future__ import annotations

import pulp
from hypothesis import given, settings

from mapper.ilp_order import add_order
from mapper.ilp_solver import Status, solve
from tests.mapper.drawn_problems import problem_of, problems
from tests.mapper.plan_brute_force import all_orders


def test_windows():
    # o0 -> o1 -> o3, o2 on its own
    problem = problem_of([1] * 4, [(), (0,), (), (1,)], [(0,), (1,), (2,), (3,)])
    program = pulp.LpProblem("order", pulp.LpMinimize)
    order = add_order(program, problem)

    assert order.first_steps == (0, 1, 0, 2)
    assert order.last_steps == (1, 2, 3, 3)
    fixed = add_order(pulp.LpProblem("fixed", pulp.LpMinimize), problem, (2, 0, 1, 3))
    assert fixed.first_steps == fixed.last_steps == (1, 2, 0, 3)


@settings(max_examples=30, deadline=None)
@given(problem=problems(max_operators=4))
def test_solutions_are_the_orders(problem):
    program = pulp.LpProblem("order", pulp.LpMinimize)
    order = add_order(program, problem)
    program += pulp.lpSum([])
    found = []
    while (answer := solve(program, 10)).status is Status.OPTIMAL:
        schedule = order.schedule(answer)
        found.append(schedule)
        chosen = [order.run[operator, step] for step, operator in enumerate(schedule)]
        program += pulp.lpSum(chosen) <= len(schedule) - 1

    assert answer.status is Status.INFEASIBLE
    assert sorted(found) == list(all_orders(problem))
