"""Nothing leaves before its last use; the peak says what that takes."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.baselines.whole_lifetimes import whole_lifetimes, whole_lifetimes_peak_bytes
from mapper.replay import replay
from tests.mapper.drawn_problems import problem_of, problems
from tests.mapper.plan_brute_force import peak_bytes


def test_smallest_gap_that_is_large_enough():
    # By size: t0 (8) at 0, then t1 (7), which meets it at step 1, at 8; t2 (6) lives at step 0 only, beside t0: at 8.
    # t3 (5) meets t1 at step 2, below which t0 has left 8 bytes: at 0.
    problem = problem_of([8, 7, 6, 5], [(), (0,), (1,)], [(0, 2), (1,), (3,)])
    plan = whole_lifetimes(problem, range(3), 15)

    assert plan is not None
    assert [(one.tensor, one.offset_bytes) for one in plan.episodes] == [(0, 0), (2, 8), (1, 8), (3, 0)]
    assert whole_lifetimes_peak_bytes(problem, range(3)) == 15
    assert whole_lifetimes(problem, range(3), 14) is None


def test_a_snug_gap_is_taken_before_a_wide_lower_one():
    sizes = [6, 5, 4, 4, 3]
    problem = problem_of(sizes, [(), (1, 3)], [(0, 1, 2, 3), (4,)])
    plan = whole_lifetimes(problem, range(2), 19)

    assert plan is not None
    # stacked at step 0: t0 0..6, t1 6..11, t2 11..15, t3 15..19; at step 1 t1 and t3 leave 0..6 and 11..15 free, and
    # t4 (3) takes the smaller
    assert {one.tensor: one.offset_bytes for one in plan.episodes} == {0: 0, 1: 6, 2: 11, 3: 15, 4: 11}


@settings(max_examples=80, deadline=None)
@given(problem=problems(max_operators=8))
def test_moves_nothing(problem):
    order = range(len(problem.operators))
    peak = whole_lifetimes_peak_bytes(problem, order)
    plan = whole_lifetimes(problem, order, peak)

    assert plan is not None
    assert replay(problem, plan, peak) == 0
    assert peak >= peak_bytes(problem, order)
    assert whole_lifetimes(problem, order, peak - 1) is None
