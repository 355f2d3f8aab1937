"""The oracle itself, against hand arithmetic."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings

from tests.mapper.drawn_problems import problem_of, problems, problems_in_scratchpads
from tests.mapper.plan_brute_force import all_orders, least_need_bytes, least_peak_bytes, optimum_bytes

# o0 makes t1 of t0; o1, o2 each read t1; o3 reads what they make and t0
DIAMOND = problem_of([4, 2, 3, 3, 1], [(0,), (1,), (1,), (2, 3, 0)], [(1,), (2,), (3,), (4,)], outputs=[4])


def test_orders():
    assert list(all_orders(DIAMOND)) == [(0, 1, 2, 3), (0, 2, 1, 3)]
    assert len(list(all_orders(problem_of([1, 1, 1], [(), (), ()], [(0,), (1,), (2,)])))) == 6


def test_budgets():
    # o3: 3 + 3 + 4 + 1; second step: t0, t1, t2; third step: t0, t1, t2, t3
    assert least_need_bytes(DIAMOND) == 11
    assert least_peak_bytes(DIAMOND) == 4 + 2 + 3 + 3


def test_optimum():
    assert optimum_bytes(DIAMOND, 12) == 0
    assert optimum_bytes(DIAMOND, 11) == 4  # t0 leaves, has a copy, comes back
    assert optimum_bytes(DIAMOND, 10) is None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn=problems_in_scratchpads())
def test_laws(drawn):
    problem, capacity = drawn
    best = optimum_bytes(problem, capacity)

    assert best is not None
    assert optimum_bytes(problem, capacity, addresses=False) <= best
    assert optimum_bytes(problem, capacity, order=range(len(problem.operators))) >= best


@settings(max_examples=60, deadline=None)
@given(problem=problems())
def test_nothing_moves_from_the_least_peak_on(problem):
    assert optimum_bytes(problem, least_peak_bytes(problem), addresses=False) == 0
