"""The results file: one SQLite file, written by the coordinator alone, in which a point stands once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from sweeps.outcome import METRIC_TYPES, Metrics, Outcome, Status
from sweeps.point import Point, canonical_json
from sweeps.results_error import ResultsError, sqlite_errors
from sweeps.store_schema import APPLICATION_ID, FORMAT_VERSION, TABLES, views
from sweeps.study import Study

MEMORY = ":memory:"
"""In place of a file: results that end with the process."""
_LOOKUP = 500
_WAIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A point of a study with its outcome.

    Parameters
    ----------
    position : int
        Number of the point in the study.
    point : Point
    outcome : Outcome
    violates : tuple of str
        The study's constraints that it does not meet.
    is_new : bool
        Whether this run evaluated it.
    """

    position: int
    point: Point
    outcome: Outcome
    violates: tuple[str, ...] = ()
    is_new: bool = True


class Store:
    """A results file open for writing. Use it as a context manager: leaving closes the file.

    Parameters
    ----------
    path : str or Path
        Made when there is none; ``:memory:`` for none.

    Raises
    ------
    ResultsError
        When the file is damaged, no results file, of a later format, or cannot be written to.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = path
        with sqlite_errors(path):
            self._connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
        try:
            with sqlite_errors(path):
                self._prepare()
        except ResultsError:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        connection = self._connection
        is_new = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if not is_new:
            check_format(connection, self.path)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if is_new:
            connection.executescript(
                f"BEGIN IMMEDIATE; PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT_VERSION};"
                f"{TABLES} {views(())} COMMIT;"
            )
        connection.execute("BEGIN IMMEDIATE")  # a read-only file says so now, not after the first hour
        connection.execute("ROLLBACK")

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def connection(self) -> sqlite3.Connection:
        """For reading."""
        return self._connection

    def open_study(self, study: Study, model_version: str, parameters: Iterable[str]) -> int:
        """Return the number of ``study`` in this file; its rows begin anew, finished points stay.

        Parameters
        ----------
        study : Study
        model_version : str
        parameters : iterable of str
            Fields of the accelerator that the study changes: columns of the view ``results``.
        """
        document = canonical_json(json.loads(study.model_dump_json(exclude={"overrides", "zip"})))
        with sqlite_errors(self.path), self._transaction() as connection:
            opened = connection.execute("SELECT coalesce(max(opened), 0) + 1 FROM studies").fetchone()[0]
            study_id: int = connection.execute(
                "INSERT INTO studies (name, model_version, document, opened) VALUES (?, ?, ?, ?) "
                "ON CONFLICT DO UPDATE SET document = excluded.document, opened = excluded.opened RETURNING study_id",
                (study.name, model_version, document, opened),
            ).fetchone()[0]
            connection.execute("DELETE FROM study_points WHERE study_id = ?", (study_id,))
            connection.executemany("INSERT OR IGNORE INTO parameters VALUES (?)", ((name,) for name in parameters))
            names = [name for (name,) in connection.execute("SELECT name FROM parameters ORDER BY name")]
            for statement in views(names).split(";"):
                connection.execute(statement)
        return study_id

    @property
    def num_points(self) -> int:
        """Finished points in the file, of all studies and versions."""
        with sqlite_errors(self.path):
            return int(self._connection.execute("SELECT count(*) FROM points").fetchone()[0])

    def num_of_other_versions(self, model_version: str) -> int:
        """Return how many points stand here that another version of the model evaluated."""
        with sqlite_errors(self.path):
            query = "SELECT count(*) FROM points WHERE model_version <> ?"
            return int(self._connection.execute(query, (model_version,)).fetchone()[0])

    def known(self, identities: Sequence[str]) -> dict[str, Outcome]:
        """Return the outcomes of those of ``identities`` that are finished; without their layers."""
        columns = ", ".join(("identity", "status", "reason", "seconds", *METRIC_TYPES))
        found: dict[str, Outcome] = {}
        with sqlite_errors(self.path):
            for begin in range(0, len(identities), _LOOKUP):
                wanted = identities[begin : begin + _LOOKUP]
                marks = ",".join("?" * len(wanted))
                rows = self._connection.execute(f"SELECT {columns} FROM points WHERE identity IN ({marks})", wanted)
                found.update((row[0], _outcome(row)) for row in rows)
        return found

    def record(self, study_id: int, finished: Sequence[Finished]) -> None:
        """Write points and their rows of the study, all or none.

        Raises
        ------
        ResultsError
            When the disk is full, or the file cannot be written to.
        """
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        marks = ",".join("?" * (7 + len(METRIC_TYPES)))
        with sqlite_errors(self.path), self._transaction() as connection:
            connection.executemany(
                f"INSERT OR REPLACE INTO points VALUES ({marks})",
                (tuple(_row(one, now)) for one in finished if one.is_new),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO study_points VALUES (?, ?, ?, ?, ?)",
                (
                    (study_id, one.outcome.identity, one.position, _parameters(one.point), "; ".join(one.violates))
                    for one in finished
                ),
            )

    def _transaction(self) -> _Transaction:
        return _Transaction(self._connection)


@dataclass(frozen=True, slots=True)
class _Transaction:
    """All statements of the block are written, or none."""

    connection: sqlite3.Connection

    def __enter__(self) -> sqlite3.Connection:
        self.connection.execute("BEGIN IMMEDIATE")
        return self.connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.connection.execute("COMMIT")
        elif self.connection.in_transaction:  # SQLite itself has rolled back after some errors
            self.connection.execute("ROLLBACK")


def check_format(connection: sqlite3.Connection, path: str | Path) -> None:
    """Raise when the file of ``connection`` holds something else than results of this format.

    Raises
    ------
    ResultsError
    """
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise ResultsError(f"results file {str(path)!r} is a database of another program")
    found = connection.execute("PRAGMA user_version").fetchone()[0]
    if found != FORMAT_VERSION:
        raise ResultsError(f"results file {str(path)!r}: expected format {FORMAT_VERSION}, found {found}")


def point_parameters(point: Point) -> dict[str, object]:
    """Return what tells the point from others of its study, by column of the view ``results``."""
    return {
        "network": point.network,
        "bindings": ",".join(f"{name}={size}" for name, size in point.bindings),
        "batch": point.batch,
        "accelerator": point.accelerator_source,
        "compression": point.compression,
        "seed": point.seed,
        "objective": point.objective,
        "mapper": point.mapper,
        "time_limit_s": point.time_limit_s,
        **dict(point.overrides),
    }


def _parameters(point: Point) -> str:
    return canonical_json(point_parameters(point))


def _row(finished: Finished, now: str) -> Iterator[object]:
    outcome = finished.outcome
    yield from (outcome.identity, finished.point.model_version, str(outcome.status), outcome.reason)
    yield from (outcome.seconds, now, outcome.layers)
    yield from (None if outcome.metrics is None else getattr(outcome.metrics, name) for name in METRIC_TYPES)


def _outcome(row: Sequence[object]) -> Outcome:
    identity, status, reason, seconds, *figures = row
    names = [one.name for one in fields(Metrics)]
    metrics = None if figures[0] is None else Metrics(**dict(zip(names, figures, strict=True)))  # type: ignore[arg-type]
    return Outcome(
        identity=str(identity),
        status=Status(str(status)),
        reason=str(reason),
        metrics=metrics,
        seconds=float(str(seconds)),
    )
