"""Reference figures as JSON: an object of rows by name, each an object of numbers and lists of numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from validation.table import TableRow
from workloads.errors import SparsimError

NAME_COLUMN = "name"
"""Cell that holds the name of the row."""


def read_json_table(path: Path, columns: Sequence[str]) -> tuple[TableRow, ...]:
    """Return the rows of the file at ``path``, which must have at least ``columns``; lists become text with blanks.

    A row is numbered in the place of a line. Names that begin with an underscore are notes.

    Raises
    ------
    SparsimError
        When it cannot be read, is no such object, or a row lacks a column.
    """
    try:
        tree = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SparsimError(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise SparsimError(f"{path}: is no JSON: {error}") from None
    if not isinstance(tree, dict):
        raise SparsimError(f"{path}: expected an object of rows, found {type(tree).__name__}")
    rows = [(name, row) for name, row in tree.items() if not name.startswith("_")]
    return tuple(_row(path, number, name, row, columns) for number, (name, row) in enumerate(rows, start=1))


def _row(path: Path, number: int, name: str, row: object, columns: Sequence[str]) -> TableRow:
    if not isinstance(row, dict):
        raise SparsimError(f"{path}: {name}: expected an object, found {type(row).__name__}")
    cells = {key: _text(value) for key, value in row.items()} | {NAME_COLUMN: name}
    missing = [column for column in columns if column not in cells]
    if missing:
        raise SparsimError(f"{path}: {name}: expected {', '.join(missing)}, found {', '.join(row) or 'nothing'}")
    return TableRow(path=path, line=number, cells=cells)


def _text(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
