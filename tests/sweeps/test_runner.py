from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import pytest

from sweeps.expand import Points
from sweeps.outcome import Outcome, Status
from sweeps.point import Point
from sweeps.results_error import ResultsError
from sweeps.runner import Run, StudyRun, run_serially
from sweeps.store import MEMORY, Finished, Store
from tests.sweeps.evaluating import at_once, outcome_of, points_with, rows_of

SERIAL = run_serially(at_once)


def run(points: Points, store: Store, how: Run = SERIAL, **others: bool | int) -> StudyRun:
    study_run = StudyRun(points=points, store=store, run=how, **others)  # type: ignore[arg-type]
    for _ in study_run:
        pass
    return study_run


def backwards(groups: Iterable[tuple[Point, ...]]) -> Iterator[Sequence[Outcome]]:
    """Two at a time, and the last first, as a cluster may."""
    taken = [point for points in groups for point in points]
    while taken:
        yield [outcome_of(taken.pop()) for _ in range(min(2, len(taken)))]


def refuse(groups: Iterable[tuple[Point, ...]]) -> Iterator[Sequence[Outcome]]:
    assert not list(groups), "nothing is left to evaluate"
    yield from ()


def test_every_point_is_evaluated_once_across_runs_and_studies() -> None:
    with Store(MEMORY) as store:
        first = run(points_with([2, 3, 4]), store)
        assert (first.counts.num_new, first.counts.num_known, first.counts.num_missing) == (3, 0, 3)
        again = run(points_with([2, 3, 4]), store, refuse)
        assert (again.counts.num_new, again.counts.num_known) == (0, 3)
        other = run(points_with([3, 4, 5], "other"), store)
        assert (other.counts.num_new, other.counts.num_known) == (1, 2)
        rows = store.connection.execute('SELECT study, "array.rows" FROM results ORDER BY 1, 2').fetchall()
    assert rows == [("other", 3), ("other", 4), ("other", 5), ("tiny", 2), ("tiny", 3), ("tiny", 4)]


def test_outcomes_find_their_points_in_any_order() -> None:
    with Store(MEMORY) as store:
        study_run = StudyRun(points=points_with(range(1, 8)), store=store, run=backwards)
        found: list[Finished] = list(study_run)
    assert sorted(one.position for one in found) == list(range(7))
    for one in found:
        assert one.outcome.metrics is not None
        assert one.outcome.metrics.total_cycles == rows_of(one.point) == one.position + 1


def test_points_that_are_equal_count_once() -> None:
    points = points_with([2], overrides={"array.rows": {"range": [16, 17, 1]}, "name": ["a", "b"]})
    with Store(MEMORY) as store:
        counts = run(points, store).counts
    assert (counts.num_points, counts.num_repeated, counts.num_new) == (4, 2, 2)


def test_designs_that_cannot_be_are_rows_and_never_evaluated() -> None:
    points = points_with([2], overrides={"scratchpad.capacity_bytes": [64]})
    with Store(MEMORY) as store:
        counts = run(points, store, refuse).counts
        (row,) = store.connection.execute("SELECT status, reason FROM results").fetchall()
    assert counts.by_status[Status.INFEASIBLE] == 1
    assert row[0] == "infeasible"
    assert row[1].startswith("no such accelerator: ")


def test_a_limit_is_how_many_are_evaluated_now() -> None:
    with Store(MEMORY) as store:
        assert run(points_with(range(1, 8)), store, limit=3).counts.num_new == 3
        assert run(points_with(range(1, 8)), store, limit=3).counts.num_new == 3
        assert run(points_with(range(1, 8)), store, limit=3).counts.num_new == 1


def fails(points: Sequence[Point]) -> Iterator[Outcome]:
    for point in points:
        yield Outcome(identity=point.identity, status=Status.FAILED, reason="no time")


def test_what_failed_is_tried_again_on_request_alone() -> None:
    with Store(MEMORY) as store:
        assert run(points_with([2]), store, run_serially(fails)).counts.by_status[Status.FAILED] == 1
        assert run(points_with([2]), store, refuse).counts.num_known == 1
        counts = run(points_with([2]), store, retry_failed=True).counts
        assert (counts.by_status[Status.OK], counts.num_new) == (1, 1)
        assert store.connection.execute("SELECT status FROM results").fetchall() == [("ok",)]


def test_constraints_mark_points() -> None:
    points = points_with([2, 9], constraints={"max": {"area_mm2": 5}})
    with Store(MEMORY) as store:
        run(points, store)
        rows = store.connection.execute("SELECT violates FROM results ORDER BY position").fetchall()
        assert rows == [("",), ("area_mm2 9 above max 5",)]
        run(points_with([2, 9], constraints={"max": {"area_mm2": 1}}), store, refuse)
        rows = store.connection.execute("SELECT violates FROM results ORDER BY position").fetchall()
        assert rows == [("area_mm2 2 above max 1",), ("area_mm2 9 above max 1",)]


def test_a_full_disk_ends_the_run_and_what_was_finished_stays(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with Store(path) as store:
        arriving = iter(StudyRun(points=points_with(range(1, 400)), store=store, run=run_serially(at_once)))
        seen = len(list(islice(arriving, 10)))
        pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
        store.connection.execute(f"PRAGMA max_page_count = {pages}")
        more: list[Finished] = []
        with pytest.raises(ResultsError, match="the disk is full"):
            more.extend(arriving)
        seen += len(more)
    with Store(path) as store:
        assert store.connection.execute("SELECT count(*) FROM points").fetchone() == (seen,)
        assert run(points_with(range(1, 400)), store).counts.num_known == seen


@pytest.mark.parametrize("shares_work", [True, False])
def test_points_that_share_work_come_together(shares_work):
    overrides = {"scratchpad.capacity_bytes": ["64 KiB", "128 KiB"], "array.cols": [4, 8]}
    taken = []

    def noting(groups: Iterable[tuple[Point, ...]]) -> Iterator[Sequence[Outcome]]:
        for points in groups:
            taken.append([dict(point.overrides) for point in points])
            yield [outcome_of(point) for point in points]

    with Store(MEMORY) as store:
        list(
            StudyRun(
                points=points_with([8], mapper="layers", overrides=overrides, zip=[{"array.rows": [8]}]),
                store=store,
                run=noting,
                shares_work=shares_work,
            )
        )
    cols = [{one["array.cols"] for one in group} for group in taken]
    assert cols == ([{4}, {8}] if shares_work else [{4}, {8}, {4}, {8}])
    assert [len(group) for group in taken] == ([2, 2] if shares_work else [1, 1, 1, 1])
