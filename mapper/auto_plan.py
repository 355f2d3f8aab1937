"""The best plan over all orders by everything there is, cheapest first, until a plan meets a bound or time is up."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from mapper.blocks import search_blocks
from mapper.gaps_plan import plan_gaps
from mapper.ilp_joint import JointOptions, plan_jointly
from mapper.ilp_order_free import order_free_bound_bytes
from mapper.ilp_solver import SOLVER
from mapper.incumbent import Incumbent
from mapper.interruption import raise_if_interrupted
from mapper.least_peak import PeakResult
from mapper.neutral_operators import ReducedProblem, without_neutral_operators
from mapper.partition import Division, divide
from mapper.search import least_residency

_MOST_FOR_ORDER_S = 5.0
_PART_FOR_ORDER = 1 / 8
"""Of the time left, for the best plan of one order: its bytes are chosen at once, its places may take any time."""

_BLOCKS = ((96, 2, 0.02), (40, 1, 0.6), (96, 2, 0.3))
"""Most operators and most tensors across a cut, and the part of the time left."""
_PART_FOR_WHOLE = 0.5
_BEAMS = (300, 1000, 3000, 10_000)
_MOST_JOINT = 400
"""Operators times tensors, up to which the joint program is small enough to be worth while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoTask:
    """A problem on the way to its best plan.

    Parameters
    ----------
    incumbent : Incumbent
        Of the problem; becomes better.
    peak : PeakResult
        Of the problem.
    deadline : float
        Of ``time.perf_counter``.
    """

    incumbent: Incumbent
    peak: PeakResult
    deadline: float
    _tried: set[tuple[int, ...]] = field(default_factory=set)

    def seconds_left(self) -> float:
        """Return the seconds to the deadline; 0 after it."""
        return max(0.0, self.deadline - time.perf_counter())

    def is_over(self) -> bool:
        """Whether there is nothing left to find out, or no time."""
        raise_if_interrupted()
        return self.incumbent.is_proven or not self.seconds_left()

    def try_order(self, schedule: Sequence[int], source: str) -> None:
        """Offer the best plan of ``schedule``, each order once."""
        order = tuple(schedule)
        if order in self._tried or self.is_over():
            return
        self._tried.add(order)
        seconds = min(_MOST_FOR_ORDER_S, self.seconds_left() * _PART_FOR_ORDER)
        one = self.incumbent
        found = plan_gaps(one.problem, one.capacity_bytes, schedule=order, is_order_free=False, time_limit_s=seconds)
        one.solver = SOLVER
        one.offer(found.plan, source)


def plan_automatically(task: AutoTask) -> None:
    """Improve the task's incumbent until it is proven or time is up."""
    for stage in (_known_orders, _blocks_and_whole, _beams, _addresses):
        if task.is_over():
            return
        stage(task)


def _known_orders(task: AutoTask) -> None:
    """The order of least peak and the problem's own, and what every order must move around single operators."""
    one = task.incumbent
    task.try_order(task.peak.schedule, "gaps of the least-peak order")
    if not task.is_over():
        seconds = task.seconds_left() * _PART_FOR_ORDER
        bound = order_free_bound_bytes(one.problem, one.capacity_bytes, seconds)
        one.raise_bound(bound, "what is alive around each operator")
    task.try_order(range(len(one.problem.operators)), "gaps of the network's order")


def _blocks_and_whole(task: AutoTask) -> None:
    """Blocks of operators, searched one by one, then all at once: a bound and an order each."""
    reduced = without_neutral_operators(task.incumbent.problem)
    order = reduced.reduced_order(task.peak.schedule)
    for max_operators, max_cut_tensors, part in _BLOCKS:
        division = divide(reduced.problem, order, max_operators=max_operators, max_cut_tensors=max_cut_tensors)
        if division.cuts:
            _search_division(task, reduced, division, part)
    _search_division(task, reduced, Division(schedule=order, cuts=()), _PART_FOR_WHOLE)


def _search_division(task: AutoTask, reduced: ReducedProblem, division: Division, part: float) -> None:
    if task.is_over():
        return
    one = task.incumbent
    deadline = time.perf_counter() + task.seconds_left() * part
    found = search_blocks(reduced.problem, division, one.capacity_bytes, deadline=deadline)
    what = f"search of {len(division.parts)} blocks" if division.cuts else "search"
    one.raise_bound(found.lower_bound_bytes, what)
    task.try_order(reduced.whole_order(found.schedule), f"gaps of an order by {what}")


def _beams(task: AutoTask) -> None:
    """Wider and wider beams over all orders."""
    one = task.incumbent
    reduced = without_neutral_operators(one.problem)
    for width in _BEAMS:
        if task.is_over():
            return
        deadline = time.perf_counter() + task.seconds_left() / 2
        found = least_residency(reduced.problem, one.capacity_bytes, deadline=deadline, beam=width)
        if found.best is not None and (one.moved_bytes is None or found.best.cost_bytes < one.moved_bytes):
            task.try_order(reduced.whole_order(found.best.schedule), f"gaps of an order by a beam of {width}")


def _addresses(task: AutoTask) -> None:
    """For small problems, the program that knows addresses too: bytes that fit may have no places."""
    one = task.incumbent
    if len(one.problem.operators) * len(one.problem.tensors) > _MOST_JOINT:
        return
    options = JointOptions(most_bytes=one.moved_bytes)
    found = plan_jointly(one.problem, one.capacity_bytes, options=options, time_limit_s=task.seconds_left())
    one.offer(found.plan, "joint program")
    one.raise_bound(found.lower_bound_bytes, "joint program")
