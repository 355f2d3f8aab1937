"""How soon a guided search is as good as the whole grid, on a study small enough to evaluate all of it."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sparsim
from benchmarks.measurement import Measurement
from plots.save import save_figure
from plots.search_progress import ProgressCurve, search_progress
from sweeps.expand import Points
from sweeps.hypervolume import hypervolume
from sweeps.outcome import Outcome
from sweeps.point import Point
from sweeps.search import SearchRun
from sweeps.search_front import front_of, is_usable
from sweeps.search_objectives import Objectives
from sweeps.search_record import SearchPlan
from sweeps.search_sampler import ROUNDS
from sweeps.store import MEMORY, Finished, Store

STUDY = {
    "name": "grid",
    "networks": ["resnet9"],
    "accelerators": ["nm_array"],
    "compressions": ["dense", "nm:2:4", "nm:2:8"],
    "mapper": "layers",
    "overrides": {
        "scratchpad.capacity_bytes": {"log2": ["16 KiB", "1 MiB"]},
        "off_chip.bandwidth_bytes_per_second": ["4 GB/s", "8 GB/s", "16 GB/s", "32 GB/s"],
        "array.dataflow": ["os", "ws"],
    },
    "zip": [{"array.rows": [4, 8, 16, 32, 64], "array.cols": [4, 8, 16, 32, 64]}],
    "constraints": {"max": {"area_mm2": 1.5}},
}
OBJECTIVES = Objectives(names=("latency_ms", "energy_mj", "area_mm2"))
SEEDS = range(5)
BUDGETS = (50, 100, 200, 400)
_GOOD = 0.99
_PICTURE = "SPARSIM_SEARCH_PICTURE"


@dataclass(frozen=True, slots=True)
class Grid:
    """All points of a study with their outcomes, the hypervolume of its front and the worst usable figures."""

    points: Points
    outcomes: dict[str, Outcome]
    reference: tuple[float, ...]
    volume: float

    def evaluate(self, points: Sequence[Point]) -> Iterator[Outcome]:
        """Yield known outcomes; an ``Evaluate``."""
        return (self.outcomes[point.identity] for point in points)


def measure() -> Iterator[Measurement]:
    """Yield the share of the grid's hypervolume that each sampler has after some evaluations.

    The picture of it is written to the file that ``$SPARSIM_SEARCH_PICTURE`` names, when there is one.
    """
    grid = _grid()
    curves = []
    for sampler in ROUNDS:
        runs = [_shares(grid, sampler, seed) for seed in SEEDS]
        curves.append(ProgressCurve(name=sampler, shares=tuple(runs)))
        yield _measurement(grid, sampler, runs)
    if path := os.environ.get(_PICTURE):
        title = f"ResNet-9 on nm_array, {grid.points.num_points} points, {len(SEEDS)} seeds"
        save_figure(search_progress(curves, title=title), Path(path))


def _grid() -> Grid:
    with sparsim.sweep(STUDY) as sweep:  # type: ignore[arg-type]
        sweep.run()
        identities = [point.identity for point in sweep.points]
        outcomes = sweep.store.known(identities)
        constraints = sweep.study.constraints
        found = [
            Finished(
                position=position,
                point=sweep.points.point(position),
                outcome=outcomes[identity],
                violates=() if (metrics := outcomes[identity].metrics) is None else constraints.violated(metrics),
            )
            for position, identity in enumerate(identities)
        ]
        front = front_of(found, OBJECTIVES)
        assert front is not None, "the study has points with figures"
        costs = tuple(front.reference[name] for name in OBJECTIVES.names)
        return Grid(sweep.points, outcomes, costs, front.hypervolume)


def _shares(grid: Grid, sampler: str, seed: int) -> tuple[float, ...]:
    """Return the share of the grid's hypervolume after each evaluation."""
    plan = SearchPlan(sampler=sampler, objectives=OBJECTIVES, seed=seed, budget=BUDGETS[-1])
    costs: list[tuple[float, ...]] = []
    shares: list[float] = []
    with Store(MEMORY) as store:
        for one in SearchRun(points=grid.points, store=store, evaluate=grid.evaluate, plan=plan):
            if is_usable(one) and one.outcome.metrics is not None:
                costs.append(OBJECTIVES.costs(one.outcome.metrics))
            shares.append(hypervolume(costs, grid.reference) / grid.volume)
    return tuple(shares)


def _measurement(grid: Grid, sampler: str, runs: Sequence[Sequence[float]]) -> Measurement:
    shown = []
    for budget in BUDGETS:
        shares = [run[budget - 1] for run in runs]
        shown.append(f"{budget}: {statistics.median(shares):.2%} ({min(shares):.2%} to {max(shares):.2%})")
    good = [next((num for num, share in enumerate(run, 1) if share >= _GOOD), None) for run in runs]
    reached = ", ".join("never" if num is None else str(num) for num in good)
    return Measurement(
        name=f"search {sampler}, median share of the grid's hypervolume after {BUDGETS[1]} evaluations",
        value=100 * statistics.median(run[BUDGETS[1] - 1] for run in runs),
        unit="%",
        details=f"{grid.points.num_points} points of resnet9 on nm_array, {len(runs)} seeds; median (least to most) "
        f"after {'; '.join(shown)}; {_GOOD:.0%} first after {reached}",
    )
