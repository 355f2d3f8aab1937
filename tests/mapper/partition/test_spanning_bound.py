"""A bound over all orders: by hand, and below the optimum."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from mapper.partition.spanning_bound import spanning_bound_bytes
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import optimum_bytes


def around(*sizes: int, outputs: frozenset[int] = frozenset()):
    """o0 makes tensors of ``sizes`` and t, o1 makes u (6) of t (4), o2 reads all but t."""
    kept = tuple(range(len(sizes)))
    t, u = len(sizes), len(sizes) + 1
    return problem_of([*sizes, 4, 6], [(), (t,), (*kept, u)], [(*kept, t), (u,), ()], outputs=outputs)


@pytest.mark.parametrize(
    ("problem", "capacity", "bound"),
    [
        (around(3), 13, 0),
        # 10 + 3 - 12 = 1 byte is missing; what leaves is a multiple of 3, written and read
        (around(3), 12, 6),
        # the output is written anyway: read only
        (around(3, outputs=frozenset({0})), 12, 3),
        # 10 + 6 + 4 - 16 = 4 bytes, units of 2: 4 written and read
        (around(6, 4), 16, 8),
        # 10 + 2 + 4 - 12 = 4: the output's 2 once, 2 more twice
        (around(2, 4, outputs=frozenset({0})), 12, 6),
    ],
)
def test_by_hand(problem, capacity, bound):
    assert spanning_bound_bytes(problem, capacity) == bound


def test_operators_apart_add_up():
    # two of them one behind the other, the second after the first's last
    read = [(), (1,), (0, 2), (3,), (5,), (4, 6)]
    made = [(0, 1), (2,), (3,), (4, 5), (6,), ()]
    problem = problem_of([3, 4, 6, 1, 3, 4, 6], read, made)

    assert spanning_bound_bytes(problem, 12) == 6 + 6


@settings(max_examples=100, deadline=None)
@given(drawn=problems_in_scratchpads())
def test_no_plan_has_less(drawn):
    problem, capacity = drawn

    assert spanning_bound_bytes(problem, capacity) <= optimum_bytes(problem, capacity, addresses=False)
