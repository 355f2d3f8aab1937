"""Leaving operators out: never more is moved, and orders go there and back."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.neutral_operators import without_neutral_operators
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import all_orders, optimum_bytes

# o0 makes t0; o1 turns it into t1 of the same size; o2 turns that into t2, larger; o3 and o4 read it
CHAIN = problem_of([4, 4, 6, 6, 2], [(), (0,), (1,), (2,), (2, 3)], [(0,), (1,), (2,), (3,), (4,)], outputs=[4])


def test_by_hand():
    reduced = without_neutral_operators(CHAIN)

    assert reduced.operators == (0, 2, 3, 4)  # o2 changes the size, o3's input is read by o4 too
    assert [tensor.name for tensor in reduced.problem.tensors] == ["t0", "t2", "t3", "t4"]
    assert reduced.problem.tensors[0].consumers == (1,)
    assert reduced.reduced_order((0, 1, 2, 3, 4)) == (0, 1, 2, 3)
    assert reduced.whole_order((0, 1, 2, 3)) == (0, 1, 2, 3, 4)


def test_kept_where_the_reader_makes_less():
    # o2 makes 2 bytes of t1's 4: o1 just before it needs more than o2 does
    shrinking = problem_of([4, 4, 2], [(), (0,), (1,)], [(0,), (1,), (2,)])

    assert without_neutral_operators(shrinking).operators == (0, 1, 2)


def test_outputs_and_what_nobody_reads_are_kept():
    for problem in (
        problem_of([4, 4, 4], [(), (0,), (1,)], [(0,), (1,), (2,)], outputs=[0, 1]),
        problem_of([4, 4], [(), (0,)], [(0,), (1,)]),
        problem_of([4, 4, 4], [(0,), (1,)], [(1,), (2,)]),  # t0 starts off-chip, and nobody reads t2
    ):
        assert without_neutral_operators(problem).operators == tuple(range(len(problem.operators)))


def test_what_is_put_back_comes_just_before_it_is_needed():
    # o1 turns t0 into t1, which o3 reads; o2 may run before both
    problem = problem_of([4, 4, 3, 4], [(), (0,), (), (1, 2)], [(0,), (1,), (2,), (3,)])
    reduced = without_neutral_operators(problem)

    assert reduced.operators == (0, 2, 3)
    assert reduced.whole_order((0, 1, 2)) == (0, 2, 1, 3)


@settings(max_examples=80, deadline=None)
@given(drawn=problems_in_scratchpads())
def test_never_more_is_moved(drawn):
    problem, capacity = drawn
    reduced = without_neutral_operators(problem)

    assert optimum_bytes(reduced.problem, capacity, addresses=False) <= optimum_bytes(
        problem, capacity, addresses=False
    )
    orders = set(all_orders(problem))
    for order in all_orders(reduced.problem):
        assert reduced.whole_order(order) in orders
        assert reduced.reduced_order(reduced.whole_order(order)) == order
