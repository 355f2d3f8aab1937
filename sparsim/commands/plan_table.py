"""``sparsim plan-table``: plans of many networks at the budgets that each of them sets."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sparsim.commands import SubParsers
from sparsim.commands.options import file_name
from sparsim.commands.plan import add_time_limit_option

if TYPE_CHECKING:
    from sparsim.plan_table import TableRow


def add_parser(commands: SubParsers) -> None:
    """Add ``plan-table`` and its options."""
    parser = commands.add_parser(
        "plan-table",
        help="plan many networks at M_R, M_H and M_P, with and without weights",
        description="Bytes that each baseline and the plan move beyond the compulsory ones, with bound, verdict and "
        "seconds; then averages, beside the published ones.",
    )
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help="names or files; all of the table by default")
    add_time_limit_option(parser)
    parser.add_argument("--format", choices=("table", "json", "csv"), default="table", help="what to print")
    parser.add_argument("--out", type=file_name, metavar="F", help="where to write; standard output unless given")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Plan the networks and print the table."""
    from sparsim.commands.progress import progress_bar
    from sparsim.plan_table import table_networks, table_rows, warm_up
    from sparsim.staging import check_writable

    if options.out is not None:
        check_writable(options.out.parent)
    networks = table_networks(options.networks)
    with progress_bar("planning networks") as progress:
        warm_up()
        rows = list(table_rows(networks, time_limit_s=options.time_limit, progress=progress))
    _write(_text(rows, options.format), options.out)
    return 0


def _text(rows: list[TableRow], format: str) -> str:
    from sparsim.export import json_text
    from sparsim.plan_table_report import means_lines, rows_table, table_as_csv, table_as_json
    from sparsim.plan_text import plain_text

    if format == "json":
        return json_text(table_as_json(rows)) + "\n"
    if format == "csv":
        return table_as_csv(rows)
    return plain_text(rows_table(rows), *means_lines(rows))


def _write(text: str, path: Path | None) -> None:
    """Write to a file, which appears whole or not at all, or to standard output."""
    from sparsim.staging import staged_folder

    if path is None:
        sys.stdout.write(text)
        return
    with staged_folder(path.parent) as folder:
        (folder / path.name).write_text(text, encoding="utf-8", newline="")
    print(f"wrote {path}", file=sys.stderr)
