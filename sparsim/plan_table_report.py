"""The table of many networks' plans as text, JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from sparsim import __version__
from sparsim.export import JsonObject
from sparsim.plan_table import Family, FamilyMeans, TableRow, family_means
from sparsim.wording import printable

PUBLISHED = {
    Family.HAND_DESIGNED: "COSMA, a commercial solver: 84% less than the better baseline, 0.296 s",
    Family.SEARCHED: "COSMA: 85% less than the better baseline, by dividing the graph",
}
"""Source: COSMA, Li, Gupta, Malik, arXiv 2311.18246 (2023)."""


def row_as_json(row: TableRow) -> JsonObject:
    """Return the figures of ``row``; a baseline a key, null where it has no plan."""
    answer, certificate = row.answer, row.answer.certificate
    return {
        "network": row.network.label,
        "family": str(row.network.family),
        "with_weights": row.with_weights,
        "budget": str(row.budget),
        "capacity_bytes": answer.capacity_bytes,
        "m_r_bytes": answer.budgets.m_r_bytes,
        "m_p_bytes": answer.budgets.m_p_bytes,
        "is_m_p_proven": answer.budgets.is_m_p_proven,
        **answer.baselines,
        "best_baseline_bytes": answer.best_baseline_bytes,
        "objective_bytes": certificate.objective_bytes,
        "lower_bound_bytes": answer.any_order_bound_bytes,
        "gap_fraction": answer.gap_fraction,
        "verdict": str(certificate.verdict),
        "reduction_fraction": row.reduction_fraction,
        "eviction_reduction_fraction": row.eviction_reduction_fraction,
        "seconds": row.seconds,
    }


def table_as_json(rows: Sequence[TableRow]) -> JsonObject:
    """Return all rows and the families' averages."""
    return {
        "sparsim_version": __version__,
        "rows": [row_as_json(row) for row in rows],
        "means": [_means_as_json(means) for means in family_means(rows)],
    }


def _means_as_json(means: FamilyMeans) -> JsonObject:
    return {
        "family": str(means.family),
        "num_rows": means.num_rows,
        "num_optimal": means.num_optimal,
        "seconds": means.seconds,
        "most_seconds": means.most_seconds,
        "largest_gap_fraction": means.largest_gap_fraction,
        "reduction_fraction": means.reduction_fraction,
        "eviction_reduction_fraction": means.eviction_reduction_fraction,
        "num_degenerate": means.num_degenerate,
        "num_nothing_to_save": means.num_nothing_to_save,
        "published": PUBLISHED.get(means.family),
    }


def table_as_csv(rows: Sequence[TableRow]) -> str:
    """Return a line a row, under the keys of ``row_as_json``; what is null is empty."""
    text = io.StringIO()
    found = [row_as_json(row) for row in rows]
    writer = csv.DictWriter(text, fieldnames=list(found[0]) if found else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue()


def rows_table(rows: Sequence[TableRow]) -> Table:
    """Return a line a row; bytes beyond the compulsory ones."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("network", overflow="fold")
    for heading in ("weights", "at"):
        table.add_column(heading, no_wrap=True)
    for heading in ("capacity", *_baseline_headings(rows), "ours", "bound"):
        table.add_column(heading, no_wrap=True, justify="right")
    table.add_column("verdict", no_wrap=True)
    table.add_column("s", no_wrap=True, justify="right")
    for row in rows:
        table.add_row(*map(Text, _cells(row)))
    return table


_SHORT = {
    "file_order_belady": "file bel.",
    "file_order_cheapest": "file cheap.",
    "least_peak_belady": "peak bel.",
    "least_peak_cheapest": "peak cheap.",
    "greedy_by_size": "by size",
    "tflite_like": "tflite",
}


def _baseline_headings(rows: Sequence[TableRow]) -> list[str]:
    return [baseline_heading(name) for name in (rows[0].answer.baselines if rows else ())]


def baseline_heading(name: str) -> str:
    """Return the name of a baseline as a column of a table has room for it."""
    return _SHORT.get(name, name)


def _cells(row: TableRow) -> tuple[str, ...]:
    answer, certificate = row.answer, row.answer.certificate
    gap = f" {answer.gap_fraction:.1%}" if answer.gap_fraction else ""
    return (
        printable(row.network.label),
        "yes" if row.with_weights else "no",
        str(row.budget),
        f"{answer.capacity_bytes:,}",
        *(_bytes(moved) for moved in answer.baselines.values()),
        _bytes(certificate.objective_bytes),
        f"{answer.any_order_bound_bytes:,}",
        f"{certificate.verdict}{gap}",
        f"{row.seconds:.3f}",
    )


def _bytes(moved: int | None) -> str:
    return "-" if moved is None else f"{moved:,}"


def means_lines(rows: Sequence[TableRow]) -> tuple[Text, ...]:
    """Return the averages of every family, and what is published of it."""
    lines = []
    for means in family_means(rows):
        lines += [
            f"{means.family}: {means.num_optimal} of {means.num_rows} optimal, gap at most "
            f"{means.largest_gap_fraction:.1%}; {means.seconds:.3f} s on average, {means.most_seconds:.3f} s at most",
            f"  {_percent(means.reduction_fraction)} less than the best baseline, "
            f"{_percent(means.eviction_reduction_fraction)} less than the best that evicts step by step "
            f"(left out: {means.num_degenerate} rows with M_R = M_P, {means.num_nothing_to_save} more where the best "
            "baseline moves nothing)",
        ]
        if means.family in PUBLISHED:
            lines.append(f"  published: {PUBLISHED[means.family]}")
    return tuple(map(Text, lines))


def _percent(fraction: float | None) -> str:
    return "-" if fraction is None else f"{fraction:.0%}"
