"""M_P of a small graph by an integer program: the order in which the most bytes alive at a step are least.

    minimise    peak
    such that   peak >= sum of s_a alive_at                         at each step t
                alive_at >= ran(u, t) - ran(c, t - 1)               for uses u and c of a: begun, and still needed

with sizes s in units of their greatest common divisor, and the order's rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pulp

from mapper.budgets import peak_bytes
from mapper.ilp_order import OrderVariables, add_order
from mapper.ilp_solver import Status, solve
from mapper.problem import PlanProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class IlpPeak:
    """What is known of M_P.

    Parameters
    ----------
    schedule : tuple of int
        Of the least peak found.
    peak_bytes : int
    lower_bound_bytes : int
        No order has a lower peak.
    """

    schedule: tuple[int, ...]
    peak_bytes: int
    lower_bound_bytes: int


def least_peak_by_ilp(problem: PlanProblem, *, time_limit_s: float) -> IlpPeak:
    """Return the order of the least peak, or with what time allows a low one; the problem's own at worst."""
    unit = math.gcd(*(tensor.size_bytes for tensor in problem.tensors)) or 1
    program = pulp.LpProblem("least_peak", pulp.LpMinimize)
    order = add_order(program, problem)
    peak = program.add_variable("peak", lowBound=0, cat="Integer")
    program += peak + 0
    alive = {
        (tensor, step): program.add_variable(f"alive_{tensor}_{step}", lowBound=0, upBound=1)
        for tensor in range(len(problem.tensors))
        for step in range(len(problem.operators))
    }
    _add_alive(program, problem, order, alive)
    for step in range(len(problem.operators)):
        units = ((tensor.size_bytes // unit, alive[index, step]) for index, tensor in enumerate(problem.tensors))
        program += peak >= pulp.lpSum(size * bit for size, bit in units)
    answer = solve(program, time_limit_s)
    has_order = answer.status in (Status.OPTIMAL, Status.FEASIBLE)
    schedule = order.schedule(answer) if has_order else tuple(range(len(problem.operators)))
    found = peak_bytes(problem, schedule)
    return IlpPeak(schedule=schedule, peak_bytes=found, lower_bound_bytes=answer.lower_bound * unit)


def _add_alive(
    program: pulp.LpProblem,
    problem: PlanProblem,
    order: OrderVariables,
    alive: dict[tuple[int, int], pulp.LpVariable],
) -> None:
    for index, tensor in enumerate(problem.tensors):
        begins = tensor.consumers if tensor.producer is None else (tensor.producer,)
        ends = tensor.consumers or begins
        for step in range(len(problem.operators)):
            for begin in begins:
                for end in ends:
                    program += alive[index, step] >= order.ran(begin, step) - order.ran(end, step - 1)
