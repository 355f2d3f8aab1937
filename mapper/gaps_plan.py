"""The best plan of a fixed order, of any size: choose what stays, find places, forbid what has none, choose again."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mapper.allocate import PackingVerdict
from mapper.budgets import shortage
from mapper.certificate import Certificate, Verdict
from mapper.gaps import Gap, moved_bytes
from mapper.ilp_gaps import GapProgram
from mapper.ilp_order_free import over_all_orders
from mapper.ilp_solver import SOLVER
from mapper.problem import PlanProblem
from mapper.stay_places import StayPacker
from mapper.tensor_plan import TensorPlan

METHOD = "gaps"
FIXED_ORDER = "gaps (fixed order)"
"""``Certificate.method`` where verdict and bound are of the given order, not of all."""
_SHARE_OF_ORDER = 0.8
"""Of the time, for the plan; the rest is for the bound over all orders."""


def plan_gaps(
    problem: PlanProblem,
    capacity_bytes: int,
    *,
    schedule: Sequence[int] | None = None,
    is_order_free: bool = True,
    time_limit_s: float = 60.0,
) -> Certificate:
    """Return the plan of ``schedule`` that moves least; with what time allows, proven.

    Parameters
    ----------
    problem : PlanProblem
    capacity_bytes : int
    schedule : sequence of int or None
        An order of the operators; the problem's own unless given.
    is_order_free : bool
        Whether verdict and bound are over all orders, of which this is one; otherwise they are of this order, and
        ``method`` says so.
    time_limit_s : float
        When it ends, the best plan so far is returned: at worst one in which everything leaves after every step.
    """
    start = time.perf_counter()
    if reason := shortage(problem, capacity_bytes):
        seconds = time.perf_counter() - start
        return Certificate(verdict=Verdict.INFEASIBLE, seconds=seconds, method=METHOD, reason=reason)
    packer = StayPacker(
        problem=problem,
        schedule=tuple(range(len(problem.operators)) if schedule is None else schedule),
        capacity_bytes=capacity_bytes,
        deadline=start + time_limit_s * (_SHARE_OF_ORDER if is_order_free else 1.0),
    )
    found = _best_of_order(packer)
    certificate = Certificate(
        verdict=Verdict.OPTIMAL if found.moved_bytes == found.lower_bound_bytes else Verdict.FEASIBLE,
        plan=found.plan,
        objective_bytes=found.moved_bytes,
        lower_bound_bytes=found.lower_bound_bytes,
        seconds=time.perf_counter() - start,
        method=FIXED_ORDER,
        solver=SOLVER,
    )
    if not is_order_free:
        return certificate
    left = start + time_limit_s - time.perf_counter()
    free = over_all_orders(problem, capacity_bytes, certificate, time_limit_s=left)
    return replace(free, seconds=time.perf_counter() - start, method=METHOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    plan: TensorPlan
    moved_bytes: int
    lower_bound_bytes: int


def _best_of_order(packer: StayPacker) -> _Found:
    """Choose, place, forbid, until the choice has places, or it is not decided whether it has any, or time is up."""
    program = GapProgram(packer.problem, packer.schedule, packer.capacity_bytes)
    kept: frozenset[Gap] = frozenset()
    plan: TensorPlan | None = None
    lower_bound_bytes = 0
    while plan is None:
        choice = program.solve(packer.seconds_left())
        lower_bound_bytes = max(lower_bound_bytes, choice.lower_bound_bytes)
        kept = choice.kept if choice.kept is not None else kept
        packing = packer.pack(kept, most_seconds=packer.seconds_left() / 2)  # the rest is for a part of it
        if packing.verdict is PackingVerdict.PLACED:
            plan = packer.plan(kept, packing)
        elif packing.verdict is PackingVerdict.IMPOSSIBLE and choice.kept is not None:
            program.forbid(packer.least_unplaceable(kept))
        else:
            kept, plan = packer.placeable_part(kept, program.gaps)
    moved = moved_bytes(packer.problem, frozenset(program.gaps) - kept)
    return _Found(plan=plan, moved_bytes=moved, lower_bound_bytes=lower_bound_bytes)
