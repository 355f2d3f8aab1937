"""The replay rejects every kind of broken plan, and counts what a good one moves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mapper.replay import PlanRejected, replay
from mapper.tensor_plan import Episode, TensorPlan, spill_bytes
from tests.mapper.drawn_problems import problem_of

# o0 makes t1 (2) of t0 (4), o1 makes t2 (3) of t1, o2 makes t3 (1) of t0, t1 and t2; t3 is the output
PROBLEM = problem_of([4, 2, 3, 1], [(0,), (1,), (0, 1, 2)], [(1,), (2,), (3,)], outputs=[3])


def episode(tensor: int, first: int, last: int, offset: int) -> Episode:
    return Episode(tensor=tensor, first_step=first, last_step=last, offset_bytes=offset)


KEPT = TensorPlan(
    schedule=(0, 1, 2),
    episodes=(episode(0, 0, 2, 0), episode(1, 0, 2, 4), episode(2, 1, 2, 6), episode(3, 2, 2, 9)),
)


def changed(index: int, **changes: int) -> TensorPlan:
    """``KEPT`` with another episode in place of one."""
    episodes = list(KEPT.episodes)
    episodes[index] = replace(episodes[index], **changes)
    return replace(KEPT, episodes=tuple(episodes))


def test_nothing_moves_when_all_stays():
    assert replay(PROBLEM, KEPT, 10) == 0


def test_a_departure_is_a_read_and_of_what_has_no_copy_a_write():
    # t0 comes back: 4 read; t1 leaves after o0 and comes twice: 2 written, 2 x 2 read; t3 is written anyway
    plan = TensorPlan(
        schedule=(0, 1, 2),
        episodes=(
            *(episode(0, 0, 0, 0), episode(0, 2, 2, 0)),
            *(episode(1, 0, 0, 4), episode(1, 1, 1, 0), episode(1, 2, 2, 4)),
            *(episode(2, 1, 2, 6), episode(3, 2, 2, 9)),
        ),
    )

    assert replay(PROBLEM, plan, 10) == 4 + 2 + 2 * 2
    assert spill_bytes(PROBLEM, plan.schedule, plan.episodes) == 10


def test_an_output_that_comes_back_is_written_once_and_compulsorily():
    problem = problem_of([1, 1], [(), (0,)], [(0,), (1,)], outputs=[0])
    plan = TensorPlan(schedule=(0, 1), episodes=(episode(0, 0, 0, 0), episode(0, 1, 1, 0), episode(1, 1, 1, 1)))

    assert replay(problem, plan, 2) == 1


def test_places_are_free_again_in_the_step_after_the_last():
    problem = problem_of([2, 2, 2], [(), (0,), (1,)], [(0,), (1,), (2,)])
    plan = TensorPlan(schedule=(0, 1, 2), episodes=(episode(0, 0, 1, 0), episode(1, 1, 2, 2), episode(2, 2, 2, 0)))

    assert replay(problem, plan, 4) == 0


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (replace(KEPT, schedule=(0, 1)), "drawn: operator 'o2' runs 0 times in the plan, expected once"),
        (replace(KEPT, schedule=(0, 1, 2, 1)), "drawn: operator 'o1' runs 2 times in the plan, expected once"),
        (replace(KEPT, schedule=(0, 1, 2, 7)), "drawn: the plan runs operators [7], which do not exist"),
        (replace(KEPT, schedule=(1, 0, 2)), "drawn: step 0: tensor 't1' is read before 'o0' makes it"),
        (changed(0, tensor=9), "drawn: episode 0 is of tensor 9, which does not exist"),
        (
            changed(0, last_step=3),
            "drawn: step 0: tensor 't0' is in the scratchpad from 0 to 3, expected ascending steps within 0 to 2",
        ),
        (
            changed(0, first_step=2, last_step=0),
            "drawn: step 2: tensor 't0' is in the scratchpad from 2 to 0, expected ascending steps within 0 to 2",
        ),
        (
            changed(3, offset_bytes=10),
            "drawn: step 2: tensor 't3' lies at bytes 10 to 11, outside the scratchpad of 10 bytes",
        ),
        (
            changed(0, offset_bytes=-1),
            "drawn: step 0: tensor 't0' lies at bytes -1 to 3, outside the scratchpad of 10 bytes",
        ),
        (
            changed(2, offset_bytes=5),
            "drawn: step 1: tensor 't2' at bytes 5 to 8 overlaps 't1' at 4 to 6",
        ),
        (
            replace(KEPT, episodes=(*KEPT.episodes, episode(0, 1, 2, 0))),
            "drawn: step 1: tensor 't0' is brought in while it is in the scratchpad already",
        ),
        (
            changed(2, first_step=0),
            "drawn: step 0: tensor 't2' is read from off-chip memory, which has no copy",
        ),
        (
            changed(2, first_step=2),
            "drawn: step 1: tensor 't2' is not in the scratchpad while 'o1' runs",
        ),
        (
            changed(0, last_step=1),
            "drawn: step 1: tensor 't0' stays until this step, whose operator 'o1' does not use it",
        ),
    ],
)
def test_broken_plans(plan, message):
    with pytest.raises(PlanRejected) as raised:
        replay(PROBLEM, plan, 10)

    assert str(raised.value) == message
