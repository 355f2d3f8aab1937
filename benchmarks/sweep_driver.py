"""Points that cost no more than a sleep, and a coordinator of them that is there to be killed.

``python -m benchmarks.sweep_driver RESULTS NUM_POINTS`` runs points of 20 ms on two workers; each is noted in the file
that ``$SPARSIM_NOTES`` names. Started by benchmarks/sweep_kills.py.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from sweeps.cluster import ClusterOptions, run_on_cluster
from sweeps.evaluator import EvaluatorOptions
from sweeps.evaluator_process import function_name
from sweeps.expand import Points
from sweeps.model_version import model_version
from sweeps.outcome import METRIC_TYPES, Metrics, Outcome, Status
from sweeps.point import Point
from sweeps.runner import Counts, StudyRun
from sweeps.store import MEMORY, Store
from sweeps.study import load_study

SLEEP_S = 0.1
NOTES = "SPARSIM_NOTES"
_NOTED_SLEEP_S = 0.02
_ONES = Metrics(**{one.name: 1 if METRIC_TYPES[one.name] == "INTEGER" else 1.0 for one in fields(Metrics)})  # type: ignore[arg-type]


def asleep(points: Sequence[Point]) -> Iterator[Outcome]:
    """Every point succeeds after 100 ms; an ``Evaluate``."""
    for point in points:
        time.sleep(SLEEP_S)
        yield Outcome(identity=point.identity, status=Status.OK, metrics=_ONES, seconds=SLEEP_S)


def noted(points: Sequence[Point]) -> Iterator[Outcome]:
    """Every point succeeds after 20 ms and is noted; an ``Evaluate``."""
    for point in points:
        time.sleep(_NOTED_SLEEP_S)
        with Path(os.environ[NOTES]).open("a") as notes:
            notes.write(f"{point.identity}\n")
        yield Outcome(identity=point.identity, status=Status.OK, metrics=_ONES, seconds=_NOTED_SLEEP_S)


def run_sleepers(
    evaluate: Callable[[Sequence[Point]], Iterator[Outcome]], num_points: int, results: str = MEMORY
) -> Counts:
    """Evaluate ``num_points`` different points by ``evaluate`` on two workers, and return how it ended."""
    study = load_study(
        {
            "name": "sleepers",
            "networks": ["resnet9"],
            "accelerators": ["edge_npu"],
            "overrides": {"dma.latency_cycles": list(range(num_points))},
        }
    )
    options = EvaluatorOptions(function=f"{__spec__.name}:{function_name(evaluate).rpartition(':')[2]}")
    run = run_on_cluster(options, ClusterOptions(num_workers=2))
    with Store(results) as store:
        points = Points(study=study, model_version=model_version(()))
        study_run = StudyRun(points=points, store=store, run=run)
        for _ in study_run:
            pass
        return study_run.counts


if __name__ == "__main__":
    run_sleepers(noted, int(sys.argv[2]), sys.argv[1])
