"""Order, residency and addresses of whole tensors in one integer program: exact, for small graphs, and an oracle.

Variables beside the order's, by tensor a and step t, in the steps in which any of its uses can be:

    here_at   a is in the scratchpad          stay_at   it was there in the step before, and has stayed
    read_at   it comes from off-chip memory   written_a it goes there, once, before it is first read

    here_at = run_pt + stay_at + read_at              p makes a; it is made, has stayed or is read
    stay_at <= here_a(t-1)
    here_at >= run_ot                                 for each o that reads a
    read_at <= sum of run_ot over those o             earlier than it is needed is never better
    read_at <= sum before t of run_pt                 not before it is made
    written_a >= read_at                              for what has no copy off-chip
    sum over a of s_a here_at <= capacity

minimising the sum of s_a (read_at + written_a), less the first read of what starts off-chip, which is compulsory.

Source: COSMA, Li, Gupta, Malik, arXiv 2311.18246 (2023); there, spills have a step, which no byte depends on.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pulp

from mapper.allocate import PackingVerdict
from mapper.budgets import shortage
from mapper.certificate import Certificate, Verdict
from mapper.gaps import Gap, gaps_of, moved_bytes, placed_plan, stays_of, write_bytes
from mapper.ilp_addresses import add_addresses, address
from mapper.ilp_order import OrderVariables, add_order
from mapper.ilp_solver import SOLVER, Answer, Status, solve
from mapper.problem import PlannedTensor, PlanProblem
from mapper.stay_places import StayPacker
from mapper.tensor_plan import TensorPlan

METHOD = "ilp"


@dataclass(frozen=True, slots=True, kw_only=True)
class JointOptions:
    """What the program decides.

    Parameters
    ----------
    schedule : tuple of int or None
        An order that is given; None when the program chooses one.
    with_addresses : bool
        Whether addresses are in the program. Without, bytes are counted at each step, and places are looked for
        afterwards: when there are none, the answer is a bound only.
    most_bytes : int or None
        What a known plan moves: worse ones are not searched.
    """

    schedule: tuple[int, ...] | None = None
    with_addresses: bool = True
    most_bytes: int | None = None


def plan_jointly(
    problem: PlanProblem, capacity_bytes: int, *, options: JointOptions | None = None, time_limit_s: float = 60.0
) -> Certificate:
    """Return the plan that moves least over all orders, residencies and addresses, as far as time allows.

    Parameters
    ----------
    problem : PlanProblem
        Of a few dozen tensors: the program grows with the square of their number times that of the steps.
    capacity_bytes : int
    options : JointOptions, optional
        With a ``schedule``, verdict and bound are of that order, and ``method`` says so.
    time_limit_s : float
        Seconds for the solver.
    """
    start = time.perf_counter()
    options = options or JointOptions()
    method = _method(options)
    if reason := shortage(problem, capacity_bytes):
        seconds = time.perf_counter() - start
        return Certificate(verdict=Verdict.INFEASIBLE, seconds=seconds, method=method, reason=reason)
    program = _JointProgram(problem, capacity_bytes, options)
    answer = solve(program.program, start + time_limit_s - time.perf_counter())
    bound = answer.lower_bound * program.unit_bytes
    plan, objective = None, None
    if answer.status in (Status.OPTIMAL, Status.FEASIBLE):
        plan, objective = program.plan(answer, deadline=start + time_limit_s)
    elif answer.status is Status.INFEASIBLE and options.most_bytes is not None:
        bound = options.most_bytes + 1  # of what moves no more than that there is none, which is all that was asked
    return Certificate(
        verdict=_verdict(objective, bound),
        plan=plan,
        objective_bytes=objective,
        lower_bound_bytes=bound,
        seconds=time.perf_counter() - start,
        method=method,
        solver=SOLVER,
    )


def _method(options: JointOptions) -> str:
    limits = ["fixed order"] if options.schedule is not None else []
    limits += [] if options.with_addresses else ["addresses afterwards"]
    return f"{METHOD} ({', '.join(limits)})" if limits else METHOD


def _verdict(objective_bytes: int | None, bound_bytes: int) -> Verdict:
    if objective_bytes is None:
        return Verdict.UNKNOWN
    return Verdict.OPTIMAL if objective_bytes <= bound_bytes else Verdict.FEASIBLE


class _JointProgram:
    """The program and its variables; ``unit_bytes`` is the greatest common divisor of the sizes."""

    def __init__(self, problem: PlanProblem, capacity_bytes: int, options: JointOptions) -> None:
        self.problem, self.capacity_bytes = problem, capacity_bytes
        self.unit_bytes = math.gcd(*(tensor.size_bytes for tensor in problem.tensors)) or 1
        self._units = [tensor.size_bytes // self.unit_bytes for tensor in problem.tensors]
        self.program = pulp.LpProblem("joint", pulp.LpMinimize)
        self._order = add_order(self.program, problem, options.schedule)
        keys = [(index, step) for index, one in enumerate(problem.tensors) for step in _window(one, self._order)]
        self._here, self._stay, self._read = (
            {key: self.program.add_variable(f"{name}_{key[0]}_{key[1]}", cat="Binary") for key in keys}
            for name in ("here", "stay", "read")
        )
        self._add_objective(options.most_bytes)
        self._add_residency()
        self._add_uses()
        self._add_capacity()
        self._place: dict[tuple[int, int], pulp.LpVariable] = {}
        if options.with_addresses:
            capacity = capacity_bytes // self.unit_bytes
            self._place = add_addresses(self.program, self._units, capacity, self._here, self._stay)

    def plan(self, answer: Answer, *, deadline: float) -> tuple[TensorPlan | None, int | None]:
        """Return the plan of a solution and the bytes that it moves; None when its addresses are not found."""
        schedule = self._order.schedule(answer)
        gaps = gaps_of(self.problem, schedule)
        kept = frozenset(gap for gap in gaps if self._is_kept(answer, gap))
        stays = stays_of(self.problem, schedule, kept)
        moved = moved_bytes(self.problem, frozenset(gaps) - kept)
        if self._place:
            units = [address(answer, self._place[stay.tensor, stay.first_step]) for stay in stays]
            return placed_plan(schedule, stays, [unit * self.unit_bytes for unit in units]), moved
        packer = StayPacker(
            problem=self.problem, schedule=schedule, capacity_bytes=self.capacity_bytes, deadline=deadline
        )
        packing = packer.pack(kept)
        return (packer.plan(kept, packing), moved) if packing.verdict is PackingVerdict.PLACED else (None, None)

    def _is_kept(self, answer: Answer, gap: Gap) -> bool:
        steps = range(gap.before + 1, gap.after + 1)
        return all(self._stay[gap.tensor, step].name in answer.chosen for step in steps)

    def _add_objective(self, most_bytes: int | None) -> None:
        tensors = range(len(self.problem.tensors))
        written = {
            tensor: self.program.add_variable(f"written_{tensor}", cat="Binary")
            for tensor in tensors
            if write_bytes(self.problem, tensor) > 0
        }
        for (tensor, _), read in self._read.items():
            if tensor in written:
                self.program += written[tensor] >= read
        compulsory = sum(
            units
            for units, tensor in zip(self._units, self.problem.tensors, strict=True)
            if tensor.producer is None and tensor.consumers
        )
        moved = [self._units[tensor] * read for (tensor, _), read in self._read.items()]
        moved += [self._units[tensor] * bit for tensor, bit in written.items()]
        self.program += pulp.lpSum(moved) - compulsory
        if most_bytes is not None:
            self.program += pulp.lpSum(moved) <= compulsory + most_bytes // self.unit_bytes

    def _add_residency(self) -> None:
        for (index, step), here in self._here.items():
            producer = self.problem.tensors[index].producer
            made = self._order.runs(producer, step) if producer is not None else 0
            self.program += here == made + self._stay[index, step] + self._read[index, step]
            before = self._here.get((index, step - 1))
            self.program += self._stay[index, step] <= (before if before is not None else 0)
            if producer is not None:
                self.program += self._read[index, step] <= self._order.ran(producer, step - 1)

    def _add_uses(self) -> None:
        for (index, step), here in self._here.items():
            uses = [self._order.runs(operator, step) for operator in self.problem.tensors[index].consumers]
            for use in uses:
                self.program += here >= use
            self.program += self._read[index, step] <= pulp.lpSum(uses)

    def _add_capacity(self) -> None:
        capacity = self.capacity_bytes // self.unit_bytes
        for step in range(len(self.problem.operators)):
            there = [(index, here) for (index, one), here in self._here.items() if one == step]
            self.program += pulp.lpSum(self._units[index] * here for index, here in there) <= capacity


def _window(tensor: PlannedTensor, order: OrderVariables) -> Sequence[int]:
    """The steps from the first in which a use of ``tensor`` can be to the last."""
    uses = tensor.consumers if tensor.producer is None else (tensor.producer, *tensor.consumers)
    if not uses:
        return ()
    return range(min(order.first_steps[use] for use in uses), max(order.last_steps[use] for use in uses) + 1)
