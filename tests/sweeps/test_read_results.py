from __future__ import annotations

from pathlib import Path

import pytest

from sweeps.read_results import StudyRow, list_studies, query_results, results_table
from sweeps.results_error import ResultsError
from sweeps.runner import StudyRun, run_serially
from sweeps.store import Store
from tests.sweeps.evaluating import VERSION, at_once, points_with


@pytest.fixture
def results(tmp_path: Path) -> Path:
    path = tmp_path / "results?#.sqlite"  # what an address would take for something else
    with Store(path) as store:
        for name, rows in (("first", [4, 2]), ("second", [2, 3, 5])):
            for _ in StudyRun(points=points_with(rows, name), store=store, run=run_serially(at_once)):
                pass
    return path


def test_studies(results: Path) -> None:
    assert list_studies(results) == tuple(
        StudyRow(name=name, model_version=VERSION, num_ok=num, num_infeasible=0, num_failed=0, is_current=True)
        for name, num in (("first", 2), ("second", 3))
    )


def test_a_query(results: Path) -> None:
    found = query_results(results, 'SELECT "array.rows" AS rows FROM results WHERE study = ? ORDER BY 1', ("second",))
    assert (found.columns, found.rows) == (("rows",), ((2,), (3,), (5,)))


def test_the_table_of_a_study_is_in_its_order(results: Path) -> None:
    table = results_table(results, "first")
    assert [row[table.columns.index("array.rows")] for row in table.rows] == [4, 2]
    assert len(results_table(results).rows) == 5


def test_an_unknown_study(results: Path) -> None:
    with pytest.raises(ResultsError, match="no study 'third', found 'first', 'second'"):
        results_table(results, "third")


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("DELETE FROM points", "attempt to write a readonly database"),
        ("CREATE TABLE x (y)", "attempt to write a readonly database"),
        ("SELECT x FROM results", "no such column: x"),
        ("SELEC", "syntax error"),
        ("SELECT 1; SELECT 2", "one statement"),
        ("ATTACH 'other.sqlite' AS other", "expected a SELECT from this file alone"),
        ("", "expected a SELECT, found a statement without rows"),
    ],
)
def test_queries_that_are_none(sql: str, message: str, results: Path) -> None:
    before = results.read_bytes()
    with pytest.raises(ResultsError, match=message):
        query_results(results, sql)
    assert results.read_bytes() == before


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="expected a file, found none"):
        list_studies(tmp_path / "none")
    with pytest.raises(ResultsError, match="expected a file, found a folder"):
        list_studies(tmp_path)
    (tmp_path / "text").write_text("text " * 100)
    with pytest.raises(ResultsError, match="is no SQLite file"):
        list_studies(tmp_path / "text")


def test_reading_while_a_sweep_writes(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with Store(path) as store:
        running = StudyRun(points=points_with([2, 3, 4]), store=store, run=run_serially(at_once))
        seen = [len(results_table(path).rows) for _ in running]
    assert seen == [1, 2, 3]
