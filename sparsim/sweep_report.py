"""What a sweep prints at its end: counts, and the designs that no other beats in cycles, energy and area."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rich.table import Table as RichTable
from rich.text import Text

from sparsim.export import JsonValue
from sparsim.wording import printable
from sweeps.outcome import METRIC_TYPES, Status
from sweeps.pareto import pareto_positions
from sweeps.read_results import Cell, StudyRow, Table
from sweeps.runner import Counts

FIGURES = ("total_cycles", "energy_mj", "area_mm2")
MOST_ROWS = 20
MOST_REASONS = 3
Row = tuple[Cell, ...]
_MISSED = re.compile(r"^(\w+) \S+ ((?:above|below) .*)$")
"""A missed constraint, with the point's own figure between the name and the bound."""
_NO_LABEL = {"study", "position", "status", "reason", "violates", "seconds", "model_version", "identity"}


def counts_text(counts: Counts, study: str, results: str) -> str:
    """Return how many points ended how, in a few lines."""
    ends = ", ".join(f"{counts.by_status[status]:,} {status}" for status in Status)
    lines = [
        f"study {printable(study)}: {counts.num_points:,} points, {ends}",
        f"{counts.num_new:,} new, {counts.num_known:,} known before, in {printable(results)}",
    ]
    if counts.num_repeated:
        lines.append(f"{counts.num_repeated:,} points are equal to others and count once")
    num_left = counts.num_points - counts.num_repeated - sum(counts.by_status.values())
    if num_left:
        lines.append(f"{num_left:,} points are left: the same command goes on with them")
    return "\n".join(lines)


def best_table(table: Table) -> tuple[RichTable, ...]:
    """Return the best designs of ``table``, by network; nothing when no point has figures and meets the constraints."""
    column = {name: place for place, name in enumerate(table.columns)}
    usable = _usable(table)
    if not usable:
        return ()
    best = [row for rows in _by_work(usable, column).values() for row in _front(rows, column)]
    labels = _telling(table.rows, table.columns)
    printed = RichTable(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    printed.title = f"best in cycles, energy and area: {len(best)} of {len(usable)}"
    printed.title_justify = "left"
    for name in (*labels, *FIGURES):
        printed.add_column(name, justify="left" if name in labels else "right")
    for row in best[:MOST_ROWS]:
        texts = [_text(row[column[name]]) for name in (*labels, *FIGURES)]
        printed.add_row(*map(Text, texts))
    if len(best) > MOST_ROWS:
        printed.add_row(f"{len(best) - MOST_ROWS} more")
    return (printed,)


def has_best(table: Table) -> bool:
    """Whether a point of ``table`` has figures and meets the constraints."""
    return bool(_usable(table))


def no_best_text(table: Table) -> str:
    """Return why no point of ``table`` is a design to choose: counts by constraint, and the commonest reasons."""
    column = {name: place for place, name in enumerate(table.columns)}
    missed: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for row in table.rows:
        if row[column["status"]] != Status.OK:
            reasons[": ".join(str(row[column[name]]) for name in ("status", "reason"))] += 1
        violated = str(row[column["violates"]] or "")
        missed.update(_MISSED.sub(r"\1 \2", one) for one in violated.split("; ") if one)
    found = [*missed.most_common(), *reasons.most_common(MOST_REASONS)]
    lines = ["no point has a plan and meets the constraints", *(f"{num:,} x {printable(text)}" for text, num in found)]
    num_others = sum(reasons.values()) - sum(num for _, num in reasons.most_common(MOST_REASONS))
    return "\n".join([*lines, *([f"{num_others:,} x other reasons"] if num_others else [])])


def _usable(table: Table) -> list[Row]:
    status, violates = table.columns.index("status"), table.columns.index("violates")
    return [row for row in table.rows if row[status] == Status.OK and not row[violates]]


def _by_work(rows: Sequence[Row], column: dict[str, int]) -> dict[Row, list[Row]]:
    """Designs are compared at the same work: network, bindings and batch."""
    groups: dict[Row, list[Row]] = {}
    for row in rows:
        groups.setdefault(tuple(row[column[name]] for name in ("network", "bindings", "batch")), []).append(row)
    return groups


def _front(rows: Sequence[Row], column: dict[str, int]) -> list[Row]:
    figures = [[float(str(row[column[name]])) for name in FIGURES] for row in rows]
    return [rows[position] for position in pareto_positions(figures)]


def _telling(rows: Sequence[Row], columns: Sequence[str]) -> list[str]:
    """Return the columns, figures apart, in which rows differ; the network in any case."""
    names = [name for name in columns if name not in _NO_LABEL and name not in METRIC_TYPES]
    return [name for name in names if name == "network" or len({str(row[columns.index(name)]) for row in rows}) > 1]


def _text(cell: Cell) -> str:
    if isinstance(cell, int):
        return f"{cell:,}"
    return f"{cell:.4g}" if isinstance(cell, float) else printable("" if cell is None else str(cell))


def plain_table(table: Table) -> RichTable:
    """Return all of ``table``, every figure in full."""
    printed = RichTable(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for position, name in enumerate(table.columns):
        is_text = any(isinstance(row[position], str) for row in table.rows)
        printed.add_column(Text(printable(name)), justify="left" if is_text else "right")
    for row in table.rows:
        printed.add_row(*(Text(_full(cell)) for cell in row))
    return printed


def _full(cell: Cell) -> str:
    if isinstance(cell, bytes):
        return f"{len(cell)} bytes"
    return printable("" if cell is None else str(cell))


def rows_as_json(table: Table) -> list[JsonValue]:
    """Return a mapping a row, by column; what is no text or number by its size."""
    return [
        {name: _full(cell) if isinstance(cell, bytes) else cell for name, cell in zip(table.columns, row, strict=True)}
        for row in table.rows
    ]


def studies_table(studies: Sequence[StudyRow]) -> RichTable:
    """Return a line a study and version of the model; those that a later version ran again are marked."""
    columns = ("study", "ok", "infeasible", "failed", "model version", "")
    rows = tuple(
        (
            one.name,
            one.num_ok,
            one.num_infeasible,
            one.num_failed,
            one.model_version,
            "" if one.is_current else "replaced by a later version of the model",
        )
        for one in studies
    )
    return plain_table(Table(columns=columns, rows=rows))
