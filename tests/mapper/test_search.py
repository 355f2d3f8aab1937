"""Search over orders: equal to exhaustion on small problems, lawful on all, replayed always."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings

from mapper.budgets import peak_bytes
from mapper.certificate import Verdict
from mapper.replay import replay
from mapper.search import search
from tests.mapper.drawn_problems import problem_of, problems, problems_in_scratchpads
from tests.mapper.plan_brute_force import least_need_bytes, least_peak_bytes, optimum_bytes
from workloads.errors import ConfigError

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def small_world(num_nodes, seed):
    """A node an operator, edges from lower to higher nodes, every tensor one byte, ends are outputs."""
    graph = nx.connected_watts_strogatz_graph(num_nodes, 4, 0.75, seed=seed)
    read = [tuple(sorted(other for other in graph[node] if other < node)) for node in range(num_nodes)]
    ends = [node for node in range(num_nodes) if all(other < node for other in graph[node])]
    return problem_of([1] * num_nodes, read, [(node,) for node in range(num_nodes)], outputs=ends)


@SLOW
@given(drawn=problems_in_scratchpads())
def test_equals_exhaustion(drawn):
    problem, capacity = drawn
    found = search(problem, capacity, time_limit_s=20)

    assert replay(problem, found.plan, capacity) == found.objective_bytes
    assert found.lower_bound_bytes == optimum_bytes(problem, capacity, addresses=False)
    best = optimum_bytes(problem, capacity)
    assert found.objective_bytes >= best
    if found.verdict is Verdict.OPTIMAL:
        assert found.objective_bytes == best


@SLOW
@given(drawn=problems_in_scratchpads())
def test_a_beam_is_never_better(drawn):
    problem, capacity = drawn
    beam = search(problem, capacity, beam=1, time_limit_s=20)

    assert replay(problem, beam.plan, capacity) == beam.objective_bytes
    assert (
        beam.objective_bytes >= search(problem, capacity, time_limit_s=20).lower_bound_bytes >= beam.lower_bound_bytes
    )


@SLOW
@given(problem=problems())
def test_nothing_moves_from_the_least_peak_on(problem):
    found = search(problem, least_peak_bytes(problem), time_limit_s=20)

    assert found.lower_bound_bytes == 0


@pytest.mark.parametrize(("seed", "optimum"), [(0, 5), (1, 6), (2, 0), (3, 7), (4, 6), (5, 3)])
def test_small_worlds(seed, optimum):
    """Optima of an exhaustive pass without the exchange of departures and without the load bound."""
    problem = small_world(16, seed)
    found = search(problem, least_need_bytes(problem), time_limit_s=20)

    assert found.lower_bound_bytes == optimum
    assert replay(problem, found.plan, least_need_bytes(problem)) == found.objective_bytes
    assert found.verdict is (Verdict.OPTIMAL if found.objective_bytes == optimum else Verdict.FEASIBLE)


def test_more_room_never_costs_more():
    problem = small_world(16, 1)
    least, most = least_need_bytes(problem), peak_bytes(problem, range(16))
    bounds = [search(problem, capacity, time_limit_s=20).lower_bound_bytes for capacity in range(least, most + 1)]

    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] > 0
    assert bounds[-1] == 0


def test_more_operators_than_bits_in_a_word():
    """130 operators in a chain; the first one's tensor is read again by the last: it leaves, and comes back."""
    read = [(), *((node - 1,) for node in range(1, 129)), (0, 128)]
    problem = problem_of([2] + [3] * 129, read, [(node,) for node in range(130)])
    found = search(problem, 8, time_limit_s=20)
    tight = search(problem, 7, time_limit_s=20)

    assert (found.verdict, found.objective_bytes) == (Verdict.OPTIMAL, 0)
    assert (tight.verdict, tight.reason[:30]) == (Verdict.INFEASIBLE, "scratchpad of 7 bytes: operator"[:30])


def test_what_leaves_among_more_tensors_than_bits_in_a_word():
    """As above, with a step of two new tensors of 4 in the middle: 2 + 3 + 4 + 4 do not fit in 11; 2 leaves: 2 * 2."""
    read = [(), *((node - 1,) for node in range(1, 129)), (0, 128)]
    made = [(node,) for node in range(130)]
    made[70] = (70, 130)
    sizes = [2] + [3] * 130
    sizes[70] = sizes[130] = 4
    problem = problem_of(sizes, read, made)
    found = search(problem, 11, time_limit_s=20)

    assert (found.verdict, found.objective_bytes) == (Verdict.OPTIMAL, 4)
    assert replay(problem, found.plan, 11) == 4


def test_an_upper_bound_that_nothing_meets():
    problem = small_world(16, 0)
    found = search(problem, least_need_bytes(problem), time_limit_s=20, upper_bound_bytes=4)

    assert found.verdict is Verdict.UNKNOWN
    assert found.plan is None
    assert found.lower_bound_bytes == 5


def test_too_small_a_scratchpad():
    found = search(problem_of([4, 2], [(0,)], [(1,)]), 5, time_limit_s=1)

    assert found.verdict is Verdict.INFEASIBLE
    assert "needs 6 bytes at once, 1 more ('t0' 4, 't1' 2)" in found.reason


def test_no_operators():
    assert search(problem_of([], [], []), 1, time_limit_s=1).verdict is Verdict.OPTIMAL


def test_bad_options():
    problem = problem_of([1], [()], [(0,)])
    with pytest.raises(ConfigError, match="search: beam is 0, expected at least 1 state a step"):
        search(problem, 1, beam=0, time_limit_s=1)
    with pytest.raises(ConfigError, match="search: time_limit_s is 0, expected more than 0 seconds"):
        search(problem, 1, time_limit_s=0)


def test_time_is_up_before_anything_is_found():
    found = search(small_world(32, 0), 6, time_limit_s=1e-9)

    assert found.verdict is Verdict.UNKNOWN
