"""Tables of reference figures: CSV rows that know their file and line, and say so when a cell is wrong."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from workloads.errors import SparsimError

MAX_SIZE = 2**31 - 1
"""Largest size of a matrix or an array that a table may hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One line of a reference table, its cells by column name."""

    path: Path
    line: int
    cells: Mapping[str, str]

    def text(self, column: str) -> str:
        """Return the cell without surrounding blanks."""
        return self.cells[column]

    def is_empty(self, column: str) -> bool:
        """Whether nothing was measured."""
        return not self.cells[column]

    def choice(self, column: str, choices: Sequence[str]) -> str:
        """Return the cell, which must be one of ``choices``."""
        if self.cells[column] not in choices:
            raise self.error(column, f"one of {', '.join(choices)}")
        return self.cells[column]

    def size(self, column: str) -> int:
        """Return the cell as an integer from 1 to ``MAX_SIZE``."""
        cell = self.cells[column]
        if not (cell.isascii() and cell.isdigit() and 1 <= int(cell[:11]) <= MAX_SIZE):
            raise self.error(column, f"a whole number from 1 to {MAX_SIZE}")
        return int(cell)

    def number(self, column: str) -> float:
        """Return the cell as a finite number, not negative."""
        try:
            number = float(self.cells[column])
        except ValueError:
            number = math.nan
        if not (math.isfinite(number) and number >= 0):
            raise self.error(column, "a number, not negative")
        return number

    def error(self, column: str, expected: str) -> SparsimError:
        """Return an error that says what the cell should be and what it is."""
        return SparsimError(
            f"{self.path}:{self.line}: column {column!r}: expected {expected}, found {self.cells[column]!r}"
        )


def read_table(path: Path, columns: Sequence[str]) -> tuple[TableRow, ...]:
    """Return the rows of the CSV file at ``path``, which must have at least ``columns``.

    Raises
    ------
    SparsimError
        When it cannot be read, a column is missing or named twice, or a line has more or fewer cells than the header.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            header = [name.strip() for name in next(reader, [])]
            _check_header(path, header, columns)
            return tuple(_row(path, reader.line_num, header, cells) for cells in reader if cells)
    except OSError as error:
        raise SparsimError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SparsimError(f"{path}: is no UTF-8 text") from None
    except csv.Error as error:
        raise SparsimError(f"{path}:{reader.line_num}: is no CSV: {error}") from None


def _check_header(path: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    missing = [column for column in columns if column not in header]
    if missing:
        raise SparsimError(f"{path}:1: expected columns {', '.join(missing)}, found {', '.join(header) or 'nothing'}")
    for name in header:
        if header.count(name) > 1:
            raise SparsimError(f"{path}:1: column {name!r} is named twice")


def _row(path: Path, line: int, header: Sequence[str], cells: Sequence[str]) -> TableRow:
    if len(cells) != len(header):
        raise SparsimError(f"{path}:{line}: expected {len(header)} cells, found {len(cells)}")
    return TableRow(path=path, line=line, cells={name: cell.strip() for name, cell in zip(header, cells, strict=True)})
