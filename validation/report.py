"""Reports of checks as a table for people and as a list for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from validation.check import CheckReport

_SHORTEST_NAME = 12
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


@dataclass(frozen=True, slots=True)
class _CheckName:
    """The cell that yields where the terminal is narrow: the middle of the name goes first."""

    name: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        name, mark = self.name, "..." if options.ascii_only else "…"
        if len(name) > options.max_width:
            kept = max(options.max_width - len(mark), 0)
            name = name[: (kept + 1) // 2] + mark + name[len(name) - kept // 2 :]
        yield Text(name, no_wrap=True)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        return Measurement(min(_SHORTEST_NAME, len(self.name)), len(self.name))


def reports_as_table(reports: Sequence[CheckReport]) -> Table:
    """Return one line a report, failures marked by a word and not by colour alone; sources are numbered below."""
    sources = list(dict.fromkeys(report.source for report in reports))
    notes = ["other: rows of the table that the check is not about; worst, mean, tol.: relative error"]
    notes += [f"[{number}] {source}" for number, source in enumerate(sources, start=1)]
    table = Table(
        title="Published figures beside ours",
        box=box.SIMPLE_HEAD,
        padding=0,
        pad_edge=False,
        show_edge=False,
        caption=Text("\n".join(notes), style="dim"),
        caption_justify="left",
    )
    table.add_column("check")
    for heading in ("rows", "matched", "other", "worst %", "mean %", "tol. %", "result"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    for report in reports:
        table.add_row(
            _CheckName(report.name),
            f"{report.rows:,}",
            f"{report.matched:,}",
            f"{report.num_other_rows:,}",
            _percent(report.worst_error_fraction),
            _percent(report.mean_error_fraction),
            _percent(report.tolerance_fraction),
            "[green]pass[/]" if report.passed else "[bold red]MISS[/]",
            Text(f"[{sources.index(report.source) + 1}]"),
        )
    return table


def _percent(fraction: float) -> str:
    return "0" if fraction == 0 else f"{100 * fraction:.3g}"
