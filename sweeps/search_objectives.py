"""What a guided search seeks: figures of a point, all to be small, and how far a point is from what a study asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hw_configs.validate import suggest
from sweeps.constraints import Constraints
from sweeps.outcome import METRIC_TYPES, Metrics, Outcome
from workloads.errors import ConfigError

MOST_OBJECTIVES = 3
"""Of more, hypervolumes take long and fronts hold nearly everything."""
LARGER_IS_BETTER = frozenset(("inferences_per_second", "utilisation_fraction"))
NO_FIGURES = "no figures"
_FAR = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Objectives:
    """Figures to be minimised; those of which more is better count with the opposite sign.

    Parameters
    ----------
    names : tuple of str
        Figures of a point, columns of a results file: one to three, each once.

    Raises
    ------
    ConfigError
        For another number of them, a name twice, or one that no figure has.
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.names) <= MOST_OBJECTIVES:
            raise ConfigError(f"objectives: expected 1 to {MOST_OBJECTIVES} of them, found {len(self.names)}")
        for name in self.names:
            if name not in METRIC_TYPES:
                raise ConfigError(f"objective {name!r} is no figure of a point: {suggest(name, tuple(METRIC_TYPES))}")
            if self.names.count(name) > 1:
                raise ConfigError(f"objectives: expected each once, found {name} twice")

    def costs(self, metrics: Metrics) -> tuple[float, ...]:
        """Return the figures of ``metrics``, smaller is better."""
        return tuple(_sign(name) * float(getattr(metrics, name)) for name in self.names)

    def figures(self, costs: tuple[float, ...]) -> dict[str, float]:
        """Return what ``costs`` stand for, by figure."""
        return {name: _sign(name) * cost for name, cost in zip(self.names, costs, strict=True)}


def _sign(name: str) -> int:
    return -1 if name in LARGER_IS_BETTER else 1


def excesses(outcome: Outcome, constraints: Constraints) -> Mapping[str, float]:
    """Return by how much of its bound each constraint is missed; nothing or less where it is met.

    Assumes that, for the sampler of a search, a point without figures misses by more than any point that has some:
    a million times the bound.
    """
    metrics = outcome.metrics
    missed = {NO_FIGURES: _FAR if metrics is None else 0.0}
    for name, bound in constraints.max.given.items():
        missed[f"max {name}"] = 0.0 if metrics is None else getattr(metrics, name) / bound - 1
    for name, bound in constraints.min.given.items():
        missed[f"min {name}"] = 0.0 if metrics is None else 1 - getattr(metrics, name) / bound
    return missed
