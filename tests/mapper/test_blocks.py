"""Bounds of blocks add up to a bound of the whole, and their orders to an order of it."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.blocks import search_blocks
from mapper.partition import Division, divide
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import all_orders, optimum_bytes

# a (5) is made first and read last; between, o1 makes b (3), o2 makes c (4) of it, o3 makes d (3) of c
PASSING = problem_of([5, 3, 4, 3], [(0,), (0,), (1,), (2,), (0, 3)], [(), (1,), (2,), (3,), ()])


def blocks(problem, division, capacity, seconds=10.0):
    return search_blocks(problem, division, capacity, deadline=time.perf_counter() + seconds)


def test_one_block_is_the_whole():
    # in 11 bytes a leaves while o2 runs: it has a copy, so 5 are read; as one block that is found and proven
    whole = Division(schedule=tuple(range(5)), cuts=())
    found = blocks(PASSING, whole, 11)

    assert found.lower_bound_bytes == optimum_bytes(PASSING, 11, addresses=False)
    assert sorted(found.schedule) == [0, 1, 2, 3, 4]


def test_equal_cells_add_up():
    # two cells one after the other; in each, t1 is read again after 3 + 3 bytes that do not fit beside it
    read = [(), (0,), (1,), (0, 2), (3,), (4,), (5,), (4, 6)]
    problem = problem_of([2, 3, 3, 2, 2, 3, 3, 2], read, [(one,) for one in range(8)])
    division = divide(problem, range(8), max_operators=4)

    assert [len(part) for part in division.parts] == [4, 4]
    assert blocks(problem, division, 7).lower_bound_bytes == optimum_bytes(problem, 7, addresses=False) == 8


@settings(max_examples=80, deadline=None)
@given(drawn=problems_in_scratchpads(), max_operators=st.integers(1, 4), max_tensors=st.integers(0, 3))
def test_any_division_is_valid(drawn, max_operators, max_tensors):
    problem, capacity = drawn
    order = range(len(problem.operators))
    division = divide(problem, order, max_operators=max_operators, max_cut_tensors=max_tensors)
    found = blocks(problem, division, capacity)

    assert found.lower_bound_bytes <= optimum_bytes(problem, capacity, addresses=False)
    assert found.schedule in set(all_orders(problem))


@settings(max_examples=40, deadline=None)
@given(drawn=problems_in_scratchpads())
def test_without_cuts_nothing_is_lost(drawn):
    problem, capacity = drawn
    whole = Division(schedule=tuple(range(len(problem.operators))), cuts=())

    assert blocks(problem, whole, capacity).lower_bound_bytes == optimum_bytes(problem, capacity, addresses=False)


def test_without_time_there_is_still_an_order():
    whole = Division(schedule=tuple(range(5)), cuts=())
    found = blocks(PASSING, whole, 11, seconds=-1.0)

    assert sorted(found.schedule) == [0, 1, 2, 3, 4]
