"""``sparsim report``: a page to explore what sweeps have found."""

from __future__ import annotations

import argparse
from pathlib import Path

from sparsim.commands import SubParsers
from sparsim.commands.options import file_name


def add_parser(commands: SubParsers) -> None:
    """Add ``report`` and its options."""
    parser = commands.add_parser(
        "report",
        help="write a page to explore what sweeps have found",
        description="Write one HTML file with what a results file of `sparsim sweep` has: scatter, filters, table, "
        "layers of a point. Any browser opens it; it loads nothing.",
    )
    parser.add_argument("results", type=file_name, help="the SQLite file")
    parser.add_argument(
        "-o", "--output", type=file_name, default=Path("report.html"), metavar="FILE", help="default report.html"
    )
    parser.add_argument("--study", metavar="NAME", help="points of one study alone")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Write the page and say where it is."""
    from sparsim.design_report import write_design_report

    page = write_design_report(options.results, options.output, options.study)
    print(f"wrote {page.path}: {page.num_points:,} points, {page.num_bytes / 1e6:.1f} MB")
    if page.layers_note:
        print(page.layers_note)
    return 0
