"""Plans of a fixed order: equal to exhaustion, replayed, and honest about time and about other orders."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.budgets import budgets, least_need
from mapper.certificate import Verdict
from mapper.gaps_plan import FIXED_ORDER, METHOD, plan_gaps
from mapper.ilp_solver import SOLVER
from mapper.problem import plan_problem
from mapper.replay import replay
from mapper.tensor_plan import spill_bytes
from tests.mapper import problem_without_places
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import all_orders, optimum_bytes, packs
from workloads.zoo import registry

# o0 makes t1 of t0; o1, o2 each read t1; o3 reads what they make and t0
DIAMOND = problem_of([4, 2, 3, 3, 1], [(0,), (1,), (1,), (2, 3, 0)], [(1,), (2,), (3,), (4,)], outputs=[4])


def test_by_hand():
    # alive: 6, 9, 12, 11 bytes; t0 leaves after o0 and has a copy
    found = plan_gaps(DIAMOND, 11, is_order_free=False)

    assert (found.verdict, found.objective_bytes, found.lower_bound_bytes) == (Verdict.OPTIMAL, 4, 4)
    assert (found.method, found.solver) == (FIXED_ORDER, SOLVER)
    assert replay(DIAMOND, found.plan, 11) == 4


def test_the_bound_over_all_orders_is_another():
    # whatever the order of o1 and o2, four tensors are alive in the third step, which no operator's surroundings show
    found = plan_gaps(DIAMOND, 11)

    assert (found.verdict, found.objective_bytes, found.lower_bound_bytes) == (Verdict.FEASIBLE, 4, 0)
    assert found.method == METHOD
    assert plan_gaps(DIAMOND, 12).verdict is Verdict.OPTIMAL


def test_bytes_that_fit_without_places():
    problem, capacity = problem_without_places.PROBLEM, problem_without_places.CAPACITY_BYTES
    found = plan_gaps(problem, capacity, is_order_free=False)

    assert not packs(problem_without_places.BOXES, capacity)
    assert optimum_bytes(problem, capacity, order=range(7), addresses=False) == 0
    assert found.verdict is Verdict.OPTIMAL
    assert found.objective_bytes == optimum_bytes(problem, capacity, order=range(7)) > 0
    assert replay(problem, found.plan, capacity) == found.objective_bytes


def test_too_small():
    found = plan_gaps(DIAMOND, 10)

    assert (found.verdict, found.plan, found.objective_bytes) == (Verdict.INFEASIBLE, None, None)
    assert found.reason.startswith("scratchpad of 10 bytes: operator 'o3' needs 11 bytes at once, 1 more")


@pytest.mark.parametrize("is_order_free", [True, False])
def test_without_time_there_is_still_a_plan_but_no_proof(is_order_free):
    found = plan_gaps(DIAMOND, 11, is_order_free=is_order_free, time_limit_s=0.0)

    assert found.verdict is Verdict.FEASIBLE
    assert found.lower_bound_bytes == 0
    assert replay(DIAMOND, found.plan, 11) == found.objective_bytes > 0


def test_one_operator_and_no_tensor():
    alone = problem_of([], [()], [()])

    assert plan_gaps(alone, 1).objective_bytes == 0
    assert plan_gaps(alone, 1).plan.schedule == (0,)


@settings(max_examples=150, deadline=None)
@given(drawn=problems_in_scratchpads(), data=st.data())
def test_equal_to_exhaustion(drawn, data):
    problem, capacity = drawn
    order = data.draw(st.sampled_from(list(all_orders(problem))))
    found = plan_gaps(problem, capacity, schedule=order, is_order_free=False)

    assert found.verdict is Verdict.OPTIMAL
    assert found.objective_bytes == found.lower_bound_bytes == optimum_bytes(problem, capacity, order=order)
    assert found.plan.schedule == order
    assert replay(problem, found.plan, capacity) == found.objective_bytes
    assert spill_bytes(problem, order, found.plan.episodes) == found.objective_bytes


@settings(max_examples=100, deadline=None)
@given(drawn=problems_in_scratchpads())
def test_over_all_orders_never_claims_too_much(drawn):
    problem, capacity = drawn
    found = plan_gaps(problem, capacity)
    best = optimum_bytes(problem, capacity)

    assert found.lower_bound_bytes <= best <= found.objective_bytes
    assert (found.verdict is Verdict.OPTIMAL) == (found.objective_bytes == found.lower_bound_bytes)


def test_densenet_with_two_input_concatenations():
    problem = plan_problem(registry.build("densenet121_binary_concat"), with_weights=False)
    found = plan_gaps(problem, least_need(problem)[0], is_order_free=False)

    assert (len(problem.operators), least_need(problem)[0]) == (309, 1_634_560)
    assert budgets(problem).m_p_bytes == 2058 * 1024
    assert (found.verdict, found.objective_bytes) == (Verdict.OPTIMAL, 2_609_152)
    assert replay(problem, found.plan, least_need(problem)[0]) == 2_609_152
    assert plan_gaps(problem, 2058 * 1024).objective_bytes == 0
