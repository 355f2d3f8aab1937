from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from sweeps.outcome import Outcome, Status
from sweeps.results_error import ResultsError
from sweeps.store import MEMORY, Finished, Store
from tests.sweeps.evaluating import VERSION, metrics_with, outcome_of, points_with

STUDY = points_with([2, 3]).study


def finished(rows: int, position: int = 0, violates: tuple[str, ...] = ()) -> Finished:
    point = points_with([rows]).point(0)
    return Finished(position=position, point=point, outcome=outcome_of(point), violates=violates)


def test_what_is_recorded_is_known_after_opening_again(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    failed = Outcome(identity="f" * 64, status=Status.FAILED, reason="no time", seconds=2.5)
    with Store(path) as store:
        study = store.open_study(STUDY, VERSION, ["array.rows"])
        store.record(study, [finished(2), replace(finished(3, 1), outcome=failed)])
    with Store(path) as store:
        known = store.known([finished(2).outcome.identity, "f" * 64, "0" * 64])
    assert set(known) == {finished(2).outcome.identity, "f" * 64}
    assert known["f" * 64] == failed
    assert known[finished(2).outcome.identity].metrics == metrics_with(2)


def test_more_identities_than_one_statement_may_name() -> None:
    with Store(MEMORY) as store:
        assert store.known([f"{number:064x}" for number in range(40_000)]) == {}


def test_the_view_has_a_column_for_each_field_that_changes() -> None:
    with Store(MEMORY) as store:
        study = store.open_study(STUDY, VERSION, ["array.rows", "technology.node_nm"])
        store.record(study, [finished(2, violates=("area_mm2 2 above max 1",))])
        row = store.connection.execute(
            'SELECT study, position, network, "array.rows", "technology.node_nm", energy_mj, violates FROM results'
        ).fetchall()
    assert row == [("tiny", 0, "resnet9", 2, None, 2.0, "area_mm2 2 above max 1")]


def test_a_study_that_changed_shows_its_new_points_alone_and_old_ones_stay_known() -> None:
    with Store(MEMORY) as store:
        store.record(store.open_study(STUDY, VERSION, []), [finished(2)])
        study = store.open_study(STUDY, VERSION, [])
        assert store.connection.execute("SELECT count(*) FROM results").fetchone() == (0,)
        store.record(study, [finished(3)])
        assert store.connection.execute("SELECT total_cycles FROM results").fetchall() == [(3,)]
        assert len(store.known([finished(2).outcome.identity])) == 1


def test_versions_of_the_model_stay_apart() -> None:
    old = points_with([2])
    with Store(MEMORY) as store:
        store.record(store.open_study(STUDY, VERSION, []), [finished(2)])
        new_point = replace(old.point(0), model_version="9.9.9+new")
        study = store.open_study(STUDY, "9.9.9+new", [])
        new = Finished(position=0, point=new_point, outcome=outcome_of(new_point))
        store.record(study, [new])
        versions = store.connection.execute("SELECT model_version FROM results").fetchall()
        assert versions == [("9.9.9+new",)]
        assert store.connection.execute("SELECT count(*) FROM all_results").fetchone() == (2,)
        assert store.num_of_other_versions("9.9.9+new") == 1
        assert store.num_of_other_versions(VERSION) == 1


def test_what_does_not_fit_the_disk_is_not_there_by_halves(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with Store(path) as store:
        study = store.open_study(STUDY, VERSION, [])
        store.record(study, [finished(2)])
        pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
        store.connection.execute(f"PRAGMA max_page_count = {pages}")  # a disk with no room left
        with pytest.raises(ResultsError, match="cannot be written: the disk is full; what was finished before is kept"):
            store.record(study, [finished(rows, rows) for rows in range(3, 200)])
    with Store(path) as store:
        assert store.connection.execute("SELECT count(*) FROM points").fetchone() == (1,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no database at all" * 10, "is no SQLite file: expected one that `sparsim sweep` wrote"),
        (None, "is a database of another program"),
    ],
)
def test_files_of_others(content: bytes | None, message: str, tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    if content is None:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE theirs (x)")
        connection.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(ResultsError, match=message):
        Store(path)
    assert path.read_bytes() == before


def test_a_later_format(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with Store(path) as store:
        store.connection.execute("PRAGMA user_version = 2")
    with pytest.raises(ResultsError, match="expected format 1, found 2"):
        Store(path)


def test_a_damaged_file(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with Store(path) as store:
        store.record(store.open_study(STUDY, VERSION, []), [finished(rows, rows) for rows in range(2, 100)])
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(ResultsError, match="is damaged: move it away, or repair it"):
        Store(path)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="cannot be opened: expected a file in a folder that exists"):
        Store(tmp_path / "none" / "results.sqlite")
