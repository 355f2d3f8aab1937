"""Steps that use a tensor follow the order, not the operators' numbers."""

from __future__ import annotations

from mapper.uses import uses_by_tensor
from tests.mapper.drawn_problems import problem_of


def test_positions_of_the_order():
    # o0 makes t1 of t0, o1 makes t2, o2 reads t1, t2; nobody uses t3
    problem = problem_of([1, 1, 1, 1], [(0,), (), (1, 2)], [(1,), (2,), ()])

    assert uses_by_tensor(problem, (0, 1, 2)) == ((0,), (0, 2), (1, 2), ())
    assert uses_by_tensor(problem, (1, 0, 2)) == ((1,), (1, 2), (0, 2), ())
