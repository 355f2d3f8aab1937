"""What HiGHS proves, and that time running out is never taken for a proof."""

from __future__ import annotations

import numpy as np
import pulp
import pytest

from mapper.ilp_solver import SOLVER, Status, solve


def knapsack(capacity: int) -> pulp.LpProblem:
    """Leave out as little as possible of 5, 4 and 3."""
    program = pulp.LpProblem("knapsack", pulp.LpMinimize)
    left = [program.add_variable(f"left_{size}", cat="Binary") for size in (5, 4, 3)]
    program += pulp.lpSum(size * bit for size, bit in zip((5, 4, 3), left, strict=True))
    program += pulp.lpSum(size * (1 - bit) for size, bit in zip((5, 4, 3), left, strict=True)) <= capacity
    return program


def market_split(*, with_slack: bool) -> pulp.LpProblem:
    """Forty numbers below 100 halved in five ways at once: a few rows that branch and bound takes ages for."""
    numbers = np.random.default_rng(7).integers(0, 100, (5, 40))
    program = pulp.LpProblem("split", pulp.LpMinimize)
    bits = [program.add_variable(f"bit_{index}", cat="Binary") for index in range(40)]
    slack = [program.add_variable(f"slack_{index}", lowBound=0, cat="Integer") for index in range(10 * with_slack)]
    program += pulp.lpSum(slack)
    for row, values in enumerate(numbers):
        total = pulp.lpSum(int(value) * bit for value, bit in zip(values, bits, strict=True))
        off = slack[2 * row] - slack[2 * row + 1] if with_slack else 0
        program += total + off == int(values.sum()) // 2
    return program


def test_proven():
    answer = solve(knapsack(9), 10)

    assert (answer.status, answer.lower_bound, answer.chosen) == (Status.OPTIMAL, 3, {"left_3"})


def test_a_constant_in_the_objective_counts():
    program = knapsack(9)
    program.setObjective(program.objective + 100)

    assert solve(program, 10).lower_bound == 103


def test_infeasible():
    answer = solve(knapsack(-1), 10)

    assert (answer.status, answer.chosen) == (Status.INFEASIBLE, frozenset())


def test_nothing_to_choose():
    answer = solve(pulp.LpProblem("empty", pulp.LpMinimize), 10)

    assert (answer.status, answer.lower_bound) == (Status.OPTIMAL, 0)


def test_no_time():
    answer = solve(knapsack(9), 0)

    assert (answer.status, answer.lower_bound, answer.chosen) == (Status.UNKNOWN, 0, frozenset())


@pytest.mark.parametrize("with_slack", [True, False])
def test_a_time_out_proves_nothing(with_slack):
    answer = solve(market_split(with_slack=with_slack), 0.3)

    assert answer.status is (Status.FEASIBLE if with_slack else Status.UNKNOWN)
    assert bool(answer.chosen) == with_slack


def test_the_solver_has_a_version():
    assert SOLVER.startswith("HiGHS 1.")


def test_a_start_is_kept_when_no_time_is_left_to_improve_it() -> None:
    """A knapsack of 60 things is not solved in a millisecond; what it begins with is a solution all the same."""
    program = pulp.LpProblem("knapsack", pulp.LpMinimize)
    taken = [program.add_variable(f"take_{index}", cat="Binary") for index in range(60)]
    program += -pulp.lpSum((997 * index**2 % 389 + 100) * one for index, one in enumerate(taken))
    program += pulp.lpSum((991 * index**3 % 397 + 100) * one for index, one in enumerate(taken)) <= 6000

    assert solve(program, 1e-9).status is Status.UNKNOWN
    assert solve(program, 1e-9, start={"take_3": 1.0}).chosen >= {"take_3"}
