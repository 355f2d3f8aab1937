"""The program of tiling and residency: equal to exhaustion, and to plans of whole tensors where only these are chosen.

Bytes alone: whether there are places for them is for tests/mapper/residency.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.budgets import least_need
from mapper.gaps import Gap
from mapper.ilp_residency import ResidencyProgram
from mapper.problem import plan_problem
from mapper.residency.choices import Choice, ResidencyProblem, whole_operands
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import all_orders, optimum_bytes
from tests.mapper.residency.brute_force import Plan, cost_of, fits, optimum, uses_by_tensor
from tests.mapper.residency.drawn_choices import residency_problems
from workloads.zoo import registry

SECONDS = 10.0

# x of 4 bytes -> o0 -> t1 of 3 -> o1 -> t2 of 2, an output
CHAIN = problem_of([4, 3, 2], [(0,), (1,)], [(1,), (2,)], outputs=[2])


def choice(*whole: int, buffer: int = 0, cost: int = 0) -> Choice:
    return Choice(whole=frozenset(whole), buffer_bytes=buffer, cost=cost)


def problem(*choices: tuple[Choice, ...], tensors=CHAIN, in_place=None) -> ResidencyProblem:
    """Loads and stores cost ten times the bytes."""
    costs = tuple(10 * tensor.size_bytes for tensor in tensors.tensors)
    return ResidencyProblem(
        tensors=tensors, choices=choices, load_costs=costs, store_costs=costs, in_place=in_place or {}
    )


def solve(problem: ResidencyProblem, capacity: int):
    return ResidencyProgram(problem, range(len(problem.choices)), capacity).solve(SECONDS)


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_a_tensor_that_stays_costs_nothing():
    # o0 streams x in a byte and has t1 whole, or streams both; o1 likewise. Whole at both ends, t1 stays: 40 + 20
    options = (choice(1, buffer=1, cost=40), choice(buffer=2, cost=70))
    later = (choice(1, buffer=1, cost=20), choice(buffer=2, cost=50))
    found = solve(problem(options, later), 4)

    assert (found.choices, found.lower_bound, found.is_proven) == ((0, 0), 60, True)
    assert found.kept == {Gap(1, 0, 1)}
    assert not found.loaded
    assert not found.stored


def test_too_small_for_that_it_streams():
    options = (choice(1, buffer=1, cost=40), choice(buffer=2, cost=70))
    later = (choice(1, buffer=1, cost=20), choice(buffer=2, cost=50))
    found = solve(problem(options, later), 3)

    assert (found.choices, found.lower_bound) == ((1, 1), 120)
    assert not found.kept


def test_whole_when_made_and_streamed_later_is_stored():
    # the only choice of o0 has t1 whole, the only one of o1 streams it: a store of 30
    found = solve(problem((choice(1, cost=40),), (choice(cost=50),)), 100)

    assert (found.lower_bound, found.stored, found.loaded) == (120, {1}, frozenset())


def test_streamed_when_made_and_whole_later_is_loaded():
    found = solve(problem((choice(cost=70),), (choice(1, cost=20),)), 100)

    assert (found.lower_bound, found.stored, found.loaded) == (120, frozenset(), {(1, 1)})


def test_what_starts_off_chip_is_loaded_where_it_is_whole():
    found = solve(problem((choice(0, 1),), (choice(1, 2),)), 100)

    # x comes, t2 goes
    assert (found.lower_bound, found.loaded, found.stored) == (40 + 20, {(0, 0)}, {2})


def test_too_large_for_two_at_once_it_leaves_and_comes_back():
    # o2 reads t1 of o0 again; o1, whose operands are 5 and 5 bytes, has no room for it
    tensors = problem_of([3, 5, 5, 1], [(), (), (0, 1)], [(0,), (1, 2), (3,)], outputs=[3])
    whole = whole_operands(tensors)

    assert solve(whole, 12).lower_bound == 1 + 3 + 3
    assert solve(whole, 13).lower_bound == 1
    assert solve(whole, 12).stored == {0, 3}
    assert solve(whole, 12).loaded == {(0, 2)}


def test_a_result_over_its_operand_counts_once():
    # 3 and 3 bytes: both in 6, or over each other in 3
    tensors = problem_of([3, 3], [(), (0,)], [(0,), (1,)], outputs=[1])
    options = ((choice(0),), (choice(0, 1), choice(cost=99)))

    assert solve(problem(*options, tensors=tensors), 5).lower_bound == 30 + 99
    assert solve(problem(*options, tensors=tensors, in_place={0: 1}), 3).lower_bound == 30


def test_nothing_fits():
    found = solve(problem((choice(1),), (choice(buffer=1),)), 2)

    assert found.choices is None
    assert (found.is_infeasible, found.is_proven) == (True, True)


def test_without_time_nothing_is_known():
    found = ResidencyProgram(problem((choice(),), (choice(),)), (0, 1), 9).solve(0.0)

    assert found.choices is None
    assert (found.is_infeasible, found.is_proven, found.lower_bound) == (False, False, 0)


def test_what_is_forbidden_is_chosen_no_more():
    program = ResidencyProgram(problem((choice(1, cost=40),), (choice(1, cost=20), choice(cost=50))), (0, 1), 100)
    program.forbid([Gap(1, 0, 1)], [], [])

    # loaded again: 40 + 20 + store 30 + load 30; or streamed: 40 + 50 + store 30, which is as much
    assert program.solve(SECONDS).lower_bound == 120

    program.forbid([], [(1, 1)], [])
    assert program.solve(SECONDS).choices == (0, 1)


def test_buffers_as_large_or_larger_are_forbidden_together():
    options = (choice(buffer=4, cost=1), choice(buffer=3, cost=2), choice(buffer=1, cost=9))
    program = ResidencyProgram(problem(options, options), (0, 1), 100)
    program.forbid([], [], [(0, 3), (1, 4)])

    # 4 and 4, 3 and 4 together are out: 4 and 3 is the cheapest
    found = program.solve(SECONDS)
    assert (found.choices, found.lower_bound) == ((0, 1), 3)


# --- against exhaustion -----------------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(drawn=residency_problems(), data=st.data())
def test_equal_to_exhaustion(drawn, data):
    given_problem, capacity = drawn
    order = data.draw(st.sampled_from(list(all_orders(given_problem.tensors))))

    found = ResidencyProgram(given_problem, order, capacity).solve(SECONDS)

    expected = optimum(given_problem, capacity, order=order, addresses=False)
    if found.choices is None:
        assert (found.is_infeasible, expected) == (True, None)
        return
    assert found.is_proven
    assert found.lower_bound == expected
    uses = uses_by_tensor(given_problem.tensors, order)
    chosen = tuple(given_problem.choices[operator][one] for operator, one in zip(order, found.choices, strict=True))
    plan = Plan(chosen, frozenset((gap.tensor, gap.before, gap.after) for gap in found.kept))
    assert fits(given_problem, plan, uses, capacity)
    assert cost_of(given_problem, plan, uses) == expected


@settings(max_examples=40, deadline=None)
@given(drawn=residency_problems(), more=st.integers(1, 20))
def test_more_capacity_is_never_worse(drawn, more):
    given_problem, capacity = drawn
    less, after = solve(given_problem, capacity), solve(given_problem, capacity + more)

    assert less.choices is None or after.lower_bound <= less.lower_bound


@settings(max_examples=100, deadline=None)
@given(drawn=problems_in_scratchpads(), data=st.data())
def test_whole_operands_are_plans_of_whole_tensors(drawn, data):
    tensors, capacity = drawn
    order = data.draw(st.sampled_from(list(all_orders(tensors))))

    found = ResidencyProgram(whole_operands(tensors), order, capacity).solve(SECONDS)

    expected = optimum_bytes(tensors, capacity, order=order, addresses=False)
    assert found.lower_bound == expected + tensors.compulsory_bytes


def test_below_the_least_need_whole_operands_are_infeasible():
    assert solve(whole_operands(CHAIN), least_need(CHAIN)[0] - 1).is_infeasible
    assert solve(whole_operands(CHAIN), least_need(CHAIN)[0]).lower_bound == 4 + 2


@pytest.mark.parametrize("with_weights", [False, True])
def test_densenet_of_whole_operands_has_the_bound_of_its_order(with_weights):
    tensors = plan_problem(registry.build("densenet121_binary_concat"), with_weights=with_weights)
    program = ResidencyProgram(whole_operands(tensors), range(len(tensors.operators)), least_need(tensors)[0])

    found = program.solve(SECONDS)

    assert found.is_proven
    if not with_weights:
        assert found.lower_bound - tensors.compulsory_bytes == 2_609_152
