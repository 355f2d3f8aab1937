"""Stays that have no place are cut, idle steps first; what comes out can be carried out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.gaps import gaps_of, moved_bytes
from mapper.place_or_split import Cut, pieces, place_or_split
from mapper.replay import replay
from mapper.tensor_plan import Episode, spill_bytes
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads


def test_pieces():
    steps = (1, 2, 5, 6, 7, 9)

    assert pieces(steps, Cut.NOT) == [(1, 9)]
    assert pieces(steps, Cut.WHERE_IDLE) == [(1, 2), (5, 7), (9, 9)]
    assert pieces(steps, Cut.AT_EVERY_STEP) == [(step, step) for step in steps]


def test_the_smaller_is_cut_where_it_is_idle():
    # t0 (4) and t1 (2) are used at both ends, t2 (3) alone in between; 4 + 3 leaves 1 of 8 bytes
    problem = problem_of([4, 2, 3], [(0, 1), (2,), (0, 1)], [(), (), ()])
    plan = place_or_split(problem, (0, 1, 2), gaps_of(problem, (0, 1, 2)), 8)

    assert plan is not None
    assert plan.episodes == (
        Episode(tensor=0, first_step=0, last_step=2, offset_bytes=3),  # what is cut went first, to the bottom
        Episode(tensor=1, first_step=0, last_step=0, offset_bytes=0),
        Episode(tensor=2, first_step=1, last_step=1, offset_bytes=0),
        Episode(tensor=1, first_step=2, last_step=2, offset_bytes=0),
    )
    assert spill_bytes(problem, plan.schedule, plan.episodes) == 2


def test_operands_that_exceed_the_capacity():
    problem = problem_of([4, 2], [(0, 1)], [()])

    assert place_or_split(problem, (0,), (), 5) is None


@settings(max_examples=80, deadline=None)
@given(drawn=problems_in_scratchpads(max_operators=8), data=st.data())
def test_any_gaps_become_a_plan(drawn, data):
    problem, capacity = drawn
    schedule = range(len(problem.operators))
    gaps = gaps_of(problem, schedule)
    kept = frozenset(gap for gap in gaps if data.draw(st.booleans()))
    plan = place_or_split(problem, schedule, kept, capacity)

    assert plan is not None
    moved = replay(problem, plan, capacity)
    assert moved == spill_bytes(problem, plan.schedule, plan.episodes)
    assert moved >= moved_bytes(problem, set(gaps) - kept)
