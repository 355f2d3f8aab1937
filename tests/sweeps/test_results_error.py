from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sweeps.results_error import ResultsError, sqlite_errors
from sweeps.store import Store


def test_a_read_only_file(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    Store(path).close()
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    with (
        pytest.raises(ResultsError, match="is read-only: make it writable, or give another file with --results"),
        sqlite_errors(path),
    ):
        connection.execute("DELETE FROM points")
    connection.close()


def test_a_file_in_use(tmp_path: Path) -> None:
    path = tmp_path / "results.sqlite"
    with Store(path) as store:
        store.connection.execute("BEGIN IMMEDIATE")
        other = sqlite3.connect(path, timeout=0)
        with pytest.raises(ResultsError, match="is in use by another process"), sqlite_errors(path):
            other.execute("BEGIN IMMEDIATE")
        other.close()
        store.connection.execute("ROLLBACK")


def test_an_error_without_a_code_keeps_its_words() -> None:
    with pytest.raises(ResultsError, match=r"results file 'a' fails: what\?"), sqlite_errors("a"):
        raise sqlite3.Error("what?")
