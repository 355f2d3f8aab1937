"""Off-chip traffic by size of the scratchpad: what plans and baselines move, and what every plan must."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mapper.budgets import Budgets
from workloads.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineTraffic:
    """Bytes that a baseline moves beyond the compulsory ones; None where it has no plan."""

    name: str
    objective_bytes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficPoint:
    """What is known of one scratchpad.

    Parameters
    ----------
    capacity_bytes : int
    objective_bytes : int or None
        Bytes beyond the compulsory ones that the best plan found moves; None without a plan.
    lower_bound_bytes : int
        No plan in this capacity moves less beyond the compulsory ones.
    baselines : tuple of BaselineTraffic
    """

    capacity_bytes: int
    objective_bytes: int | None
    lower_bound_bytes: int
    baselines: tuple[BaselineTraffic, ...] = ()

    @property
    def is_proven(self) -> bool:
        """Whether no plan moves less than the one found."""
        return self.objective_bytes is not None and self.objective_bytes <= self.lower_bound_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TrafficCurve:
    """Points of one network, by ascending capacity.

    Parameters
    ----------
    network : str
    compulsory_bytes : int
        What every plan moves: network inputs, weights where they count, and network outputs.
    budgets : Budgets
    points : tuple of TrafficPoint

    Raises
    ------
    ConfigError
        Without points, or for points that do not ascend.
    """

    network: str
    compulsory_bytes: int
    budgets: Budgets
    points: tuple[TrafficPoint, ...]

    def __post_init__(self) -> None:
        check_capacities(self.network, [point.capacity_bytes for point in self.points])

    @property
    def baseline_names(self) -> tuple[str, ...]:
        """Names of all baselines that have a plan somewhere, in the order of their first point."""
        found = (one for point in self.points for one in point.baselines if one.objective_bytes is not None)
        return tuple(dict.fromkeys(one.name for one in found))


def check_capacities(network: str, capacities: Sequence[int]) -> None:
    """Raise ``ConfigError`` when there are no ``capacities`` or they do not ascend."""
    if not capacities:
        raise ConfigError(f"traffic curve of {network!r}: expected capacities, found none")
    if list(capacities) != sorted(set(capacities)):
        raise ConfigError(f"traffic curve of {network!r}: expected ascending capacities, found {[*capacities]} bytes")
