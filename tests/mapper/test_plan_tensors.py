"""The one way in to plans of whole tensors: equal to exhaustion, honest without time, clear about mistakes."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mapper import plan_tensors as module
from mapper.certificate import Verdict
from mapper.gaps_plan import FIXED_ORDER
from mapper.plan_tensors import Method, plan_tensors
from mapper.problem import plan_problem
from mapper.replay import replay
from tests.mapper import problem_without_places
from tests.mapper.drawn_problems import problem_of, problems_in_scratchpads
from tests.mapper.plan_brute_force import least_need_bytes, least_peak_bytes, optimum_bytes
from workloads.errors import ConfigError
from workloads.zoo import registry

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

# o0 makes t1 of t0; o1, o2 each read t1; o3 reads what they make and t0
DIAMOND = problem_of([4, 2, 3, 3, 1], [(0,), (1,), (1,), (2, 3, 0)], [(1,), (2,), (3,), (4,)], outputs=[4])


@SLOW
@given(drawn=problems_in_scratchpads())
def test_auto_equals_exhaustion(drawn):
    problem, capacity = drawn
    found = plan_tensors(problem, capacity, time_limit_s=20)

    assert found.certificate.verdict is Verdict.OPTIMAL
    assert found.certificate.objective_bytes == found.any_order_bound_bytes == optimum_bytes(problem, capacity)
    assert replay(problem, found.certificate.plan, capacity) == found.certificate.objective_bytes
    assert found.gap_fraction == 0
    assert found.budgets.m_r_bytes == least_need_bytes(problem)
    assert found.budgets.m_p_bytes == found.budgets.m_p_lower_bound_bytes == least_peak_bytes(problem)
    assert found.best_baseline_bytes >= found.certificate.objective_bytes


@SLOW
@given(drawn=problems_in_scratchpads(max_operators=5), method=st.sampled_from([*Method]))
def test_no_method_claims_too_much(drawn, method):
    problem, capacity = drawn
    found = plan_tensors(problem, capacity, method=method, time_limit_s=20)
    best = optimum_bytes(problem, capacity)
    moved = found.certificate.objective_bytes

    assert found.certificate.plan is not None
    assert found.any_order_bound_bytes <= best <= moved
    assert found.total_off_chip_bytes == problem.compulsory_bytes + moved
    if method is Method.GAPS:
        assert moved == optimum_bytes(problem, capacity, order=range(len(problem.operators)))
        assert found.certificate.verdict is Verdict.OPTIMAL
    else:
        assert (found.certificate.verdict is Verdict.OPTIMAL) == (moved == found.any_order_bound_bytes)
    if method is Method.ILP:
        assert moved == best


def test_the_networks_own_order_is_said():
    # in the order given t0 leaves: 4 bytes; around no single operator is that much alive in any order
    found = plan_tensors(DIAMOND, 11, method="gaps")

    assert (found.certificate.verdict, found.certificate.method) == (Verdict.OPTIMAL, FIXED_ORDER)
    assert (found.certificate.lower_bound_bytes, found.any_order_bound_bytes) == (4, 1)
    assert found.gap_fraction == 3 / 4
    assert plan_tensors(DIAMOND, 11).certificate.verdict is Verdict.OPTIMAL


def test_bytes_that_fit_without_places():
    problem, capacity = problem_without_places.PROBLEM, problem_without_places.CAPACITY_BYTES
    found = plan_tensors(problem, capacity)

    assert optimum_bytes(problem, capacity, addresses=False) == 0
    assert found.certificate.verdict is Verdict.OPTIMAL
    assert found.certificate.objective_bytes == optimum_bytes(problem, capacity)


def test_too_small():
    found = plan_tensors(DIAMOND, 10)

    assert (found.certificate.verdict, found.certificate.plan) == (Verdict.INFEASIBLE, None)
    assert found.certificate.reason.startswith("scratchpad of 10 bytes: operator 'o3' needs 11 bytes at once, 1 more")
    assert "('t0' 4, 't2' 3, 't3' 3, 't4' 1)" in found.certificate.reason
    assert set(found.baselines.values()) == {None}
    assert (found.best_baseline_bytes, found.total_off_chip_bytes, found.gap_fraction) == (None, None, None)


@pytest.mark.parametrize("method", [*Method])
def test_hardly_any_time(method):
    found = plan_tensors(DIAMOND, 11, method=method, time_limit_s=1e-9)

    assert found.certificate.verdict is Verdict.FEASIBLE
    assert replay(DIAMOND, found.certificate.plan, 11) == found.certificate.objective_bytes


def test_an_interrupt_returns_the_best_plan_so_far(monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "plan_automatically", interrupted)
    found = plan_tensors(DIAMOND, 11)

    assert found.certificate.verdict is Verdict.FEASIBLE
    assert found.certificate.objective_bytes == found.best_baseline_bytes == 10
    assert found.gap_fraction == 9 / 10  # of 12 bytes alive, the missing one is at least read


@pytest.mark.parametrize("method", [*Method])
def test_one_operator(method):
    found = plan_tensors(problem_of([4, 2], [(0,)], [(1,)], outputs=[1]), 6, method=method)

    assert (found.certificate.verdict, found.certificate.objective_bytes) == (Verdict.OPTIMAL, 0)
    assert found.total_off_chip_bytes == 6


@pytest.mark.parametrize("method", [*Method])
def test_no_operator(method):
    found = plan_tensors(problem_of([], [], []), 1, method=method)

    assert (found.certificate.verdict, found.certificate.objective_bytes) == (Verdict.OPTIMAL, 0)
    assert found.budgets.m_r_bytes == 0


def test_graphs_that_are_not_connected():
    # two chains beside each other: one after the other needs 6 bytes, step by step in turns 8
    problem = problem_of([3, 3, 2, 3, 3, 2], [(), (0,), (1,), (), (3,), (4,)], [(one,) for one in range(6)])
    found = plan_tensors(problem, 6)

    assert (found.certificate.verdict, found.certificate.objective_bytes) == (Verdict.OPTIMAL, 0)


def test_a_tensor_that_nobody_uses():
    # o0 makes t1 and t2, nobody reads t2, and t3 starts off-chip and is read by no one
    problem = problem_of([4, 2, 3, 9, 1], [(0,), (1,)], [(1, 2), (4,)])
    found = plan_tensors(problem, 9)

    assert (found.certificate.verdict, found.certificate.objective_bytes) == (Verdict.OPTIMAL, 0)
    assert problem.compulsory_bytes == 4
    assert {episode.tensor for episode in found.certificate.plan.episodes} == {0, 1, 2, 4}


@pytest.mark.parametrize(
    ("capacity", "options", "message"),
    [
        (0, {}, "scratchpad: expected at least 1 byte, found 0"),
        (-5, {}, "scratchpad: expected at least 1 byte, found -5"),
        (11, {"time_limit_s": 0}, "time limit: expected more than 0 seconds, found 0"),
        (11, {"time_limit_s": float("nan")}, "time limit: expected more than 0 seconds, found nan"),
        (11, {"method": "cosma"}, "unknown method 'cosma': expected one of auto, ilp, search, gaps, greedy"),
    ],
)
def test_mistakes(capacity, options, message):
    with pytest.raises(ConfigError, match=message):
        plan_tensors(DIAMOND, capacity, **options)


def test_too_large_for_the_program():
    problem = plan_problem(registry.build("resnet50"), with_weights=False)
    with pytest.raises(
        ConfigError, match="method ilp: the program of 'resnet50' would have 72 steps, expected at most"
    ):
        plan_tensors(problem, 2**22, method="ilp")


def test_densenet_with_two_input_concatenations():
    problem = plan_problem(registry.build("densenet121_binary_concat"), with_weights=False)
    tight = plan_tensors(problem, 1_634_560)
    wide = plan_tensors(problem, 2_107_392)

    assert (tight.budgets.m_r_bytes, tight.budgets.m_p_bytes) == (1_634_560, 2_107_392)
    assert tight.budgets.is_m_p_proven
    assert (tight.certificate.verdict, tight.certificate.objective_bytes) == (Verdict.OPTIMAL, 2_609_152)
    assert (wide.certificate.verdict, wide.certificate.objective_bytes) == (Verdict.OPTIMAL, 0)


@pytest.mark.parametrize(("name", "with_weights"), [("resnet50", True), ("vit_base", False), ("nasnet_a", False)])
def test_networks_are_proven_at_m_r(name, with_weights):
    problem = plan_problem(registry.build(name), with_weights=with_weights)
    found = plan_tensors(problem, least_need_bytes(problem))

    assert found.certificate.verdict is Verdict.OPTIMAL
    assert found.certificate.objective_bytes > 0
