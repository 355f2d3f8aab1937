"""Thin places of an order: what lives across them, and whether every order passes them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.partition.cuts import Cut, all_cuts, divide
from tests.mapper.drawn_problems import problem_of, problems
from tests.mapper.plan_brute_force import all_orders, uses_by_tensor

# x=t0 -> o0 -> t1; o1, o2 read t1; o3 joins t2, t3; o4 reads t4, and x again
BLOCK = problem_of([1] * 6, [(0,), (1,), (1,), (2, 3), (4, 0)], [(1,), (2,), (3,), (4,), (5,)])


def test_by_hand():
    assert all_cuts(BLOCK, range(5)) == (
        Cut(step=1, tensors=(0, 1), is_serial=True),
        Cut(step=2, tensors=(0, 1, 2), is_serial=False),  # o2 may run before o1
        Cut(step=3, tensors=(0, 2, 3), is_serial=True),
        Cut(step=4, tensors=(0, 4), is_serial=True),
    )


def test_thin_and_serial_cuts_come_first():
    division = divide(BLOCK, range(5), max_operators=4, max_cut_tensors=2)

    # two thin cuts are within four steps: the further one
    assert [cut.step for cut in division.cuts] == [4]
    assert division.parts == ((0, 1, 2, 3), (4,))
    assert division.is_serial
    # of steps 1 and 2 the serial one
    assert divide(BLOCK, range(5), max_operators=2, max_cut_tensors=3).cuts[0].step == 1
    assert divide(BLOCK, range(5), max_operators=2, max_cut_tensors=1).parts == ((0, 1, 2, 3, 4),)
    assert divide(BLOCK, range(5), max_operators=5, max_cut_tensors=3).cuts == ()


def test_the_next_place_where_none_is_near():
    # from step 1 on the next thin place is step 4, further than two steps away
    division = divide(BLOCK, range(5), max_operators=2, max_cut_tensors=2)

    assert [cut.step for cut in division.cuts] == [1, 4]


@settings(max_examples=60, deadline=None)
@given(problem=problems(max_operators=6), max_operators=st.integers(1, 6), data=st.data())
def test_laws(problem, max_operators, data):
    orders = list(all_orders(problem))
    schedule = data.draw(st.sampled_from(orders))
    division = divide(problem, schedule, max_operators=max_operators, max_cut_tensors=2)

    assert sum(division.parts, ()) == schedule
    assert all(len(cut.tensors) <= 2 for cut in division.cuts)
    for cut in all_cuts(problem, schedule):
        uses = uses_by_tensor(problem, schedule)
        across = {tensor for tensor, steps in enumerate(uses) if {step < cut.step for step in steps} == {True, False}}
        assert set(cut.tensors) == across
        if cut.is_serial:
            assert all(set(order[: cut.step]) == set(schedule[: cut.step]) for order in orders)
