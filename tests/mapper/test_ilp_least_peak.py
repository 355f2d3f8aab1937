"""M_P by the integer program against all orders."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.ilp_least_peak import least_peak_by_ilp
from tests.mapper.drawn_problems import problem_of, problems
from tests.mapper.plan_brute_force import all_orders, least_peak_bytes, peak_bytes


def test_one_chain_after_the_other():
    # o0 -> o2 and o1 -> o3 through tensors of 5 bytes
    problem = problem_of([5, 1, 5, 1], [(), (), (0,), (2,)], [(0,), (2,), (1,), (3,)])
    found = least_peak_by_ilp(problem, time_limit_s=10)

    assert (found.peak_bytes, found.lower_bound_bytes) == (6, 6)
    assert found.schedule in [(0, 2, 1, 3), (1, 3, 0, 2)]


def test_without_time_the_problems_own_order():
    problem = problem_of([5, 1, 5, 1], [(), (), (0,), (2,)], [(0,), (2,), (1,), (3,)])
    found = least_peak_by_ilp(problem, time_limit_s=0)

    assert (found.schedule, found.peak_bytes, found.lower_bound_bytes) == ((0, 1, 2, 3), 11, 0)


@settings(max_examples=50, deadline=None)
@given(problem=problems())
def test_equal_to_exhaustion(problem):
    found = least_peak_by_ilp(problem, time_limit_s=30)

    assert found.peak_bytes == found.lower_bound_bytes == least_peak_bytes(problem)
    assert found.schedule in set(all_orders(problem))
    assert peak_bytes(problem, found.schedule) == found.peak_bytes
