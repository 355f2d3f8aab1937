"""Largest first: a worked example and laws."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.baselines.greedy_by_size import greedy_by_size
from mapper.replay import replay
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import optimum_bytes

# t0 is made at 0 and read at 2, t1 is made at 1 and read at 2, t2 lives at 1 only
PAIR = problem_of([4, 3, 5], [(), (), (0, 1)], [(0,), (1, 2), ()])


def test_by_hand():
    # Step 1 needs t1 + t2 = 8. In 8 bytes t2 (5) is placed first, t0 (4) does not fit above it: written and read.
    plan = greedy_by_size(PAIR, range(3), 8)
    assert plan is not None
    assert replay(PAIR, plan, 8) == 8

    # In 12 all three fit: 5 + 4 + 3.
    plan = greedy_by_size(PAIR, range(3), 12)
    assert plan is not None
    assert [(one.tensor, one.offset_bytes) for one in plan.episodes] == [(0, 5), (1, 9), (2, 0)]
    assert replay(PAIR, plan, 12) == 0


def test_below_the_largest_demand():
    assert greedy_by_size(PAIR, range(3), 7) is None


@settings(max_examples=80, deadline=None)
@given(drawn=problems_in_scratchpads(max_operators=5))
def test_no_better_than_the_optimum(drawn):
    problem, capacity = drawn
    order = range(len(problem.operators))
    plan = greedy_by_size(problem, order, capacity)

    assert plan is not None
    assert replay(problem, plan, capacity) >= optimum_bytes(problem, capacity, order=order)
