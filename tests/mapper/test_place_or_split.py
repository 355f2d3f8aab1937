"""Stays that have no place are cut, idle steps first; what comes out can be carried out."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.place_or_split import Cut, Stay, pieces, place_or_split
from mapper.replay import replay
from mapper.tensor_plan import Episode, spill_bytes
from mapper.uses import uses_by_tensor
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads


def test_pieces():
    steps = (1, 2, 5, 6, 7, 9)

    assert pieces(steps, Cut.NOT) == [(1, 9)]
    assert pieces(steps, Cut.WHERE_IDLE) == [(1, 2), (5, 7), (9, 9)]
    assert pieces(steps, Cut.AT_EVERY_STEP) == [(step, step) for step in steps]


def test_the_smaller_is_cut_where_it_is_idle():
    # t0 (4) and t1 (2) are used at both ends, t2 (3) alone in between; 4 + 3 leaves 1 of 8 bytes
    problem = problem_of([4, 2, 3], [(0, 1), (2,), (0, 1)], [(), (), ()])
    stays = [Stay(tensor=tensor, steps=steps) for tensor, steps in enumerate(uses_by_tensor(problem, (0, 1, 2)))]
    plan = place_or_split(problem, (0, 1, 2), stays, 8)

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

    assert place_or_split(problem, (0,), [Stay(tensor=0, steps=(0,)), Stay(tensor=1, steps=(0,))], 5) is None


@settings(max_examples=80, deadline=None)
@given(drawn=problems_in_scratchpads(max_operators=8), data=st.data())
def test_any_stays_become_a_plan(drawn, data):
    problem, capacity = drawn
    schedule = range(len(problem.operators))
    stays = []
    for tensor, steps in enumerate(uses_by_tensor(problem, schedule)):
        at = data.draw(st.integers(0, len(steps)))
        stays += [Stay(tensor=tensor, steps=part) for part in (steps[:at], steps[at:]) if part]
    plan = place_or_split(problem, schedule, stays, capacity)

    assert plan is not None
    assert replay(problem, plan, capacity) == spill_bytes(problem, plan.schedule, plan.episodes)
