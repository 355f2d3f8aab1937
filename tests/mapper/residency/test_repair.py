"""Decisions without places made ones with places: tensors leave, and what that costs is counted."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.gaps import Gap
from mapper.ilp_residency import ResidencyProgram
from mapper.residency.choices import whole_operands
from mapper.residency.repair import repaired, without_gap
from tests.mapper import problem_without_places
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.residency.brute_force import Plan, cost_of, uses_by_tensor

SECONDS = 10.0


def cost_as_decided(problem, decision) -> int:
    """Loads and stores that ``decision`` names; choices of whole operands cost nothing themselves."""
    loads = sum(problem.load_costs[tensor] for tensor, _ in decision.loaded)
    return loads + sum(problem.store_costs[tensor] for tensor in decision.stored)


def assert_is_a_plan(problem, program, decision) -> None:
    """What is kept, loaded and stored belong together."""
    steps = range(len(problem.choices))
    uses = uses_by_tensor(problem.tensors, steps)
    chosen = tuple(problem.choices[step][0] for step in steps)
    plan = Plan(chosen, frozenset((gap.tensor, gap.before, gap.after) for gap in decision.kept))
    assert cost_of(problem, plan, uses) == cost_as_decided(problem, decision)


def test_a_tensor_that_leaves_is_stored_once_and_loaded_each_time():
    # t0 is made by o0 and read by o2 and o4; x, given, by o0 and o2
    tensors = problem_of([2, 2, 1, 1, 1], [(0,), (), (0, 1), (), (1,)], [(1,), (2,), (3,), (4,), ()])
    problem = whole_operands(tensors)
    program = ResidencyProgram(problem, range(5), 100)
    decision = program.solve(SECONDS)
    assert cost_as_decided(problem, decision) == 2

    once = without_gap(program, decision, Gap(1, 0, 2))
    twice = without_gap(program, once, Gap(1, 2, 4))
    given_one = without_gap(program, decision, Gap(0, 0, 2))

    assert (once.stored, once.loaded) == ({1}, {(0, 0), (1, 2)})
    assert (twice.stored, twice.loaded) == ({1}, {(0, 0), (1, 2), (1, 4)})
    assert (given_one.stored, given_one.loaded) == (frozenset(), {(0, 0), (0, 2)})
    assert not once.is_proven
    for one in (decision, once, twice, given_one):
        assert_is_a_plan(problem, program, one)


def test_bytes_that_fit_without_places_get_some():
    problem = whole_operands(problem_without_places.PROBLEM)
    capacity = problem_without_places.CAPACITY_BYTES
    program = ResidencyProgram(problem, range(len(problem.choices)), capacity)
    decision = program.solve(SECONDS)

    found, boxes, offsets = repaired(program, decision, capacity)

    assert found.kept < decision.kept
    assert_is_a_plan(problem, program, found)
    assert all(0 <= offset <= capacity - box.size for box, offset in zip(boxes.boxes, offsets, strict=True))


@settings(max_examples=80, deadline=None)
@given(drawn=problems_in_scratchpads())
def test_what_is_repaired_is_a_plan(drawn):
    tensors, capacity = drawn
    problem = whole_operands(tensors)
    program = ResidencyProgram(problem, range(len(problem.choices)), capacity)
    decision = program.solve(SECONDS)

    found = repaired(program, decision, capacity)

    if found is not None:
        assert found[0].kept <= decision.kept
        assert_is_a_plan(problem, program, found[0])


def test_nothing_to_leave():
    # two tensors of one operator: in 4 bytes of 5 nothing can leave
    problem = whole_operands(problem_of([2, 3], [(0,)], [(1,)]))
    program = ResidencyProgram(problem, (0,), 5)

    assert repaired(program, program.solve(SECONDS), 4) is None
