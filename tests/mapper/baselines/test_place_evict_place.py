"""Step by step: a worked example, Belady against exhaustion, laws on drawn problems."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.baselines.place_evict_place import place_evict_place
from mapper.baselines.policies import belady, cheapest
from mapper.replay import replay
from mapper.tensor_plan import Episode, spill_bytes
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import optimum_bytes

POLICIES = {"belady": belady, "cheapest": cheapest}

# o0 makes a (4), o1 makes b (3), o2 makes c (5), o3 reads c, o4 reads b, o5 reads a; 10 bytes.
#
#   step   0   1   2   3   4   5
#   a      a           .       a     made, needed last
#   b          b       .   b
#   c              c   c
#
# Step 2 has a at 0, b at 4 and 3 bytes free; c needs 5. Belady evicts a, which leaves 4 bytes below b, then b as well;
# c lies at 0. 4 and 3 bytes are written, then read: 14. The cheapest to evict is b (6 bytes against 8); c then lies at
# 4, above a, which stays: 6.
THREE = problem_of([4, 3, 5], [(), (), (), (2,), (1,), (0,)], [(0,), (1,), (2,), (), (), ()])


def episode(tensor: int, first: int, last: int, offset: int) -> Episode:
    return Episode(tensor=tensor, first_step=first, last_step=last, offset_bytes=offset)


def test_belady_by_hand():
    plan = place_evict_place(THREE, range(6), 10, belady)

    assert plan is not None
    assert plan.episodes == (
        episode(0, 0, 0, 0),
        episode(1, 1, 1, 4),
        episode(2, 2, 3, 0),
        episode(1, 4, 4, 0),
        episode(0, 5, 5, 0),
    )
    assert spill_bytes(THREE, plan.schedule, plan.episodes) == replay(THREE, plan, 10) == 14


def test_cheapest_by_hand():
    plan = place_evict_place(THREE, range(6), 10, cheapest)

    assert plan is not None
    assert plan.episodes == (
        episode(0, 0, 5, 0),
        episode(1, 1, 1, 4),
        episode(2, 2, 3, 4),
        episode(1, 4, 4, 4),
    )
    assert spill_bytes(THREE, plan.schedule, plan.episodes) == replay(THREE, plan, 10) == 6


def test_operands_move_when_only_they_are_left():
    # t0, t1, t2 (2 each) fill 6 bytes; t0 and t2 are done after step 0. t1 stays in the middle, at 2, with 2 bytes free
    # on either side, and t3 needs 4 in one piece.
    problem = problem_of([2, 2, 2, 4], [(0, 1, 2), (1,)], [(), (3,)])
    plan = place_evict_place(problem, range(2), 6, belady)

    assert plan is not None
    # t1 has a copy, so that moving it costs one read of 2 bytes
    assert replay(problem, plan, 6) == 2
    assert [one.offset_bytes for one in plan.episodes if one.tensor == 1] == [2, 0]
    assert [one.offset_bytes for one in plan.episodes if one.tensor == 3] == [2]


@pytest.mark.parametrize("policy", POLICIES)
def test_below_the_largest_demand(policy):
    assert place_evict_place(THREE, range(6), 4, POLICIES[policy]) is None


@settings(max_examples=80, deadline=None)
@given(drawn=problems_in_scratchpads(max_operators=5), policy=st.sampled_from(sorted(POLICIES)))
def test_can_be_carried_out_and_is_no_better_than_the_optimum(drawn, policy):
    problem, capacity = drawn
    order = range(len(problem.operators))
    plan = place_evict_place(problem, order, capacity, POLICIES[policy])

    assert plan is not None
    moved = replay(problem, plan, capacity)
    assert moved == spill_bytes(problem, plan.schedule, plan.episodes)
    assert moved >= optimum_bytes(problem, capacity, order=order)


@settings(max_examples=80, deadline=None)
@given(
    requests=st.lists(st.sets(st.integers(0, 4), min_size=1, max_size=2).map(tuple), min_size=1, max_size=7),
    num_places=st.integers(2, 4),
)
def test_belady_is_optimal_where_all_are_equal_and_have_copies(requests, num_places):
    # pages of one size that start off-chip: each reload is one read, whoever left
    problem = problem_of([8] * 5, requests, [()] * len(requests))
    order = range(len(requests))
    plan = place_evict_place(problem, order, 8 * num_places, belady)

    assert plan is not None
    assert replay(problem, plan, 8 * num_places) == optimum_bytes(problem, 8 * num_places, order=order)
