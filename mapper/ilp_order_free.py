"""A bound over all orders: what any of them must move because of what is alive around each operator.

While an operator o runs, in any order, a tensor that ancestors of o use and descendants of o read is alive. It is in
the scratchpad beside the operands of o, or it has left between two of its uses. Where the uses of a tensor can come in
one order only, it has left in a gap from the last use that must precede o on, up to the first that must follow it;
where they can come in several, all that is asked is whether it leaves at all.

    minimise    sum of s_t left_g + sum of s_t written_t
    such that   sum over tensors t alive around o, over gaps g that may be around o, of s_t left_g
                    >= bytes alive around o - capacity                              for each operator o
                written_t >= left_g                                                 for what has no copy off-chip

Every plan of every order gives a solution of these rows that costs no more than the plan moves.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import pulp

from mapper.certificate import Certificate, Verdict
from mapper.gaps import write_bytes
from mapper.ilp_solver import solve
from mapper.precedence import ancestors, descendants, spanning_tensors
from mapper.problem import PlanProblem


@dataclass(frozen=True, slots=True)
class _Departure:
    """``tensor`` leaves after its ``index``-th use; always the first where its uses have no order of their own."""

    tensor: int
    index: int


def over_all_orders(
    problem: PlanProblem, capacity_bytes: int, certificate: Certificate, *, time_limit_s: float
) -> Certificate:
    """Return what the plan of ``certificate``, made for one order, is among those of all orders.

    It is optimal when it moves nothing, or no more than every order must; otherwise it is feasible.
    """
    objective = certificate.objective_bytes
    if objective is None:
        return replace(certificate, lower_bound_bytes=0)
    bound = order_free_bound_bytes(problem, capacity_bytes, time_limit_s) if objective else 0
    verdict = Verdict.OPTIMAL if objective == bound else Verdict.FEASIBLE
    return replace(certificate, verdict=verdict, lower_bound_bytes=bound)


def order_free_bound_bytes(problem: PlanProblem, capacity_bytes: int, time_limit_s: float) -> int:
    """Return bytes beyond the compulsory ones that every plan of every order moves.

    Parameters
    ----------
    problem : PlanProblem
    capacity_bytes : int
        At least M_R.
    time_limit_s : float
        When it ends, what is proven by then is returned.
    """
    unit = math.gcd(*(tensor.size_bytes for tensor in problem.tensors)) or 1
    program = pulp.LpProblem("any_order", pulp.LpMinimize)
    left: dict[_Departure, pulp.LpVariable] = {}
    rows: dict[tuple[frozenset[_Departure], int], None] = {}
    for departures, needed_bytes in _demands(problem, capacity_bytes):
        rows[departures, -(-needed_bytes // unit)] = None
        for one in sorted(departures, key=lambda one: (one.tensor, one.index)):
            if one not in left:
                left[one] = program.add_variable(f"left_{one.tensor}_{one.index}", cat="Binary")
    _add_moved_units(program, problem, left, unit)
    for departures, needed in rows:
        units = {one: problem.tensors[one.tensor].size_bytes // unit for one in departures}
        program += pulp.lpSum(units[one] * left[one] for one in left if one in departures) >= needed
    return solve(program, time_limit_s).lower_bound * unit


def _add_moved_units(
    program: pulp.LpProblem, problem: PlanProblem, left: dict[_Departure, pulp.LpVariable], unit: int
) -> None:
    written = {
        tensor: program.add_variable(f"written_{tensor}", cat="Binary")
        for tensor in dict.fromkeys(one.tensor for one in left)
        if write_bytes(problem, tensor) > 0
    }
    moved = [problem.tensors[one.tensor].size_bytes // unit * bit for one, bit in left.items()]
    moved += [problem.tensors[tensor].size_bytes // unit * bit for tensor, bit in written.items()]
    program += pulp.lpSum(moved)
    for one, bit in left.items():
        if one.tensor in written:
            program += written[one.tensor] >= bit


def _demands(problem: PlanProblem, capacity_bytes: int) -> Iterator[tuple[frozenset[_Departure], int]]:
    """By operator around which too much is alive: departures, and the bytes that must have left through them."""
    before, after = ancestors(problem), descendants(problem)
    uses = _ordered_uses(problem, before)
    for operator, alive in enumerate(spanning_tensors(problem)):
        alive_bytes = sum(problem.tensors[tensor].size_bytes for tensor in alive)
        missing_bytes = problem.demand_bytes(operator) + alive_bytes - capacity_bytes
        if missing_bytes <= 0:
            continue
        departures: set[_Departure] = set()
        for tensor in alive:
            if tensor not in uses:
                departures.add(_Departure(tensor, 0))
                continue
            last = max(index for index, use in enumerate(uses[tensor]) if before[operator] >> use & 1)
            first = min(index for index, use in enumerate(uses[tensor]) if after[operator] >> use & 1)
            departures.update(_Departure(tensor, index) for index in range(last, first))
        yield frozenset(departures), missing_bytes


def _ordered_uses(problem: PlanProblem, before: tuple[int, ...]) -> dict[int, tuple[int, ...]]:
    """By tensor whose uses can come in one order only: the operators that make and read it, in that order."""
    found = {}
    for index, tensor in enumerate(problem.tensors):
        uses = tensor.consumers if tensor.producer is None else (tensor.producer, *tensor.consumers)
        ordered = sorted(uses, key=lambda use: before[use].bit_count())
        if all(before[later] >> one & 1 for one, later in pairwise(ordered)):
            found[index] = tuple(ordered)
    return found
