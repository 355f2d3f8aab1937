"""An integer program given to HiGHS through PuLP, and what is proven of it, read from HiGHS itself.

PuLP calls a time-out with an incumbent "Optimal" and leaves values behind when there is no solution; neither is used.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version

import highspy
import numpy as np
import pulp

from mapper.interruption import raise_if_interrupted

SOLVER = f"HiGHS {version('highspy')}"
NO_START: Mapping[str, float] = {}
_TOLERANCE = 1e-9
"""A binary this far from a whole number times the largest size stays below one unit; HiGHS' own 1e-6 does not."""


class Status(StrEnum):
    """What the solver proved."""

    OPTIMAL = "optimal"
    INFEASIBLE = "infeasible"
    FEASIBLE = "feasible"
    """Time ran out, with a solution."""
    UNKNOWN = "unknown"
    """Time ran out without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is known of a minimisation whose objective takes whole numbers only.

    Parameters
    ----------
    status : Status
    lower_bound : int
        No solution has less; meaningless when infeasible.
    chosen : frozenset of str
        Names of the variables that are above one half, in the best solution found.
    """

    status: Status
    lower_bound: int
    chosen: frozenset[str]
    values: dict[str, float]


def solve(
    program: pulp.LpProblem, time_limit_s: float, gap_fraction: float = 0.0, start: Mapping[str, float] = NO_START
) -> Answer:
    """Return what HiGHS proves of ``program`` within ``time_limit_s`` seconds.

    Every objective coefficient must be whole, and every variable in the objective integer. A solution that is at most
    ``gap_fraction`` above the bound ends the search: it is called optimal, its bound is not its cost. ``start`` is a
    solution to begin with, by name of variable, 0 unless given.
    """
    if not program.variables():
        return Answer(status=Status.OPTIMAL, lower_bound=0, chosen=frozenset(), values={})
    if time_limit_s <= 0:
        return Answer(status=Status.UNKNOWN, lower_bound=0, chosen=frozenset(), values={})
    solver = _AllColumnsAtOnce(
        msg=False,
        timeLimit=time_limit_s,
        gapRel=gap_fraction,
        threads=1,
        mip_feasibility_tolerance=_TOLERANCE,
        primal_feasibility_tolerance=_TOLERANCE,
    )
    solver.start = start
    program.solve(solver)
    raise_if_interrupted()
    model = program.solverModel
    info = model.getInfo()
    status = _status(model.getModelStatus(), info.primal_solution_status)
    found = status in (Status.OPTIMAL, Status.FEASIBLE)
    values = {variable.name: variable.varValue for variable in program.variables()} if found else {}
    is_exact = status is Status.OPTIMAL and gap_fraction == 0
    bound = info.objective_function_value if is_exact else info.mip_dual_bound
    bound += program.objective.constant  # which PuLP does not hand on
    return Answer(
        status=status,
        lower_bound=_whole(bound) if math.isfinite(bound) else 0,
        chosen=frozenset(name for name, value in values.items() if value > 0.5),
        values=values,
    )


class _AllColumnsAtOnce(pulp.HiGHS):  # type: ignore[misc]
    """PuLP makes columns integer one by one, and HiGHS takes time that grows with all of them for each.

    It has no way to hand on a solution to begin with either.
    """

    start: Mapping[str, float] = NO_START

    def buildSolverModel(self, lp: pulp.LpProblem) -> None:
        self.mip = False
        super().buildSolverModel(lp)
        self.mip = True
        columns = [index for index, one in enumerate(lp.variables()) if one.cat == pulp.LpInteger]
        kinds = np.full(len(columns), highspy.HighsVarType.kInteger.value, dtype=np.uint8)
        lp.solverModel.changeColsIntegrality(len(columns), np.array(columns, dtype=np.int32), kinds)
        if self.start:
            known = highspy.HighsSolution()
            known.col_value = [self.start.get(one.name, 0.0) for one in lp.variables()]
            lp.solverModel.setSolution(known)


def _status(model_status: highspy.HighsModelStatus, solution_status: int) -> Status:
    if model_status == highspy.HighsModelStatus.kOptimal:
        return Status.OPTIMAL
    if model_status == highspy.HighsModelStatus.kInfeasible:
        return Status.INFEASIBLE
    if solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        return Status.FEASIBLE
    return Status.UNKNOWN


def _whole(bound: float) -> int:
    """The least whole number that is no less than ``bound``, but for what rounding in the solver explains."""
    return max(0, math.ceil(bound - 1e-6 * max(1.0, abs(bound) * 1e-3)))
