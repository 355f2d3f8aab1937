"""The bound from the least peak."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.peak_bound import peak_bound_bytes
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import least_peak_bytes, optimum_bytes

# a (5) is made first and read last; between, o1 makes b (3), o2 makes c (4) of it: 12 bytes are alive
PASSING = problem_of([5, 3, 4, 3], [(), (), (1,), (2,), (0, 3)], [(0,), (1,), (2,), (3,), ()])


def test_by_hand():
    assert peak_bound_bytes(PASSING, 12, 12) == 0
    # one byte is missing; the smallest tensor is 3: 3 written, 3 read
    assert peak_bound_bytes(PASSING, 11, 12) == 6
    # four are missing: c; five: a; six: b twice over does not exist, b + c = 7 is the next sum
    assert [peak_bound_bytes(PASSING, capacity, 12) for capacity in (8, 7, 6)] == [8, 10, 12]


def test_what_has_a_copy_moves_once():
    # t0 starts off-chip and is read twice: leaving costs its second read
    problem = problem_of([5, 3, 3], [(0,), (1,), (0, 2)], [(1,), (2,), ()])

    assert peak_bound_bytes(problem, 10, 12) == 2
    # of 6 missing bytes at least 1 is not t0's: t1 or t2, written and read; t0 may leave for the 3 others
    assert peak_bound_bytes(problem, 6, 12) == 3 + 3 + 3


def test_sums_too_fine_to_tell_apart():
    problem = problem_of([30_000_001, 30_000_000], [(), (0,), (0, 1)], [(0,), (1,), ()])

    assert peak_bound_bytes(problem, 1, 25_000_001) == 50_000_000


@settings(max_examples=80, deadline=None)
@given(drawn=problems_in_scratchpads())
def test_never_above_the_optimum(drawn):
    problem, capacity = drawn

    assert peak_bound_bytes(problem, capacity, least_peak_bytes(problem)) <= optimum_bytes(problem, capacity)
