"""Plans of whole tensors: exact search beside the joint integer program on random graphs and on published networks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from benchmarks.measurement import Better, Measurement
from benchmarks.process import BenchmarkError
from mapper.certificate import Certificate, Verdict
from mapper.ilp_joint import plan_jointly
from mapper.ilp_solver import SOLVER
from mapper.least_peak import least_peak
from mapper.plan_tensors import budgets_with_peak, plan_tensors
from mapper.problem import PlanProblem, plan_problem
from mapper.search import search
from sparsim.plan_table import warm_up
from sparsim.scratchpad_size import BudgetName
from workloads.load import load_network

_SEEDS = range(1, 6)
_BUDGETS = (BudgetName.M_R, BudgetName.M_H)
_TIME_LIMIT_SECONDS = 60.0
_TARGET_SECONDS = 5.0
_NETWORKS = ("r2plus1d_18", "vit_base", "s3d")
"""Of the ten hand-designed ones: the smallest, one of three times its operators, one that the program does not do."""


def measure() -> Iterator[Measurement]:
    """Yield figures of WS(nodes, 4, 0.75) with equal tensors at M_R and M_H, then of hand-designed networks at M_R.

    Raises
    ------
    BenchmarkError
        When two methods prove different objectives.
    """
    warm_up()
    for problem, budget, capacity_bytes in _graphs(16):
        yield _against_program(problem, f"{problem.name} at {budget}", capacity_bytes, _searched)
    for number, (problem, budget, capacity_bytes) in enumerate(_graphs(24)):
        yield _search_seconds(problem, f"{problem.name} at {budget}", capacity_bytes, _TARGET_SECONDS)
        if number == 0:
            yield _against_program(problem, f"{problem.name} at {budget}", capacity_bytes, _searched)
    for problem, budget, capacity_bytes in _graphs(32):
        yield _search_seconds(problem, f"{problem.name} at {budget}", capacity_bytes, None)
    for name in _NETWORKS:
        problem = plan_problem(load_network(name), with_weights=False)
        yield _against_program(problem, f"{name} at M_R", _capacity(problem, BudgetName.M_R), _planned)


def _graphs(num_nodes: int) -> Iterator[tuple[PlanProblem, BudgetName, int]]:
    for seed in _SEEDS:
        network = load_network("randwire_ws", bindings={"nodes": num_nodes, "seed": seed})
        problem = plan_problem(network, with_weights=False)
        named = replace(problem, name=f"randwire_ws of {num_nodes} nodes, seed {seed}")
        for budget in _BUDGETS:
            yield named, budget, _capacity(named, budget)


def _capacity(problem: PlanProblem, budget: BudgetName) -> int:
    return budget.of(budgets_with_peak(problem, least_peak(problem, time_limit_s=_TIME_LIMIT_SECONDS)))


def _searched(problem: PlanProblem, capacity_bytes: int) -> Certificate:
    return search(problem, capacity_bytes, time_limit_s=_TIME_LIMIT_SECONDS)


def _planned(problem: PlanProblem, capacity_bytes: int) -> Certificate:
    """What ``sparsim plan`` does, baselines and least peak included."""
    return plan_tensors(problem, capacity_bytes, time_limit_s=_TIME_LIMIT_SECONDS).certificate


def _search_seconds(problem: PlanProblem, name: str, capacity_bytes: int, target: float | None) -> Measurement:
    found = _searched(problem, capacity_bytes)
    if target is not None and found.verdict is not Verdict.OPTIMAL:
        raise BenchmarkError(f"{name}: {found.verdict} after {found.seconds:.1f} s, expected a proof")
    return Measurement(
        name=f"search, {name}",
        value=found.seconds,
        unit="s",
        target=target,
        better=Better.LOWER,
        details=f"{_statement(found)}, scratchpad of {capacity_bytes:,} bytes",
    )


def _against_program(
    problem: PlanProblem,
    name: str,
    capacity_bytes: int,
    method: Callable[[PlanProblem, int], Certificate],
) -> Measurement:
    """How many times as long the joint program takes; at least, where it does not finish."""
    ours = method(problem, capacity_bytes)
    theirs = plan_jointly(problem, capacity_bytes, time_limit_s=_TIME_LIMIT_SECONDS)
    proven = [one.objective_bytes for one in (ours, theirs) if one.verdict is Verdict.OPTIMAL]
    if len(set(proven)) > 1:
        raise BenchmarkError(f"{name}: {ours.method} proves {proven[0]:,} bytes, the joint program {proven[1]:,}")
    return Measurement(
        name=f"joint program over {ours.method}, {name}",
        value=theirs.seconds / ours.seconds,
        unit="x",
        details=f"{len(problem.operators)} operators; {ours.method}: {_statement(ours)}; "
        f"joint program, {SOLVER}, one thread: {_statement(theirs)}",
    )


def _statement(found: Certificate) -> str:
    if found.verdict is Verdict.OPTIMAL:
        return f"{found.objective_bytes:,} bytes, proven least, in {found.seconds:.3f} s"
    plan = "no plan" if found.objective_bytes is None else f"{found.objective_bytes:,} bytes"
    return f"unfinished after {found.seconds:.0f} s: {plan}, no less than {found.lower_bound_bytes:,}"
