"""Boxes to pack as a CSV file, in the columns of minimalloc: id, lower, upper, size, and alignment if there is any.

Source: google/minimalloc, README.md (``lower`` is the first step of a lifetime, ``upper`` the first one after it).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mapper.allocate import LARGEST_VALUE, Box
from workloads.errors import ConfigError

_REQUIRED = ("id", "lower", "upper", "size")
_OFFSET = "offset"
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationTable:
    """The rows of a file, as they are written there, with the box of each.

    Parameters
    ----------
    columns : tuple of str
    rows : tuple of tuple of str
    names : tuple of str
        The ids, all different.
    boxes : tuple of Box
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]
    boxes: tuple[Box, ...]


def load_boxes(path: Path) -> AllocationTable:
    """Return the table of a CSV file; blank lines are left out.

    Raises
    ------
    ConfigError
        When the file cannot be read, is no CSV with the columns of minimalloc, or has a row that is no box; names file,
        line and column, what was expected and what was found.
    """
    lines = _read_rows(path)
    line, header = next(lines, (1, []))
    columns = tuple(cell.strip() for cell in header)
    _check_columns(path, line, columns)
    rows: list[tuple[str, ...]] = []
    boxes: list[Box] = []
    lines_of: dict[str, int] = {}
    for line, cells in lines:
        if len(cells) != len(columns):
            raise ConfigError(f"{path}, line {line}: expected {len(columns)} cells, found {len(cells)}")
        row = _Row(path, line, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))
        before = lines_of.setdefault(row.cells["id"], line)
        if before != line:
            raise row.error("id", f"an id of its own, found {row.cells['id']!r}, which line {before} has too")
        rows.append(tuple(cells))
        boxes.append(row.box())
    if not rows:
        raise ConfigError(f"{path}: no box behind the header")
    return AllocationTable(columns=columns, rows=tuple(rows), names=tuple(lines_of), boxes=tuple(boxes))


def csv_with_offsets(table: AllocationTable, offsets: Sequence[int]) -> str:
    """Return the table as CSV text with a column ``offset``: the last one, or in place of the one that is there."""
    at = table.columns.index(_OFFSET) if _OFFSET in table.columns else len(table.columns)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*table.columns[:at], _OFFSET, *table.columns[at + 1 :]))
    for row, offset in zip(table.rows, offsets, strict=True):
        writer.writerow((*row[:at], offset, *row[at + 1 :]))
    return text.getvalue()


def _read_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield line number and cells of each line that is not blank."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:  # bytes that are no UTF-8, or a NUL in the name
        raise ConfigError(f"{path}: is no text file in UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise ConfigError(f"{path}, line {reader.line_num}: is no CSV: {error}") from None


def _check_columns(path: Path, line: int, columns: tuple[str, ...]) -> None:
    missing = [column for column in _REQUIRED if column not in columns]
    if missing:
        found = ", ".join(columns)[:200] or "nothing"
        raise ConfigError(
            f"{path}, line {line}: expected columns {', '.join(_REQUIRED)}, found {found}: no {', '.join(missing)}"
        )
    repeated = next((column for column in columns if columns.count(column) > 1), None)
    if repeated is not None:
        raise ConfigError(f"{path}, line {line}: expected each column once, found {repeated!r} again")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the file, cells by column."""

    path: Path
    line: int
    cells: dict[str, str]

    def error(self, column: str, message: str) -> ConfigError:
        return ConfigError(f"{self.path}, line {self.line}, column {column}: expected {message}")

    def box(self) -> Box:
        """Return the box of the row."""
        if not self.cells["id"]:
            raise self.error("id", "a name, found an empty cell")
        if self.cells.get("gaps"):
            raise self.error(
                "gaps", f"an empty cell, since boxes with gaps are not packed, found {self.cells['gaps']!r}"
            )
        lower, upper = (self._integer(column, -LARGEST_VALUE) for column in ("lower", "upper"))
        if lower >= upper:
            raise self.error("upper", f"a step after lower ({lower}), found {upper}")
        alignment = self._integer("alignment", 1) if "alignment" in self.cells else 1
        return Box(lower, upper, self._integer("size", 0), alignment)

    def _integer(self, column: str, least: int) -> int:
        text = self.cells[column]
        expected = f"a whole number of at least {least}" if least >= 0 else "a whole number"
        if _INTEGER.fullmatch(text) is None or int(text) < least:
            raise self.error(column, f"{expected}, found {text!r}")
        if int(text) > LARGEST_VALUE:
            raise self.error(column, f"at most {LARGEST_VALUE}, found {text}")
        return int(text)
