"""The best plan over all orders: a beam for a first plan, then every state that may lead to a better one."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace

from mapper.allocate import PackingVerdict
from mapper.budgets import shortage
from mapper.certificate import Certificate, Verdict
from mapper.gaps_plan import plan_gaps
from mapper.kernels.order_search import Graph
from mapper.place_or_split import place_or_split
from mapper.problem import PlanProblem
from mapper.search_graph import graph_of
from mapper.search_layers import Effort, Outcome, Residency, search_layers
from mapper.stay_places import StayPacker
from mapper.tensor_plan import TensorPlan, spill_bytes
from workloads.errors import ConfigError

METHOD = "search"

_FIRST_BEAM = 30
_EXACT_BEAM = 300
"""Beams that come before an exact search: the better the plan, the fewer states may beat it."""

_BEAM_COVERS = 64
"""Ways to make room that a beam tries for one operator of one state."""

_PLACING_FRACTION = 0.2
"""Of the time: kept for finding places."""


def search(
    problem: PlanProblem,
    capacity_bytes: int,
    *,
    beam: int | None = None,
    time_limit_s: float,
    upper_bound_bytes: int | None = None,
) -> Certificate:
    """Return the plan that moves least, over all orders.

    States of an order cut short are compared by bytes alone. The best order and residency then get places; when they
    have none, other stays of that order are taken, and the answer says how far it may be from the best.

    Parameters
    ----------
    problem : PlanProblem
    capacity_bytes : int
    beam : int or None
        States kept a step; all that matter when None: exact, and exponential at worst.
    time_limit_s : float
        When it ends, the best plan so far is returned, if any.
    upper_bound_bytes : int or None
        Only plans that move at most this are looked for; without one the verdict is ``unknown``.

    Raises
    ------
    ConfigError
        For a beam below 1 or a time limit that is not positive.
    """
    _check(beam, time_limit_s)
    start = time.perf_counter()
    if reason := shortage(problem, capacity_bytes):
        return Certificate(
            verdict=Verdict.INFEASIBLE, seconds=time.perf_counter() - start, method=METHOD, reason=reason
        )
    if not problem.operators:
        plan = TensorPlan(schedule=(), episodes=())
        return Certificate(verdict=Verdict.OPTIMAL, plan=plan, objective_bytes=0, seconds=0.0, method=METHOD)
    task = _Task(
        problem=problem,
        graph=graph_of(problem, capacity_bytes),
        most_bytes=upper_bound_bytes,
        deadline=start + time_limit_s * (1 - _PLACING_FRACTION),
    )
    outcome = _best_residency(task, beam)
    found = _placed(problem, capacity_bytes, outcome, start + time_limit_s)
    return replace(found, seconds=time.perf_counter() - start)


def least_residency(
    problem: PlanProblem,
    capacity_bytes: int,
    *,
    deadline: float,
    beam: int | None = None,
    upper_bound_bytes: int | None = None,
) -> Outcome:
    """Return the order and the stays that move least, whatever their addresses, as far as known by ``deadline``.

    Parameters
    ----------
    problem : PlanProblem
    capacity_bytes : int
        At least M_R.
    deadline : float
        Of ``time.perf_counter``.
    beam, upper_bound_bytes
        As for ``search``.
    """
    if not problem.operators:
        return Outcome(best=Residency(schedule=(), kept=frozenset(), cost_bytes=0), lower_bound_bytes=0)
    graph = graph_of(problem, capacity_bytes)
    task = _Task(problem=problem, graph=graph, most_bytes=upper_bound_bytes, deadline=deadline)
    return _best_residency(task, beam)


def _check(beam: int | None, time_limit_s: float) -> None:
    if beam is not None and beam < 1:
        raise ConfigError(f"search: beam is {beam}, expected at least 1 state a step")
    if not time_limit_s > 0:
        raise ConfigError(f"search: time_limit_s is {time_limit_s}, expected more than 0 seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    problem: PlanProblem
    graph: Graph
    most_bytes: int | None
    deadline: float

    def run(self, most_bytes: int | None, beam: int | None) -> Outcome:
        """One pass over the layers."""
        effort = Effort(deadline=self.deadline, beam=beam)
        if beam is not None:
            effort = replace(effort, num_covers=_BEAM_COVERS)
        if most_bytes is not None:
            effort = replace(effort, most_bytes=most_bytes)
        return search_layers(self.problem, self.graph, effort)


def _best_residency(task: _Task, beam: int | None) -> Outcome:
    """Beams that widen, each for less than the one before found; then, without ``beam``, all states: in two passes,
    of which the first, for half of what is left between bound and plan, is quick and raises the bound."""
    unit = math.gcd(*(tensor.size_bytes for tensor in task.problem.tensors)) or 1
    most, best, bound = task.most_bytes, None, 0

    def run(most_bytes: int | None, width: int | None) -> None:
        nonlocal best, bound
        outcome = task.run(most_bytes, width)
        best = outcome.best or best
        bound = max(bound, -(-outcome.lower_bound_bytes // unit) * unit)

    for width in sorted({min(_FIRST_BEAM, beam or _FIRST_BEAM), beam or _EXACT_BEAM}):
        if best is None or best.cost_bytes > bound:
            run(most if best is None else best.cost_bytes - unit, width)
    if beam is None:
        if best is None:
            run(most, None)
        elif best.cost_bytes > bound:
            run((best.cost_bytes + bound) // 2, None)
            if best.cost_bytes > bound:
                run(best.cost_bytes - unit, None)
    return Outcome(best=best, lower_bound_bytes=bound if best is None else min(bound, best.cost_bytes))


def _placed(problem: PlanProblem, capacity_bytes: int, outcome: Outcome, deadline: float) -> Certificate:
    """The certificate of the order found, with places; ``seconds`` are those of placing."""
    bound, best = outcome.lower_bound_bytes, outcome.best
    if best is None:
        return Certificate(verdict=Verdict.UNKNOWN, lower_bound_bytes=bound, seconds=0.0, method=METHOD)
    plan = _plan_of(problem, capacity_bytes, best, deadline)
    moved = spill_bytes(problem, plan.schedule, plan.episodes)
    return Certificate(
        verdict=Verdict.OPTIMAL if moved == bound else Verdict.FEASIBLE,
        plan=plan,
        objective_bytes=moved,
        lower_bound_bytes=bound,
        seconds=0.0,
        method=METHOD,
    )


def _plan_of(problem: PlanProblem, capacity_bytes: int, best: Residency, deadline: float) -> TensorPlan:
    """Places for what stays; else the best plan known of that order in which all that stays has a place."""
    plans = [place_or_split(problem, best.schedule, best.kept, capacity_bytes)]
    packer = StayPacker(problem=problem, schedule=best.schedule, capacity_bytes=capacity_bytes, deadline=deadline)
    if not _all_stay(problem, plans[0], best):
        packing = packer.pack(best.kept, most_seconds=packer.seconds_left() / 2)
        if packing.verdict is PackingVerdict.PLACED:
            return packer.plan(best.kept, packing)
        if seconds := packer.seconds_left():
            order = best.schedule
            fixed = plan_gaps(problem, capacity_bytes, schedule=order, is_order_free=False, time_limit_s=seconds)
            plans.append(fixed.plan)
    known = [plan for plan in plans if plan is not None]
    return min(known, key=lambda plan: spill_bytes(problem, plan.schedule, plan.episodes))


def _all_stay(problem: PlanProblem, plan: TensorPlan | None, best: Residency) -> bool:
    return plan is not None and spill_bytes(problem, plan.schedule, plan.episodes) == best.cost_bytes
