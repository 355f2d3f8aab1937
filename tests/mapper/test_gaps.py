"""Gaps and stays of a fixed order, by hand and against exhaustion."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.gaps import Gap, Stay, gaps_of, moved_bytes, placed_plan, stays_of, steps_of_uses, write_bytes
from mapper.tensor_plan import Episode, spill_bytes
from tests.mapper import plan_brute_force
from tests.mapper.drawn_problems import problem_of, problems

# o0 makes t1 of t0, o1 makes t2 of t1, o2 makes t3 of t0, t1 and t2; t3 is the output
PROBLEM = problem_of([4, 2, 3, 1], [(0,), (1,), (0, 1, 2)], [(1,), (2,), (3,)], outputs=[3])


def test_gaps():
    assert steps_of_uses(PROBLEM, (0, 1, 2)) == ((0, 2), (0, 1, 2), (1, 2), (2,))
    assert gaps_of(PROBLEM, (0, 1, 2)) == (Gap(0, 0, 2), Gap(1, 0, 1), Gap(1, 1, 2), Gap(2, 1, 2))


def test_stays():
    kept = {Gap(1, 0, 1), Gap(2, 1, 2)}

    assert stays_of(PROBLEM, (0, 1, 2), kept) == (
        *(Stay(0, 0, 0), Stay(0, 2, 2)),
        *(Stay(1, 0, 1), Stay(1, 2, 2)),
        *(Stay(2, 1, 2), Stay(3, 2, 2)),
    )


def test_what_leaving_moves():
    assert moved_bytes(PROBLEM, [Gap(0, 0, 2)]) == 4  # has a copy
    assert moved_bytes(PROBLEM, [Gap(1, 0, 1), Gap(1, 1, 2)]) == 2 + 2 * 2  # written once, read twice
    assert [write_bytes(PROBLEM, tensor) for tensor in range(4)] == [0, 2, 3, 0]


def test_a_tensor_that_no_operator_uses_never_stays():
    problem = problem_of([1, 1], [()], [(1,)])

    assert stays_of(problem, (0,), ()) == (Stay(1, 0, 0),)


def test_a_plan_has_its_episodes_by_first_step():
    plan = placed_plan((0, 1), [Stay(0, 1, 1), Stay(1, 0, 1)], [3, 4])

    assert plan.episodes == (
        Episode(tensor=1, first_step=0, last_step=1, offset_bytes=4),
        Episode(tensor=0, first_step=1, last_step=1, offset_bytes=3),
    )


@settings(max_examples=100, deadline=None)
@given(problem=problems(), data=st.data())
def test_equal_to_the_oracle_and_to_the_plans_formula(problem, data):
    order = data.draw(st.sampled_from(list(plan_brute_force.all_orders(problem))))
    gaps = gaps_of(problem, order)
    kept = frozenset(data.draw(st.sets(st.sampled_from(gaps)))) if gaps else frozenset()
    left = [gap for gap in gaps if gap not in kept]
    uses = plan_brute_force.uses_by_tensor(problem, order)
    slow_stays = plan_brute_force.episodes(problem, uses, [gap in kept for gap in gaps])
    stays = stays_of(problem, order, kept)

    sizes = [problem.tensors[stay.tensor].size_bytes for stay in stays]
    assert tuple((s.first_step, s.last_step, size) for s, size in zip(stays, sizes, strict=True)) == slow_stays
    plan = placed_plan(order, stays, [0] * len(stays))
    assert moved_bytes(problem, left) == spill_bytes(problem, order, plan.episodes)
