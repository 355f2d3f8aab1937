"""What a search has found: designs that no other beats, and how good they are together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sweeps.hypervolume import hypervolume
from sweeps.outcome import Status
from sweeps.pareto import pareto_positions
from sweeps.search_objectives import Objectives
from sweeps.store import Finished


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """Designs that no other beats in all objectives, among those with figures that meet the constraints.

    Parameters
    ----------
    best : tuple of Finished
        By the first objective.
    num_usable : int
        Designs that they were chosen from.
    reference : mapping
        The worst of each objective among the usable designs, as figures.
    hypervolume : float
        Beaten by the best up to the reference, in the product of the figures' units.
    hypervolume_fraction : float
        Of the box between the best of each objective and the reference; 1 where a single design is best in all, or
        where all usable designs are alike in an objective.
    """

    best: tuple[Finished, ...]
    num_usable: int
    reference: Mapping[str, float]
    hypervolume: float
    hypervolume_fraction: float


def front_of(found: Iterable[Finished], objectives: Objectives) -> Front | None:
    """Return the best of ``found``; None when no point has figures and meets the constraints."""
    usable = [one for one in found if is_usable(one)]
    if not usable:
        return None
    costs = [objectives.costs(one.outcome.metrics) for one in usable if one.outcome.metrics is not None]
    ideal, worst = (tuple(map(extreme, zip(*costs, strict=True))) for extreme in (min, max))
    volume, box = hypervolume(costs, worst), hypervolume([ideal], worst)
    return Front(
        best=tuple(usable[position] for position in pareto_positions(costs)),
        num_usable=len(usable),
        reference=objectives.figures(worst),
        hypervolume=volume,
        hypervolume_fraction=volume / box if box else 1.0,
    )


def is_usable(finished: Finished) -> bool:
    """Return whether a point has figures and meets the constraints of its study."""
    return finished.outcome.status is Status.OK and not finished.violates
