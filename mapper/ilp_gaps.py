"""The integer program of a fixed order: which gaps between consecutive uses a tensor stays through.

Variables, by gap g of a tensor t:  left_g = 1 when t does not stay,  written_t = 1 when it is written for that. With
sizes s and capacity in units of the sizes' greatest common divisor,

    minimise    sum of s_t left_g + sum of s_t written_t
    such that   written_t >= left_g                                                 for what has no copy off-chip
                sum over gaps across a step of s_t (1 - left_g) <= capacity - demand of the step's operator
                sum of left_g over gaps that have no places together >= 1           for each such set found so far

Bytes that fit may have no places; all of this is implied by a plan with places, so the bound holds for those.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pulp

from mapper.gaps import Gap, gaps_of, write_bytes
from mapper.ilp_solver import Status, solve
from mapper.problem import PlanProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class GapChoice:
    """What the solver knows of a program.

    Parameters
    ----------
    kept : frozenset of Gap or None
        Of the best choice found; None when none was.
    lower_bound_bytes : int
        Nothing that the program allows moves less.
    is_proven : bool
        Whether ``kept`` moves no more than that.
    """

    kept: frozenset[Gap] | None
    lower_bound_bytes: int
    is_proven: bool


class GapProgram:
    """The program of ``schedule`` in ``capacity_bytes``, which grows by a row with each ``forbid``.

    Parameters
    ----------
    problem : PlanProblem
    schedule : sequence of int
        Operators by step.
    capacity_bytes : int
        At least the demand of every operator.
    """

    def __init__(self, problem: PlanProblem, schedule: Sequence[int], capacity_bytes: int) -> None:
        self.gaps = gaps_of(problem, schedule)
        self._unit_bytes = math.gcd(*(tensor.size_bytes for tensor in problem.tensors)) or 1
        self._program = pulp.LpProblem("gaps", pulp.LpMinimize)
        self._left = {
            gap: self._program.add_variable(f"left_{index}", cat="Binary") for index, gap in enumerate(self.gaps)
        }
        self._num_forbidden = 0
        self._add_moved_bytes(problem)
        self._add_capacity(problem, schedule, capacity_bytes)

    def solve(self, time_limit_s: float) -> GapChoice:
        """Return the gaps to stay through so that least is moved, as far as is known in ``time_limit_s`` seconds."""
        answer = solve(self._program, time_limit_s)
        found = answer.status in (Status.OPTIMAL, Status.FEASIBLE)
        return GapChoice(
            kept=frozenset(gap for gap, left in self._left.items() if left.name not in answer.chosen)
            if found
            else None,
            lower_bound_bytes=answer.lower_bound * self._unit_bytes,
            is_proven=answer.status is Status.OPTIMAL,
        )

    def forbid(self, together: Collection[Gap]) -> None:
        """Let no solution keep all of ``together``."""
        self._num_forbidden += 1
        name = f"forbidden_{self._num_forbidden}"
        self._program += pulp.lpSum(self._left[gap] for gap in together) >= 1, name

    def _add_moved_bytes(self, problem: PlanProblem) -> None:
        units = {gap.tensor: problem.tensors[gap.tensor].size_bytes // self._unit_bytes for gap in self.gaps}
        written = {
            tensor: self._program.add_variable(f"written_{tensor}", cat="Binary")
            for tensor in units
            if write_bytes(problem, tensor) > 0
        }
        read = [units[gap.tensor] * left for gap, left in self._left.items()]
        self._program += pulp.lpSum([*read, *(units[tensor] * bit for tensor, bit in written.items())])
        for index, (gap, left) in enumerate(self._left.items()):
            if gap.tensor in written:
                self._program += written[gap.tensor] >= left, f"write_{index}"

    def _add_capacity(self, problem: PlanProblem, schedule: Sequence[int], capacity_bytes: int) -> None:
        across: list[list[Gap]] = [[] for _ in schedule]
        for gap in self.gaps:
            for step in range(gap.before + 1, gap.after):
                across[step].append(gap)
        known: set[tuple[tuple[Gap, ...], int]] = set()
        for step, operator in enumerate(schedule):
            free = (capacity_bytes - problem.demand_bytes(operator)) // self._unit_bytes
            units = {gap: problem.tensors[gap.tensor].size_bytes // self._unit_bytes for gap in across[step]}
            row = (tuple(across[step]), sum(units.values()) - free)
            if row[1] > 0 and row not in known:  # otherwise all that is alive fits, or the step before said it
                known.add(row)
                self._program += pulp.lpSum(units[gap] * self._left[gap] for gap in units) >= row[1], f"step_{step}"
