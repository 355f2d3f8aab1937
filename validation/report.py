"""Reports of checks as a table for people and as a list for programs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from validation.check import CheckReport

ReportFields = dict[str, str | int | float | bool]


def reports_as_json(reports: Sequence[CheckReport]) -> list[ReportFields]:
    """Return one flat mapping a report, ready for ``json.dumps``."""
    return [
        {
            "name": report.name,
            "rows": report.rows,
            "matched": report.matched,
            "worst_error_fraction": report.worst_error_fraction,
            "mean_error_fraction": report.mean_error_fraction,
            "tolerance_fraction": report.tolerance_fraction,
            "passed": report.passed,
            "source": report.source,
        }
        for report in reports
    ]


def reports_as_table(reports: Sequence[CheckReport]) -> Table:
    """Return one line a report, failures marked by a word and not by colour alone."""
    table = Table(title="Published figures beside ours", caption="other rows: of the same table, not for this check")
    table.add_column("check", no_wrap=True)
    for heading in ("rows", "matched", "other rows", "worst error", "mean error", "tolerance"):
        table.add_column(heading, justify="right")
    table.add_column("result", no_wrap=True)
    table.add_column("source")
    for report in reports:
        table.add_row(
            report.name,
            f"{report.rows:,}",
            f"{report.matched:,}",
            f"{report.num_other_rows:,}",
            _percent(report.worst_error_fraction),
            _percent(report.mean_error_fraction),
            _percent(report.tolerance_fraction),
            "[green]pass[/]" if report.passed else "[bold red]MISS[/]",
            report.source,
        )
    return table


def _percent(fraction: float) -> str:
    return "0" if fraction == 0 else f"{100 * fraction:.3g} %"
