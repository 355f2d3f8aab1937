"""Stays and tile buffers as boxes, what shares one, and what is forbidden when there are no places."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.allocate import Box, PackingVerdict
from mapper.gaps import Gap
from mapper.ilp_residency import Decision, ResidencyProgram
from mapper.residency.choices import Choice, ResidencyProblem, whole_operands
from mapper.residency.places import WholeStay, boxes_of, forbid_what_does_not_fit, peak_load_bytes, place
from tests.mapper import problem_without_places
from tests.mapper.drawn_problems import problem_of
from tests.mapper.residency.drawn_choices import residency_problems

# each operator reads what the one before made, 4 bytes each; the first and the last take part in no overwriting
CHAIN = problem_of([4, 4, 4, 4], [(0,), (1,), (2,)], [(1,), (2,), (3,)], outputs=[3])
SECONDS = 10.0


def program(problem: ResidencyProblem, capacity: int = 100) -> ResidencyProgram:
    return ResidencyProgram(problem, range(len(problem.choices)), capacity)


def decision(*kept: Gap, num_steps: int = 3) -> Decision:
    """The first choice of every operator."""
    return Decision(choices=(0,) * num_steps, kept=frozenset(kept), lower_bound=0, is_proven=True)


def chain(*wholes: set[int], in_place=None, buffers=(0, 0, 0)) -> ResidencyProblem:
    choices = tuple(
        (Choice(whole=frozenset(whole), buffer_bytes=size, cost=0),)
        for whole, size in zip(wholes, buffers, strict=True)
    )
    costs = (1, 1, 1, 1)
    return ResidencyProblem(
        tensors=CHAIN, choices=choices, load_costs=costs, store_costs=costs, in_place=in_place or {}
    )


def test_a_stay_lasts_from_use_to_use_while_it_is_kept():
    found = boxes_of(program(chain({1}, {1, 2}, {2})), decision(Gap(1, 0, 1)))

    assert found.stays == (
        WholeStay(tensor=1, first_step=0, last_step=1),
        WholeStay(tensor=2, first_step=1, last_step=1),
        WholeStay(tensor=2, first_step=2, last_step=2),
    )
    assert found.boxes == (Box(0, 2, 4), Box(1, 2, 4), Box(2, 3, 4))
    assert found.box_of_stay == (0, 1, 2)
    assert not found.buffers
    assert peak_load_bytes(found) == 8


def test_buffers_have_boxes_of_a_step():
    found = boxes_of(program(chain({1}, {1}, set(), buffers=(3, 0, 5))), decision(Gap(1, 0, 1)))

    assert found.boxes == (Box(0, 2, 4), Box(0, 1, 3), Box(2, 3, 5))
    assert found.buffers == {0: 1, 2: 2}
    assert peak_load_bytes(found) == 7


def test_results_over_operands_share_a_box_one_after_another():
    # t1, t2 over it, t3 over that: one box from 0 to 2
    problem = chain({1}, {1, 2}, {2, 3}, in_place={1: 2, 2: 3})
    found = boxes_of(program(problem), decision(Gap(1, 0, 1), Gap(2, 1, 2)))

    assert found.box_of_stay == (0, 0, 0)
    assert found.boxes == (Box(0, 3, 4),)


def test_a_result_goes_over_what_was_loaded_for_its_operator():
    # t2 left after step 1 and comes back for step 2, where t3 is written over it
    problem = chain({1}, {1, 2}, {2, 3}, in_place={1: 2, 2: 3})
    found = boxes_of(program(problem), decision(Gap(1, 0, 1)))

    assert found.boxes == (Box(0, 2, 4), Box(2, 3, 4))
    assert found.box_of_stay == (0, 0, 1, 1)


def test_operands_that_stream_are_not_written_over():
    problem = chain({1}, {2}, {2}, in_place={1: 2})

    assert boxes_of(program(problem), decision(Gap(2, 1, 2))).boxes == (Box(0, 1, 4), Box(1, 3, 4))


def test_places_or_none():
    found = boxes_of(program(chain({1}, {1, 2}, {2})), decision(Gap(1, 0, 1), Gap(2, 1, 2)))

    assert place(found, 8, SECONDS).verdict is PackingVerdict.PLACED
    assert place(found, 7, SECONDS).verdict is PackingVerdict.IMPOSSIBLE


def test_what_has_no_places_is_forbidden():
    problem = whole_operands(problem_without_places.PROBLEM)
    one = program(problem, problem_without_places.CAPACITY_BYTES)
    first = one.solve(SECONDS)
    boxes = boxes_of(one, first)
    assert place(boxes, problem_without_places.CAPACITY_BYTES, SECONDS).verdict is PackingVerdict.IMPOSSIBLE

    assert forbid_what_does_not_fit(one, boxes, SECONDS)

    second = one.solve(SECONDS)
    assert second.kept != first.kept
    assert second.lower_bound >= first.lower_bound


@settings(max_examples=60, deadline=None)
@given(drawn=residency_problems())
def test_boxes_weigh_what_the_program_counts(drawn):
    """Step by step, boxes take no more than the capacity that the program was given."""
    problem, capacity = drawn
    one = program(problem, capacity)
    found = one.solve(SECONDS)
    if found.choices is None:
        return

    boxes = boxes_of(one, found)

    loads = [
        sum(box.size for box in boxes.boxes if box.lower <= step < box.upper) for step in range(len(problem.choices))
    ]
    assert max(loads) == peak_load_bytes(boxes) <= capacity
