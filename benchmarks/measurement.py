"""One measured figure beside its target."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Better(Enum):
    """Which side of the target is good."""

    HIGHER = ">="
    LOWER = "<"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """A figure, its target when there is one, and what it was made of.

    Parameters
    ----------
    name : str
    value : float
    unit : str
    target : float, optional
        Absent for figures that are reported only.
    better : Better
    details : str
        The absolute numbers behind a ratio, and how they were taken.
    """

    name: str
    value: float
    unit: str
    details: str
    target: float | None = None
    better: Better = Better.HIGHER

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better is Better.HIGHER else self.value < self.target

    def __str__(self) -> str:
        verdict = {True: "met", False: "MISSED", None: "no target"}[self.is_met]
        bound = "" if self.target is None else f", target {self.better.value} {_figure(self.target)} {self.unit}"
        return f"{self.name}: {_figure(self.value)} {self.unit}{bound}: {verdict}\n    {self.details}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
