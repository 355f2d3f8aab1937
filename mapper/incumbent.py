"""The best plan and the best bound so far, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass

from mapper.certificate import Certificate, Verdict
from mapper.problem import PlanProblem
from mapper.replay import replay
from mapper.tensor_plan import TensorPlan, spill_bytes


@dataclass(slots=True, kw_only=True)
class Incumbent:
    """What is known of the plans of ``problem`` in ``capacity_bytes``, over all orders; planners improve it.

    Parameters
    ----------
    problem : PlanProblem
    capacity_bytes : int
        At least M_R.
    plan : TensorPlan or None
    moved_bytes : int or None
        What ``plan`` moves beyond the compulsory bytes.
    plan_from, bound_from : str
        Who found the plan and proved the bound.
    lower_bound_bytes : int
    solver : str
        With its version; empty where none was used.
    """

    problem: PlanProblem
    capacity_bytes: int
    plan: TensorPlan | None = None
    moved_bytes: int | None = None
    plan_from: str = ""
    lower_bound_bytes: int = 0
    bound_from: str = ""
    solver: str = ""

    @property
    def is_proven(self) -> bool:
        """Whether no plan moves less than ``plan``."""
        return self.moved_bytes == self.lower_bound_bytes

    def offer(self, plan: TensorPlan | None, source: str) -> None:
        """Take ``plan`` where it moves less than the best so far.

        Raises
        ------
        PlanRejected
            When it cannot be carried out: a mistake of the planner ``source``.
        """
        if plan is None:
            return
        moved = spill_bytes(self.problem, plan.schedule, plan.episodes)
        if self.moved_bytes is not None and moved >= self.moved_bytes:
            return
        replayed = replay(self.problem, plan, self.capacity_bytes)
        assert replayed == moved, f"{source}: the plan moves {replayed} bytes, not {moved}"
        assert moved >= self.lower_bound_bytes, f"{source} is below the bound of {self.bound_from}"
        self.plan, self.moved_bytes, self.plan_from = plan, moved, source

    def raise_bound(self, lower_bound_bytes: int, source: str) -> None:
        """Take the bound where it is above the best so far."""
        if lower_bound_bytes > self.lower_bound_bytes:
            beyond = self.moved_bytes is not None and lower_bound_bytes > self.moved_bytes
            assert not beyond, f"the bound of {source} is above the plan of {self.plan_from}"
            self.lower_bound_bytes, self.bound_from = lower_bound_bytes, source

    def certificate(self, method: str, seconds: float) -> Certificate:
        """Return what is known; optimal only where plan and bound meet."""
        verdict = Verdict.OPTIMAL if self.is_proven else Verdict.FEASIBLE
        return Certificate(
            verdict=Verdict.UNKNOWN if self.plan is None else verdict,
            plan=self.plan,
            objective_bytes=self.moved_bytes,
            lower_bound_bytes=self.lower_bound_bytes,
            seconds=seconds,
            method=method,
            solver=self.solver,
        )
