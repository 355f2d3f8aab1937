"""What the page of a results file contains: points by column, and their layers."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from plots.design_columns import LARGER_IS_BETTER, axis_label
from sparsim.export import JsonValue
from sweeps.outcome import METRIC_TYPES
from sweeps.read_results import Cell, Table, query_results, results_table
from sweeps.store_schema import LABELS
from workloads.errors import ConfigError

MOST_LAYERS_BYTES = 24_000_000
"""Of text, in one page: more would make it slow to open and to send."""
_BOOKKEEPING = ("study", "position", "status", "reason", "violates", "seconds", "model_version", "identity")
_IDENTITY_CHARACTERS = 16
_MOST_LEVELS_FRACTION = 0.5
_DIGITS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class PageData:
    """What the page contains, as JSON values.

    Parameters
    ----------
    data : JsonValue
        Title, summary and columns.
    layers : JsonValue
        A text a point, zlib in base64; empty where there are none. An empty list where they are left out.
    num_points : int
    layers_note : str
        Why layers are left out; empty where they are not.
    """

    data: JsonValue
    layers: JsonValue
    num_points: int
    layers_note: str


def page_data(path: Path, study: str | None) -> PageData:
    """Return what the page of the results file ``path`` contains, of one study or all.

    Raises
    ------
    ResultsError
        When the file cannot be read, or has no such study.
    ConfigError
        When there is no point.
    """
    found = results_table(path, study)
    table = _once(found)
    if not table.rows:
        raise ConfigError(f"results file {str(path)!r}: expected points, found none")
    layers, note = _layers(path, table)
    data: JsonValue = {
        "title": f"{study or ', '.join(_different(found, 'study'))}: {path.name}",
        "summary": _summary(table, note),
        "num_points": len(table.rows),
        "layers_note": note,
        "columns": [
            _column(name, [row[place] for row in table.rows])
            for place, name in enumerate(table.columns)
            if name != "model_version"
        ],
    }
    return PageData(data=data, layers=layers, num_points=len(table.rows), layers_note=note)


def _once(table: Table) -> Table:
    """Return ``table`` with each point once, as the first study has it; twice where constraints of others differ."""
    identity, violates = table.columns.index("identity"), table.columns.index("violates")
    first: dict[tuple[Cell, Cell], tuple[Cell, ...]] = {}
    for row in table.rows:
        first.setdefault((row[identity], row[violates]), row)
    return Table(columns=table.columns, rows=tuple(first.values()))


def _different(table: Table, column: str) -> list[str]:
    place = table.columns.index(column)
    return list(dict.fromkeys(str(row[place]) for row in table.rows))


def _summary(table: Table, note: str) -> str:
    place = table.columns.index("status")
    ends = [row[place] for row in table.rows]
    counts = ", ".join(f"{ends.count(end):,} {end}" for end in ("ok", "infeasible", "failed"))
    versions = ", ".join(_different(table, "model_version"))
    return f"{len(table.rows):,} points ({counts}); model {versions}{'; ' if note else ''}{note}"


def _column(name: str, cells: Sequence[Cell]) -> JsonValue:
    """Return a column: different values with a code a point (none where there is one), or the values of all."""
    values: list[JsonValue] = [_value(name, cell) for cell in cells]
    levels = list(dict.fromkeys(values))
    column: dict[str, JsonValue] = {
        "name": name,
        "label": axis_label(name),
        "role": "figure" if name in METRIC_TYPES else "book" if name in _BOOKKEEPING else "choice",
        "is_field": name not in METRIC_TYPES and name not in _BOOKKEEPING and name not in LABELS,
        "is_number": any(value is not None for value in values) and not any(isinstance(one, str) for one in levels),
        "larger_is_better": name in LARGER_IS_BETTER,
    }
    if len(levels) == 1:
        return {**column, "levels": levels, "codes": None}
    if len(levels) > _MOST_LEVELS_FRACTION * len(values):
        return {**column, "values": values}
    codes = {level: code for code, level in enumerate(levels)}
    return {**column, "levels": levels, "codes": [codes[value] for value in values]}


def _value(name: str, cell: Cell) -> str | int | float | None:
    if isinstance(cell, float):
        return float(f"{cell:.{_DIGITS}g}") if math.isfinite(cell) else None
    if isinstance(cell, bytes):
        return f"{len(cell)} bytes"
    return str(cell)[:_IDENTITY_CHARACTERS] if name == "identity" else cell


def _layers(path: Path, table: Table) -> tuple[JsonValue, str]:
    """Return the layers of each row of ``table``, and why they are left out where they are."""
    place = table.columns.index("identity")
    wanted = [str(row[place]) for row in table.rows]
    found = query_results(path, "SELECT identity, length(layers) FROM points").rows
    sizes = {str(identity): int(str(size)) for identity, size in found}
    num_bytes = sum(sizes[identity] for identity in wanted) * 4 // 3
    if num_bytes > MOST_LAYERS_BYTES:
        return [], (
            f"layers are left out: they would take {num_bytes / 1e6:.0f} MB of this page, "
            f"and at most {MOST_LAYERS_BYTES / 1e6:.0f} MB may"
        )
    found = query_results(path, "SELECT identity, layers FROM points WHERE length(layers) > 0").rows
    packed = {str(identity): layers for identity, layers in found if isinstance(layers, bytes)}
    return [base64.b64encode(packed.get(identity, b"")).decode("ascii") for identity in wanted], ""
