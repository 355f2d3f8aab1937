"""SQLite's errors as messages that say what is wrong with the file and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workloads.errors import SparsimError


class ResultsError(SparsimError):
    """A results file that cannot be read or written; names it."""


_KEPT = "what was finished before is kept, and the same command goes on from there"
_REASONS = {
    sqlite3.SQLITE_NOTADB: "is no SQLite file: expected one that `sparsim sweep` wrote",
    sqlite3.SQLITE_CORRUPT: "is damaged: move it away, or repair it with `sqlite3 FILE .recover`",
    sqlite3.SQLITE_READONLY: "is read-only: make it writable, or give another file with --results",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: expected a file in a folder that exists and may be written to",
    sqlite3.SQLITE_FULL: f"cannot be written: the disk is full; {_KEPT}",
    sqlite3.SQLITE_IOERR: f"cannot be read or written: the disk reports an error; {_KEPT}",
    sqlite3.SQLITE_BUSY: f"is in use by another process; {_KEPT}",
}
_PRIMARY = 0xFF
"""SQLite's extended error codes hold the primary one in their low byte."""


@contextmanager
def sqlite_errors(path: str | Path) -> Iterator[None]:
    """Turn an SQLite error inside the block into a ResultsError about ``path``.

    Raises
    ------
    ResultsError
    """
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        reason = None if code is None else _REASONS.get(code & _PRIMARY)
        raise ResultsError(f"results file {str(path)!r} {reason or f'fails: {error}'}") from None
