"""What is known of an answer: its verdict, how far from the best it can be, and who says so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mapper.tensor_plan import TensorPlan


class Verdict(StrEnum):
    """What is proven."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    """A plan, whose gap says how far from the best it can be."""
    INFEASIBLE = "infeasible"
    """Proven: no plan of whole tensors fits."""
    UNKNOWN = "unknown"
    """No plan was found in the time given, and none was ruled out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A plan, or the reason why there is none.

    Parameters
    ----------
    verdict : Verdict
    plan : TensorPlan or None
        Present when feasible or optimal.
    objective_bytes : int or None
        Off-chip bytes beyond the compulsory ones.
    lower_bound_bytes : int
        No plan has less.
    seconds : float
    method : str
        ``gaps``, ``search``, ``ilp``, ...
    solver : str
        With its version; empty where none was used.
    reason : str
        Of an infeasible answer: resource, demand, bound, missing bytes, the tensors of the demand, what would help.
    """

    verdict: Verdict
    plan: TensorPlan | None = None
    objective_bytes: int | None = None
    lower_bound_bytes: int = 0
    seconds: float
    method: str
    solver: str = ""
    reason: str = ""

    @property
    def gap_fraction(self) -> float | None:
        """(objective - bound) / objective; 0 when proven, None without a plan."""
        if self.objective_bytes is None:
            return None
        if self.objective_bytes <= self.lower_bound_bytes:
            return 0.0
        return (self.objective_bytes - self.lower_bound_bytes) / self.objective_bytes
