"""Plans of whole tensors, the one way in: budgets, baselines, the best plan with its bound, each plan replayed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum

from mapper.auto_plan import AutoTask, plan_automatically
from mapper.baselines import baseline_plans
from mapper.budgets import Budgets, budgets, shortage
from mapper.certificate import Certificate, Verdict
from mapper.gaps_plan import plan_gaps
from mapper.ilp_joint import JointOptions, plan_jointly
from mapper.ilp_order_free import order_free_bound_bytes
from mapper.ilp_solver import SOLVER
from mapper.incumbent import Incumbent
from mapper.interruption import interrupts_at_safe_points
from mapper.least_peak import PeakResult, least_peak
from mapper.peak_bound import peak_bound_bytes
from mapper.problem import PlanProblem
from mapper.replay import replay
from mapper.search import search
from workloads.errors import ConfigError

_MOST_ILP_OPERATORS = 60
_PART_FOR_PEAK = 0.2
_PART_FOR_BOUND = 0.2
"""Of the time, for what all orders have in common when a plan is made for one of them."""


class Method(StrEnum):
    """How a plan is looked for."""

    AUTO = "auto"
    """All of what follows, cheapest first, and blocks of large graphs one by one."""
    ILP = "ilp"
    """The joint integer program of order, residency and addresses: small graphs only."""
    SEARCH = "search"
    """All states of an order cut short, after a beam."""
    GAPS = "gaps"
    """The network's own order; verdict and bound of the certificate are of that order."""
    GREEDY = "greedy"
    """The best of the baselines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorPlanning:
    """What is known of the plans of a problem in a scratchpad.

    Parameters
    ----------
    problem : PlanProblem
    capacity_bytes : int
    certificate : Certificate
        Over all orders; with ``Method.GAPS``, of the problem's own order.
    any_order_bound_bytes : int
        No plan of any order moves less; the certificate's bound but with ``Method.GAPS``.
    plan_from, bound_from : str
        Who found the plan, and who proved ``any_order_bound_bytes``; empty where there is none.
    budgets : Budgets
    baselines : mapping of str to (int or None)
        Bytes beyond the compulsory ones by name of the baseline; None where it has no plan.
    """

    problem: PlanProblem
    capacity_bytes: int
    certificate: Certificate
    any_order_bound_bytes: int
    plan_from: str
    bound_from: str
    budgets: Budgets
    baselines: Mapping[str, int | None]

    @property
    def gap_fraction(self) -> float | None:
        """How far the plan may be from the best of all orders, of its bytes; None without a plan."""
        return replace(self.certificate, lower_bound_bytes=self.any_order_bound_bytes).gap_fraction

    @property
    def best_baseline_bytes(self) -> int | None:
        """What the best baseline moves; None where none has a plan."""
        return min((moved for moved in self.baselines.values() if moved is not None), default=None)

    @property
    def total_off_chip_bytes(self) -> int | None:
        """Compulsory bytes and those of the plan; None without one."""
        moved = self.certificate.objective_bytes
        return None if moved is None else self.problem.compulsory_bytes + moved


def plan_tensors(
    problem: PlanProblem,
    capacity_bytes: int,
    *,
    method: Method | str = Method.AUTO,
    time_limit_s: float = 60.0,
    peak: PeakResult | None = None,
) -> TensorPlanning:
    """Return the plan of ``problem`` that moves least, as far as is known when time is up, or the user interrupts.

    Parameters
    ----------
    problem : PlanProblem
    capacity_bytes : int
    method : {"auto", "ilp", "search", "gaps", "greedy"}
    time_limit_s : float
        When it ends, the best plan so far is returned with its gap; the baselines are there at once.
    peak : PeakResult, optional
        Of ``problem``, where it is known already.

    Raises
    ------
    ConfigError
        For an unknown method, a capacity below one byte, a time limit that is not positive, or a problem that is too
        large for ``ilp``.
    PlanRejected
        When a planner's plan cannot be carried out: an internal error.
    """
    start = time.perf_counter()
    wanted = check_request(method, time_limit_s)
    _check_size(problem, capacity_bytes, wanted)
    peak = peak or least_peak(problem, time_limit_s=time_limit_s * _PART_FOR_PEAK)
    plans = baseline_plans(problem, capacity_bytes, least_peak_order=peak.schedule)
    baselines = {name: None if plan is None else replay(problem, plan, capacity_bytes) for name, plan in plans.items()}
    one = Incumbent(problem=problem, capacity_bytes=capacity_bytes)
    certificate = None
    if reason := shortage(problem, capacity_bytes):
        certificate = Certificate(verdict=Verdict.INFEASIBLE, seconds=0.0, method=str(wanted), reason=reason)
    else:
        for name, plan in plans.items():
            one.offer(plan, name)
        # After an interrupt the best plan so far is the answer.
        with suppress(KeyboardInterrupt), interrupts_at_safe_points():
            certificate = _improve(one, wanted, peak, start + time_limit_s)
    certificate = certificate or one.certificate(str(wanted), 0.0)
    return TensorPlanning(
        problem=problem,
        capacity_bytes=capacity_bytes,
        certificate=replace(certificate, seconds=time.perf_counter() - start),
        any_order_bound_bytes=one.lower_bound_bytes,
        plan_from=one.plan_from,
        bound_from=one.bound_from,
        budgets=budgets_with_peak(problem, peak),
        baselines=baselines,
    )


def budgets_with_peak(problem: PlanProblem, peak: PeakResult) -> Budgets:
    """Return the budgets of ``problem`` with what is known of its least peak."""
    found = budgets(problem, [peak.schedule])
    return replace(found, m_p_lower_bound_bytes=max(found.m_p_lower_bound_bytes, peak.lower_bound_bytes))


def check_request(method: Method | str, time_limit_s: float) -> Method:
    """Return the method of that name.

    Raises
    ------
    ConfigError
        For an unknown name, or a time limit that is not positive.
    """
    if not time_limit_s > 0:
        raise ConfigError(f"time limit: expected more than 0 seconds, found {time_limit_s:g}")
    if method not in [*Method]:
        raise ConfigError(f"unknown method {str(method)!r}: expected one of {', '.join(Method)}")
    return Method(method)


def _check_size(problem: PlanProblem, capacity_bytes: int, method: Method) -> None:
    if capacity_bytes < 1:
        raise ConfigError(f"scratchpad: expected at least 1 byte, found {capacity_bytes}")
    if method is Method.ILP and len(problem.operators) > _MOST_ILP_OPERATORS:
        raise ConfigError(
            f"method ilp: the program of {problem.name!r} would have {len(problem.operators)} steps, expected at most "
            f"{_MOST_ILP_OPERATORS}; auto and search take any number"
        )


def _improve(one: Incumbent, method: Method, peak: PeakResult, deadline: float) -> Certificate | None:
    """Improve the incumbent; return a certificate where it is not the incumbent's."""
    one.raise_bound(peak_bound_bytes(one.problem, one.capacity_bytes, peak.lower_bound_bytes), "least peak")
    if method is Method.GAPS:
        return _own_order(one, deadline)
    if one.is_proven or method is Method.GREEDY:
        return None
    if method is Method.AUTO:
        plan_automatically(AutoTask(incumbent=one, peak=peak, deadline=deadline))
        return None
    seconds = max(deadline - time.perf_counter(), 1e-9)
    if method is Method.ILP:
        options = JointOptions(most_bytes=one.moved_bytes)
        found = plan_jointly(one.problem, one.capacity_bytes, options=options, time_limit_s=seconds)
        one.solver = SOLVER
    else:
        found = search(one.problem, one.capacity_bytes, time_limit_s=seconds, upper_bound_bytes=one.moved_bytes)
    one.offer(found.plan, str(method))
    one.raise_bound(found.lower_bound_bytes, str(method))
    return None


def _own_order(one: Incumbent, deadline: float) -> Certificate:
    """The best plan of the problem's own order, whatever baselines of other orders there are."""
    baseline = replace(one, plan=None, moved_bytes=None)
    seconds = (deadline - time.perf_counter()) * (1 - _PART_FOR_BOUND)
    found = plan_gaps(one.problem, one.capacity_bytes, is_order_free=False, time_limit_s=max(seconds, 0.0))
    baseline.offer(found.plan, found.method)
    one.plan, one.moved_bytes, one.plan_from = baseline.plan, baseline.moved_bytes, baseline.plan_from
    if not one.is_proven:
        left = max(deadline - time.perf_counter(), 0.0)
        bound = order_free_bound_bytes(one.problem, one.capacity_bytes, left)
        one.raise_bound(bound, "what is alive around each operator")
    return found
