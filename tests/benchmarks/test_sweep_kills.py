from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from benchmarks.sweep_driver import NOTES, noted, run_sleepers
from benchmarks.sweep_kills import Ledger


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Of three points that are finished."""
    ledger = Ledger(results=tmp_path / "results.sqlite", notes=tmp_path / "notes")
    monkeypatch.setenv(NOTES, str(ledger.notes))
    run_sleepers(noted, 3, str(ledger.results))
    ledger.look()
    return ledger


def change(ledger: Ledger, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(ledger.results)) as connection, connection:
        connection.execute(statement)


def test_nothing_is_lost_or_repeated_unless_something_happens(ledger: Ledger) -> None:
    ledger.look()
    assert (len(ledger.seen), len(ledger.lost), ledger.num_repeated) == (3, 0, 0)


def test_a_point_that_is_gone_is_lost_once(ledger: Ledger) -> None:
    identity = min(ledger.seen)
    change(ledger, "PRAGMA foreign_keys = OFF")
    change(ledger, f"DELETE FROM points WHERE identity = '{identity}'")
    ledger.look()
    ledger.look()
    assert ledger.lost == {identity}


def test_a_point_written_anew_is_lost(ledger: Ledger) -> None:
    identity = max(ledger.seen)
    change(ledger, f"UPDATE points SET finished_at = 'later' WHERE identity = '{identity}'")
    ledger.look()
    assert ledger.lost == {identity}


def test_an_evaluation_of_a_finished_point_is_repeated(ledger: Ledger) -> None:
    with ledger.notes.open("a") as notes:
        notes.write(f"{min(ledger.seen)}\n" * 2 + "of-a-point-that-was-never-finished\n")
    ledger.look()
    assert ledger.num_repeated == 2


def test_no_results_file_has_no_points(tmp_path: Path) -> None:
    ledger = Ledger(results=tmp_path / "none.sqlite", notes=tmp_path / "none")
    ledger.look()
    assert (ledger.seen, ledger.lost, ledger.num_repeated) == ({}, set(), 0)
