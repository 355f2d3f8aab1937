"""Results files read: a query, a list of studies, a table to export. Never written to."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sweeps.results_error import ResultsError, sqlite_errors
from sweeps.store import check_format

Cell = str | int | float | bytes | None
_FORBIDDEN = (sqlite3.SQLITE_ATTACH, sqlite3.SQLITE_DETACH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows with the names of their columns."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """A study in a results file, as one version of the model answered it."""

    name: str
    model_version: str
    num_ok: int
    num_infeasible: int
    num_failed: int
    is_current: bool
    """Whether the view ``results`` shows it: no other version ran it later."""


@contextmanager
def open_results(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield a connection that cannot write.

    Raises
    ------
    ResultsError
        When there is no such file, or it is no results file.
    """
    if not path.is_file():
        raise ResultsError(
            f"results file {str(path)!r}: expected a file, found {'a folder' if path.is_dir() else 'none'}"
        )
    with sqlite_errors(path):
        connection = sqlite3.connect(f"file:{quote(str(path))}?{_mode(path)}", uri=True)
    try:
        with sqlite_errors(path):
            check_format(connection, path)
            connection.execute("PRAGMA query_only = ON")
            connection.set_authorizer(_authorise)
        yield connection
    finally:
        connection.close()


def _mode(path: Path) -> str:
    """A folder without write permission has no room for SQLite's lock files; nobody writes there, so none is needed."""
    needs_none = not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists()
    return "mode=ro&immutable=1" if needs_none else "mode=ro"


def _authorise(action: int, *_: str | None) -> int:
    return sqlite3.SQLITE_DENY if action in _FORBIDDEN else sqlite3.SQLITE_OK


def query_results(path: Path, sql: str, values: Sequence[Cell] = ()) -> Table:
    """Return what one SELECT gives.

    Raises
    ------
    ResultsError
        When the file cannot be read, or the query is wrong or would change something.
    """
    with open_results(path) as connection:
        try:
            cursor = connection.execute(sql, values)
            if cursor.description is None:
                raise ResultsError(f"query {sql!r}: expected a SELECT, found a statement without rows")
            columns = tuple(name for name, *_ in cursor.description)
            return Table(columns=columns, rows=tuple(cursor.fetchall()))
        except (sqlite3.OperationalError, sqlite3.ProgrammingError, sqlite3.Warning) as error:
            raise ResultsError(f"query {sql!r}: {error}") from None
        except sqlite3.DatabaseError as error:
            if "not authorized" in str(error):
                raise ResultsError(f"query {sql!r}: expected a SELECT from this file alone") from None
            with sqlite_errors(path):
                raise


def results_table(path: Path, study: str | None = None) -> Table:
    """Return the view ``results``, of one study or all, in the order of their points.

    Raises
    ------
    ResultsError
        When the file cannot be read, or has no such study; names those that it has.
    """
    if study is None:
        return query_results(path, "SELECT * FROM results ORDER BY study, position")
    names = [row.name for row in list_studies(path)]
    if study not in names:
        known = ", ".join(map(repr, dict.fromkeys(names))) or "none"
        raise ResultsError(f"results file {str(path)!r}: no study {study!r}, found {known}")
    return query_results(path, "SELECT * FROM results WHERE study = ? ORDER BY position", (study,))


def list_studies(path: Path) -> tuple[StudyRow, ...]:
    """Return the studies of a results file by name, the last run of each first.

    Raises
    ------
    ResultsError
        When the file cannot be read.
    """
    with open_results(path) as connection, sqlite_errors(path):
        rows = connection.execute(
            "SELECT s.name, s.model_version, sum(p.status = 'ok'), sum(p.status = 'infeasible'), "
            "sum(p.status = 'failed') FROM studies s LEFT JOIN study_points USING (study_id) "
            "LEFT JOIN points p USING (identity) GROUP BY study_id ORDER BY s.name, s.opened DESC"
        ).fetchall()
    seen: set[str] = set()
    found = []
    for name, version, *counts in rows:
        ok, infeasible, failed = (count or 0 for count in counts)
        found.append(
            StudyRow(
                name=name,
                model_version=version,
                num_ok=ok,
                num_infeasible=infeasible,
                num_failed=failed,
                is_current=name not in seen,
            )
        )
        seen.add(name)
    return tuple(found)
