"""All baselines of one problem at once."""

from __future__ import annotations

from hypothesis import given, settings

from mapper.baselines import baseline_bytes, baseline_plans
from mapper.replay import replay
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import optimum_bytes

NAMES = [
    "file_order_belady",
    "file_order_cheapest",
    "least_peak_belady",
    "least_peak_cheapest",
    "greedy_by_size",
    "tflite_like",
]
# two branches: 8 bytes shrink to 1, twice, then both are read
BRANCHES = problem_of([8, 8, 1, 1], [(), (), (0,), (1,), (2, 3)], [(0,), (1,), (2,), (3,), ()])


def test_by_hand():
    moved = baseline_bytes(BRANCHES, baseline_plans(BRANCHES, 10))

    assert list(moved) == NAMES
    # file order: the first 8 makes way for the second, the second for the first, each comes back: 2 * (8 + 8)
    assert moved["least_peak_belady"] == moved["least_peak_cheapest"] == 0
    assert moved["file_order_belady"] == moved["file_order_cheapest"] == 32
    assert moved["tflite_like"] is None


def test_an_order_that_is_given():
    plans = baseline_plans(BRANCHES, 10, least_peak_order=(1, 3, 0, 2, 4))

    assert plans["least_peak_belady"] is not None
    assert plans["least_peak_belady"].schedule == (1, 3, 0, 2, 4)


def test_none_fits_below_the_largest_demand():
    assert set(baseline_bytes(BRANCHES, baseline_plans(BRANCHES, 8)).values()) == {None}


@settings(max_examples=60, deadline=None)
@given(drawn=problems_in_scratchpads(max_operators=5))
def test_none_beats_the_optimum(drawn):
    problem, capacity = drawn
    best = optimum_bytes(problem, capacity)
    plans = baseline_plans(problem, capacity)
    moved = baseline_bytes(problem, plans)

    assert [name for name, plan in plans.items() if plan is None] in ([], ["tflite_like"])
    for name, plan in plans.items():
        if plan is not None:
            assert replay(problem, plan, capacity) == moved[name] >= best
