"""A coordinator to be killed: runs a study of slow points into a results file on two workers.

Started as ``python -m tests.sweeps.coordinator RESULTS NUM_POINTS``.
"""

from __future__ import annotations

import sys

from sweeps.cluster import ClusterOptions, run_on_cluster
from sweeps.evaluator import EvaluatorOptions
from sweeps.runner import Counts, StudyRun
from sweeps.store import Store
from tests.sweeps import evaluating


def run_slow_study(results: str, num_points: int) -> Counts:
    import sweeps.cluster

    sweeps.cluster.model_version = lambda modules: evaluating.VERSION  # type: ignore[assignment]
    run = run_on_cluster(EvaluatorOptions(function="tests.sweeps.evaluating:noted"), ClusterOptions(num_workers=2))
    with Store(results) as store:
        study_run = StudyRun(points=evaluating.points_with(range(1, num_points + 1)), store=store, run=run)
        for _ in study_run:
            pass
    return study_run.counts


if __name__ == "__main__":
    run_slow_study(sys.argv[1], int(sys.argv[2]))
