"""A space of 240 designs whose figures are sums: a search over it takes no time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sweeps.expand import Points
from sweeps.outcome import Outcome, Status
from sweeps.point import Point
from sweeps.search import SearchRun
from sweeps.search_objectives import Objectives
from sweeps.search_record import SearchPlan
from sweeps.store import Store
from tests.sweeps.evaluating import metrics_with, points_with, rows_of

AXES = {"zip": [{"array.cols": [2, 4, 8, 16, 32, 64]}, {"dma.latency_cycles": [0, 10]}]}
BOTH = Objectives(names=("latency_ms", "area_mm2"))


def searched_points(**others: object) -> Points:
    return points_with(range(1, 21), **{**AXES, **others})


def cols_of(point: Point) -> int:
    assert point.accelerator is not None
    return point.accelerator.array.cols


@dataclass
class Answers:
    """An ``Evaluate`` that remembers what it was asked: latency falls and area grows with the array; more than
    ``most`` positions of the array do not fit, and ``failing`` rows fail.
    """

    most: int = 10**9
    failing: int = 0
    asked: list[str] = field(default_factory=list)

    def __call__(self, points: Sequence[Point]) -> Iterator[Outcome]:
        for point in points:
            self.asked.append(point.identity)
            yield self._outcome(point)

    def _outcome(self, point: Point) -> Outcome:
        rows, cols = rows_of(point), cols_of(point)
        if rows * cols > self.most:
            return Outcome(identity=point.identity, status=Status.INFEASIBLE, reason="does not fit")
        if rows == self.failing:
            return Outcome(identity=point.identity, status=Status.FAILED, reason="took too long")
        latency_ms = 100 / (rows * cols) + rows / 50
        metrics = replace(metrics_with(1), latency_ms=latency_ms, area_mm2=rows * cols / 10, energy_mj=rows + 5 / cols)
        return Outcome(identity=point.identity, status=Status.OK, metrics=metrics)


def plan(budget: int, sampler: str = "nsga2", *, objectives: Objectives = BOTH, seed: int = 0) -> SearchPlan:
    return SearchPlan(sampler=sampler, objectives=objectives, seed=seed, budget=budget)


def run(points: Points, store: Store, answers: Answers, chosen: SearchPlan) -> SearchRun:
    """Run a search to its end."""
    searching = SearchRun(points=points, store=store, evaluate=answers, plan=chosen)
    for _ in searching:
        pass
    return searching
