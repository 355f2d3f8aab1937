"""The best plan and bound so far."""

from __future__ import annotations

import pytest

from mapper.certificate import Verdict
from mapper.incumbent import Incumbent
from mapper.replay import PlanRejected
from mapper.tensor_plan import Episode, TensorPlan
from tests.mapper.drawn_problems import problem_of

# o0 makes t0 (2), o1 makes t1 (3), o2 reads both
PAIR = problem_of([2, 3], [(), (), (0, 1)], [(0,), (1,), ()])


def plan(*episodes):
    made = [Episode(tensor=one, first_step=a, last_step=b, offset_bytes=offset) for one, a, b, offset in episodes]
    return TensorPlan(schedule=(0, 1, 2), episodes=tuple(made))


STAYING = plan((0, 0, 2, 0), (1, 1, 2, 2))
LEAVING = plan((0, 0, 0, 0), (1, 1, 2, 2), (0, 2, 2, 0))


def test_the_better_plan_is_kept():
    one = Incumbent(problem=PAIR, capacity_bytes=5)
    assert one.certificate("m", 1.0).verdict is Verdict.UNKNOWN
    one.offer(None, "nobody")
    one.offer(LEAVING, "first")
    assert (one.moved_bytes, one.plan_from, one.is_proven) == (4, "first", False)
    found = one.certificate("m", 1.0)
    assert (found.verdict, found.objective_bytes, found.gap_fraction) == (Verdict.FEASIBLE, 4, 1.0)
    one.offer(STAYING, "second")
    one.offer(LEAVING, "third")
    assert (one.moved_bytes, one.plan_from, one.is_proven) == (0, "second", True)
    assert one.certificate("m", 1.0).verdict is Verdict.OPTIMAL


def test_the_higher_bound_is_kept():
    one = Incumbent(problem=PAIR, capacity_bytes=5)
    one.raise_bound(3, "first")
    one.raise_bound(2, "second")
    assert (one.lower_bound_bytes, one.bound_from) == (3, "first")


def test_a_plan_that_cannot_be_carried_out_is_refused():
    one = Incumbent(problem=PAIR, capacity_bytes=4)
    with pytest.raises(PlanRejected, match="tensor 't1' lies at bytes 2 to 5, outside the scratchpad of 4 bytes"):
        one.offer(STAYING, "careless")
    assert one.plan is None


def test_bounds_and_plans_that_contradict():
    one = Incumbent(problem=PAIR, capacity_bytes=5)
    one.raise_bound(1, "a wrong bound")
    with pytest.raises(AssertionError, match="right is below the bound of a wrong bound"):
        one.offer(STAYING, "right")
    one = Incumbent(problem=PAIR, capacity_bytes=5)
    one.offer(STAYING, "right")
    with pytest.raises(AssertionError, match="the bound of wrong is above the plan of right"):
        one.raise_bound(1, "wrong")
