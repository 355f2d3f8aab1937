"""Plans of parts become one: what stays across a cut stays in one piece."""

from __future__ import annotations

from mapper.gaps import Gap
from mapper.partition.boundary import Where
from mapper.partition.joining import PlannedPart, joined
from mapper.partition.part import part_between
from mapper.tensor_plan import Episode, TensorPlan
from tests.mapper.drawn_problems import problem_of

# o0 makes a (t0), o1 makes b (t1) of a, o2 makes c (t2) of b, o3 reads a and c; cut before o2
CHAIN = problem_of([5, 3, 2], [(), (0,), (1,), (0, 2)], [(0,), (1,), (2,), ()])
STAYING = {0: Where.ON_CHIP, 1: Where.ON_CHIP}


def planned(operators, entry, leaving, stays) -> PlannedPart:
    """A part planned in its own order with (tensor, first step, last step) episodes."""
    part = part_between(CHAIN, operators, entry, leaving)
    episodes = tuple(
        Episode(tensor=one, first_step=first, last_step=last, offset_bytes=0) for one, first, last in stays
    )
    schedule = tuple(range(len(part.problem.operators)))
    return PlannedPart(part=part, plan=TensorPlan(schedule=schedule, episodes=episodes), leaving=leaving)


FIRST = planned((0, 1), {}, STAYING, [(0, 0, 2), (1, 1, 2)])  # o0, o1, exit


def test_all_stay():
    second = planned((2, 3), STAYING, {}, [(0, 0, 2), (1, 0, 1), (2, 1, 2)])  # enter, o2, o3

    assert joined((FIRST, second)) == (
        (0, 1, 2, 3),
        {Gap(0, 0, 1), Gap(0, 1, 3), Gap(1, 1, 2), Gap(2, 2, 3)},
    )


def test_what_leaves_right_after_the_cut_does_not_stay():
    second = planned((2, 3), STAYING, {}, [(0, 0, 0), (0, 2, 2), (1, 0, 1), (2, 1, 2)])

    assert Gap(0, 1, 3) not in joined((FIRST, second))[1]


def test_what_is_off_chip_at_the_cut_does_not_stay():
    entry = {0: Where.OFF_CHIP, 1: Where.ON_CHIP}
    first = planned((0, 1), {}, entry, [(0, 0, 1), (1, 1, 2)])
    second = planned((2, 3), entry, {}, [(0, 2, 2), (1, 0, 1), (2, 1, 2)])

    assert joined((first, second))[1] == {Gap(0, 0, 1), Gap(1, 1, 2), Gap(2, 2, 3)}


def test_what_comes_back_for_the_cut_comes_back_for_its_use():
    # a leaves after o1 and is read for exit: its next use reads it instead
    first = planned((0, 1), {}, STAYING, [(0, 0, 1), (0, 2, 2), (1, 1, 2)])
    second = planned((2, 3), STAYING, {}, [(0, 0, 2), (1, 0, 1), (2, 1, 2)])

    assert joined((first, second))[1] == {Gap(0, 0, 1), Gap(1, 1, 2), Gap(2, 2, 3)}
