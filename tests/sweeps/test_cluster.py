from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from distributed import KilledWorker, LocalCluster

from sweeps import cluster
from sweeps.cluster import Batch, ClusterError, ClusterOptions, _Distribution, evaluate_batch, run_on_cluster
from sweeps.evaluator import EvaluatorOptions
from sweeps.outcome import Outcome, Status
from tests.sweeps import evaluating
from tests.sweeps.evaluating import points_with

TROUBLED = EvaluatorOptions(function="tests.sweeps.evaluating:troubled", point_timeout_s=0.5)
AT_ONCE = EvaluatorOptions(function="tests.sweeps.evaluating:at_once")


@pytest.fixture(autouse=True)
def _version(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(cluster, "model_version", lambda modules: evaluating.VERSION)
    yield
    cluster.close_evaluators()


@pytest.fixture
def scheduler() -> Iterator[LocalCluster]:
    """A scheduler that is reached over TCP, with one worker."""
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp",
        dashboard_address="127.0.0.1:0",
        silence_logs=logging.CRITICAL,
    ) as running:
        yield running


def test_every_point_has_an_outcome_whatever_happens() -> None:
    points = list(points_with(range(1, 11)))
    run = run_on_cluster(TROUBLED, ClusterOptions(num_workers=2))
    found = {one.identity: one for outcomes in run((each,) for each in points) for one in outcomes}
    assert len(found) == 10
    reasons = {evaluating.rows_of(point): found[point.identity].reason for point in points}
    assert {rows for rows, reason in reasons.items() if reason} == {3, 5, 7}
    assert reasons[3] == "took more than 0.5 s"
    assert "SIGKILL" in reasons[5]
    assert "no room for 7 rows" in reasons[7]


def test_nothing_to_do_starts_nothing() -> None:
    assert list(run_on_cluster(AT_ONCE, ClusterOptions(scheduler="tcp://127.0.0.1:9"))([])) == []


def test_an_existing_scheduler(scheduler: LocalCluster) -> None:
    run = run_on_cluster(AT_ONCE, ClusterOptions(scheduler=scheduler.scheduler_address))
    points = list(points_with(range(1, 31)))
    found = [one.identity for outcomes in run((each,) for each in points) for one in outcomes]
    assert sorted(found) == sorted(point.identity for point in points)


def test_a_scheduler_that_is_lost(scheduler: LocalCluster) -> None:
    run = run_on_cluster(AT_ONCE, ClusterOptions(scheduler=scheduler.scheduler_address))
    arriving = run((each,) for each in points_with(range(1, 2000)))
    next(arriving)
    scheduler.close()
    with pytest.raises(ClusterError, match="the scheduler is lost; what was finished is kept"):
        list(arriving)


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:9", "nonsense"])
def test_an_unreachable_scheduler(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_S", 0.5)
    with pytest.raises(ClusterError, match=f"scheduler '{url}' cannot be reached: "):
        list(run_on_cluster(AT_ONCE, ClusterOptions(scheduler=url))([tuple(points_with([1]))]))


def test_a_worker_of_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "model_version", lambda modules: "other")
    batch = Batch(points=tuple(points_with([1])), options=AT_ONCE, modules=())
    with pytest.raises(ClusterError, match=r"another version of the model: expected 1.2.3\+test, found other"):
        evaluate_batch(batch)


class _Lost:
    """A future whose workers died."""

    def result(self) -> list[Outcome]:
        raise KilledWorker("task", None, 3)


def test_a_batch_whose_workers_died_is_split_and_a_single_point_fails() -> None:
    points = tuple(points_with([1, 2]))
    distribution = _Distribution(None, AT_ONCE, ClusterOptions())  # type: ignore[arg-type]
    several = Batch(points=points, options=AT_ONCE, modules=())
    assert distribution._gathered(_Lost(), several) is None  # type: ignore[arg-type]
    single = Batch(points=points[:1], options=AT_ONCE, modules=())
    (failed,) = distribution._gathered(_Lost(), single) or []  # type: ignore[arg-type]
    assert (failed.identity, failed.status) == (points[0].identity, Status.FAILED)
    assert failed.reason == "workers of the cluster died of it, one after the other"
