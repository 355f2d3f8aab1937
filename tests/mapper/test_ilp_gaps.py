"""The gap program by itself: bytes only, and what is forbidden."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from mapper.gaps import Gap, moved_bytes
from mapper.ilp_gaps import GapProgram
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import all_orders, optimum_bytes

# o0 makes t1 of t0, o1 makes t2 of t1, o2 makes t3 of t0 and t2, in units of 100 bytes
PROBLEM = problem_of([400, 200, 300, 100], [(0,), (1,), (0, 2)], [(1,), (2,), (3,)], outputs=[3])
T0, T1, T2 = Gap(0, 0, 2), Gap(1, 0, 1), Gap(2, 1, 2)


def test_what_does_not_fit_leaves():
    # o1 needs 500 and t0 is across: 900
    program = GapProgram(PROBLEM, (0, 1, 2), 900)
    assert (program.gaps, program.solve(10).kept) == ((T0, T1, T2), {T0, T1, T2})

    choice = GapProgram(PROBLEM, (0, 1, 2), 899).solve(10)
    assert (choice.kept, choice.lower_bound_bytes, choice.is_proven) == ({T1, T2}, 400, True)


def test_forbidden_together():
    program = GapProgram(PROBLEM, (0, 1, 2), 900)
    program.forbid({T0, T1})  # t0: a read of 400; t1: a write and a read of 200; t2 at 600 stays
    assert program.solve(10).lower_bound_bytes == 400
    program.forbid({T1})
    assert program.solve(10).kept == {T0, T2}
    program.forbid({T0, T2})
    assert program.solve(10).lower_bound_bytes == 400 + 400


def test_without_time():
    choice = GapProgram(PROBLEM, (0, 1, 2), 899).solve(0)

    assert (choice.kept, choice.lower_bound_bytes, choice.is_proven) == (None, 0, False)


@settings(max_examples=100, deadline=None)
@given(drawn=problems_in_scratchpads(), data=st.data())
def test_equal_to_exhaustion_by_bytes(drawn, data):
    problem, capacity = drawn
    order = data.draw(st.sampled_from(list(all_orders(problem))))
    program = GapProgram(problem, order, capacity)
    choice = program.solve(10)

    moved = moved_bytes(problem, frozenset(program.gaps) - choice.kept)
    assert choice.is_proven
    assert moved == choice.lower_bound_bytes == optimum_bytes(problem, capacity, order=order, addresses=False)
