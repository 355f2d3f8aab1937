"""Parts put together, against exhaustion of the whole."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapper.certificate import Certificate, Verdict
from mapper.partition import divide, plan_in_parts
from mapper.replay import replay
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.partition.drawn_chains import chains_in_scratchpads
from tests.mapper.partition.exhaustive_planner import exhaustive
from tests.mapper.plan_brute_force import optimum_bytes

SLOW = [HealthCheck.too_slow]

# a (5) is made first and read last; between, o1 makes b (3), o2 makes c (4) of it, o3 makes d (3) of c
#
#   step 2 holds b + c = 7; a beside them makes 12
PASSING = problem_of([5, 3, 4, 3], [(), (), (1,), (2,), (0, 3)], [(0,), (1,), (2,), (3,), ()])


def test_by_hand():
    division = divide(PASSING, range(5), max_operators=2, max_cut_tensors=2)
    assert [cut.step for cut in division.cuts] == [1, 3]

    # in 12 bytes nothing moves; in 11, a leaves for step 2: 5 written, 5 read
    assert plan_in_parts(PASSING, division, 12, exhaustive).objective_bytes == 0
    certificate = plan_in_parts(PASSING, division, 11, exhaustive)
    assert certificate.objective_bytes == 10
    assert certificate.method == "partition of 3"
    # o0 may run after o2: then a never meets b and c, and 10 is not the least
    assert not division.is_serial
    assert (certificate.verdict, certificate.lower_bound_bytes) == (Verdict.FEASIBLE, 0)


def test_below_the_largest_demand():
    certificate = plan_in_parts(PASSING, divide(PASSING, range(5)), 7, exhaustive)

    assert certificate.verdict is Verdict.INFEASIBLE
    assert certificate.plan is None
    assert "operator 'o4' needs 8 bytes at once, 1 more ('t0' 5, 't3' 3)" in certificate.reason


def test_a_planner_without_plans():
    def clueless(problem, capacity_bytes):
        return Certificate(verdict=Verdict.UNKNOWN, seconds=0, method="clueless")

    certificate = plan_in_parts(PASSING, divide(PASSING, range(5), max_operators=2), 11, clueless)

    assert certificate.plan is not None
    assert certificate.objective_bytes == replay(PASSING, certificate.plan, 11)


def test_equal_parts_are_planned_once():
    # a chain of eight equal operators in four parts
    problem = problem_of([2] * 9, [(one,) for one in range(8)], [(one + 1,) for one in range(8)])
    asked = []

    def counting(part, capacity_bytes):
        asked.append(part)
        return exhaustive(part, capacity_bytes)

    certificate = plan_in_parts(problem, divide(problem, range(8), max_operators=2), 4, counting)

    assert (certificate.verdict, certificate.objective_bytes) == (Verdict.OPTIMAL, 0)
    # a part between two cuts goes from three states to three; the first is one that begins off-chip; the last ends in
    # one state, where nothing is left
    assert len(asked) == 3 * 3 + 3


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(drawn=problems_in_scratchpads(), max_operators=st.integers(1, 3), max_tensors=st.integers(0, 2))
def test_any_division_gives_a_plan(drawn, max_operators, max_tensors):
    problem, capacity = drawn
    order = range(len(problem.operators))
    division = divide(problem, order, max_operators=max_operators, max_cut_tensors=max_tensors)
    certificate = plan_in_parts(problem, division, capacity, exhaustive)
    best = optimum_bytes(problem, capacity)

    assert certificate.plan is not None
    assert replay(problem, certificate.plan, capacity) == certificate.objective_bytes
    assert certificate.lower_bound_bytes <= best <= certificate.objective_bytes
    assert (certificate.verdict is Verdict.OPTIMAL) == (certificate.lower_bound_bytes == certificate.objective_bytes)


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(drawn=chains_in_scratchpads(), max_operators=st.integers(2, 4))
def test_serial_cuts_lose_nothing(drawn, max_operators):
    problem, capacity = drawn
    order = range(len(problem.operators))
    division = divide(problem, order, max_operators=max_operators, max_cut_tensors=2)
    certificate = plan_in_parts(problem, division, capacity, exhaustive)

    assert certificate.plan is not None
    assert replay(problem, certificate.plan, capacity) == certificate.objective_bytes
    best = optimum_bytes(problem, capacity)
    assert certificate.lower_bound_bytes <= best <= certificate.objective_bytes
    if division.is_serial and all(len(cut.tensors) == 1 for cut in division.cuts):
        # the parts' bound knows addresses within parts, not across them
        assert optimum_bytes(problem, capacity, addresses=False) <= certificate.lower_bound_bytes
