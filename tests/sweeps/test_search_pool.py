from __future__ import annotations

import time
from pathlib import Path

import pytest

from sweeps.evaluator import EvaluatorOptions
from sweeps.evaluator_process import function_name
from sweeps.outcome import Status
from sweeps.search_pool import EvaluatorPool
from tests.sweeps.evaluating import noted, points_with, rows_of, troubled


def test_every_point_has_its_outcome_and_processes_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTES", str(tmp_path / "notes"))
    first, second = list(points_with(range(1, 7))), list(points_with(range(7, 13)))
    with EvaluatorPool(EvaluatorOptions(function=function_name(noted)), num_workers=2) as pool:
        for points in (first, second):
            assert {one.identity for one in pool.outcomes(points)} == {point.identity for point in points}
    rows, processes = zip(*(line.split() for line in (tmp_path / "notes").read_text().splitlines()), strict=True)
    assert sorted(map(int, rows)) == list(range(1, 13))
    assert len(set(processes)) <= 2


def test_a_point_that_never_ends_and_one_that_fails() -> None:
    points = list(points_with([2, 3, 7]))
    options = EvaluatorOptions(function=function_name(troubled), point_timeout_s=1.0)
    with EvaluatorPool(options, num_workers=1) as pool:
        outcomes = {one.identity: one for one in pool.outcomes(points)}
    by_rows = {rows_of(point): outcomes[point.identity] for point in points}
    assert by_rows[2].status is Status.OK
    assert by_rows[3].reason == "took more than 1 s"
    assert by_rows[7].status is Status.FAILED


def test_leaving_ends_a_point_that_never_ends() -> None:
    begin = time.monotonic()
    with EvaluatorPool(EvaluatorOptions(function=function_name(troubled)), num_workers=2) as pool:
        outcomes = pool.outcomes(list(points_with([2, 3])))
        assert next(outcomes).status is Status.OK
    assert time.monotonic() - begin < 20
