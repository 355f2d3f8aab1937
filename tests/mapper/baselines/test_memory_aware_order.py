"""An order that can be executed, and keeps less alive where one step ahead shows it."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.baselines.memory_aware_order import memory_aware_order
from tests.mapper.drawn_problems import problem_of, problems
from tests.mapper.plan_brute_force import all_orders, peak_bytes


def test_finishes_a_branch_before_it_begins_another():
    # o0, o1 make 8 bytes each, o2, o3 shrink them to 1. In file order both 8s are alive: 8 + 8 + 1.
    problem = problem_of([8, 8, 1, 1], [(), (), (0,), (1,), (2, 3)], [(0,), (1,), (2,), (3,), ()])

    assert memory_aware_order(problem) == (0, 2, 1, 3, 4)
    assert peak_bytes(problem, range(5)) == 17
    assert peak_bytes(problem, memory_aware_order(problem)) == 10


@settings(max_examples=80, deadline=None)
@given(problem=problems(max_operators=6))
def test_is_an_order(problem):
    assert memory_aware_order(problem) in set(all_orders(problem))
