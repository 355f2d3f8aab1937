"""The joint program and its restrictions against exhaustion."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.certificate import Verdict
from mapper.ilp_joint import JointOptions, plan_jointly
from mapper.replay import replay
from tests.mapper import problem_without_places
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import all_orders, optimum_bytes

# o0 makes t1 of t0; o1, o2 each read t1; o3 reads what they make and t0
DIAMOND = problem_of([4, 2, 3, 3, 1], [(0,), (1,), (1,), (2, 3, 0)], [(1,), (2,), (3,), (4,)], outputs=[4])


def test_by_hand():
    # four tensors of 12 bytes are alive before o3: t0 leaves, and has a copy
    found = plan_jointly(DIAMOND, 11)

    assert (found.verdict, found.objective_bytes, found.lower_bound_bytes) == (Verdict.OPTIMAL, 4, 4)
    assert found.method == "ilp"
    assert replay(DIAMOND, found.plan, 11) == 4
    assert plan_jointly(DIAMOND, 12).objective_bytes == 0


def test_too_small():
    found = plan_jointly(DIAMOND, 10)

    assert (found.verdict, found.plan) == (Verdict.INFEASIBLE, None)
    assert "operator 'o3' needs 11 bytes at once, 1 more" in found.reason


@pytest.mark.parametrize("with_addresses", [True, False])
def test_without_time_nothing_is_known(with_addresses):
    found = plan_jointly(DIAMOND, 11, options=JointOptions(with_addresses=with_addresses), time_limit_s=0.0)

    assert (found.verdict, found.plan, found.objective_bytes) == (Verdict.UNKNOWN, None, None)
    assert found.lower_bound_bytes == 0


def test_what_a_known_plan_moves_bounds_the_search():
    assert plan_jointly(DIAMOND, 11, options=JointOptions(most_bytes=4)).verdict is Verdict.OPTIMAL

    better = plan_jointly(DIAMOND, 11, options=JointOptions(most_bytes=3))
    assert (better.verdict, better.plan, better.lower_bound_bytes) == (Verdict.UNKNOWN, None, 4)


@pytest.mark.parametrize(
    ("options", "method"),
    [
        (JointOptions(schedule=(0, 1, 2, 3)), "ilp (fixed order)"),
        (JointOptions(with_addresses=False), "ilp (addresses afterwards)"),
        (JointOptions(schedule=(0, 1, 2, 3), with_addresses=False), "ilp (fixed order, addresses afterwards)"),
    ],
)
def test_restrictions_say_so(options, method):
    assert plan_jointly(DIAMOND, 11, options=options).method == method


def test_bytes_that_fit_without_places():
    problem, capacity = problem_without_places.PROBLEM, problem_without_places.CAPACITY_BYTES
    order = tuple(range(problem_without_places.NUM_STEPS))
    found = plan_jointly(problem, capacity, options=JointOptions(schedule=order))
    bytes_alone = plan_jointly(problem, capacity, options=JointOptions(schedule=order, with_addresses=False))

    assert (found.verdict, found.objective_bytes) == (Verdict.OPTIMAL, optimum_bytes(problem, capacity, order=order))
    assert replay(problem, found.plan, capacity) == found.objective_bytes > 0
    assert (bytes_alone.verdict, bytes_alone.plan, bytes_alone.lower_bound_bytes) == (Verdict.UNKNOWN, None, 0)


@settings(max_examples=25, deadline=None)
@given(drawn=problems_in_scratchpads(max_operators=4))
def test_all_at_once_equals_exhaustion(drawn):
    problem, capacity = drawn
    found = plan_jointly(problem, capacity)

    assert found.verdict is Verdict.OPTIMAL
    assert found.objective_bytes == found.lower_bound_bytes == optimum_bytes(problem, capacity)
    assert replay(problem, found.plan, capacity) == found.objective_bytes


@settings(max_examples=40, deadline=None)
@given(drawn=problems_in_scratchpads())
def test_without_addresses_the_bound_is_that_of_bytes(drawn):
    problem, capacity = drawn
    found = plan_jointly(problem, capacity, options=JointOptions(with_addresses=False))

    assert found.lower_bound_bytes == optimum_bytes(problem, capacity, addresses=False)
    assert found.verdict in (Verdict.OPTIMAL, Verdict.UNKNOWN)
    if found.plan is not None:
        assert replay(problem, found.plan, capacity) == found.objective_bytes == found.lower_bound_bytes


@settings(max_examples=30, deadline=None)
@given(drawn=problems_in_scratchpads(max_operators=5), data=st.data())
def test_of_one_order(drawn, data):
    problem, capacity = drawn
    order = data.draw(st.sampled_from(list(all_orders(problem))))
    found = plan_jointly(problem, capacity, options=JointOptions(schedule=order))

    assert (found.verdict, found.plan.schedule) == (Verdict.OPTIMAL, order)
    assert found.objective_bytes == optimum_bytes(problem, capacity, order=order)
    assert replay(problem, found.plan, capacity) == found.objective_bytes
