"""``sparsim sweep``: run a study."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sparsim.commands import SubParsers
from sparsim.commands.options import file_name, positive_integer
from sparsim.commands.printing import print_rich

if TYPE_CHECKING:
    from sparsim.sweep_api import Sweep, SweepOptions

NO_DESIGN = 2


def add_parser(commands: SubParsers) -> None:
    """Add ``sweep`` and its options."""
    parser = commands.add_parser(
        "sweep",
        help="run a study: many accelerators, networks and compressions",
        description="Evaluate every point of a study that the results file does not have yet, on all cores. Stopped at "
        "any moment and started again, it goes on where it was. Exit code 2 when no point has a plan and meets the "
        "constraints.",
    )
    parser.add_argument("study", type=file_name, help="a YAML file")
    parser.add_argument(
        "--results",
        type=file_name,
        default=Path("results.sqlite"),
        metavar="FILE",
        help="SQLite file that keeps every finished point (default results.sqlite)",
    )
    parser.add_argument("--serial", action="store_true", help="point after point in this process, for debugging")
    parser.add_argument("--workers", type=positive_integer, metavar="N", help="processes (default: one a core)")
    parser.add_argument("--scheduler", metavar="URL", help="a running Dask scheduler, tcp://host:port")
    parser.add_argument("--point-timeout", type=float, metavar="S", help="seconds after which a point counts as failed")
    parser.add_argument("--limit", type=positive_integer, metavar="N", help="evaluate no more than N points now")
    parser.add_argument("--retry-failed", action="store_true", help="evaluate again what failed before")
    parser.add_argument("--yes", action="store_true", help="run more than 100,000 points")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Run the study, show how far it is, print counts and the best designs."""
    from sparsim.sweep_api import SweepOptions, sweep

    chosen = SweepOptions(
        serial=options.serial,
        num_workers=options.workers,
        scheduler=options.scheduler,
        point_timeout_s=options.point_timeout,
        limit=options.limit,
        retry_failed=options.retry_failed,
        yes=options.yes,
    )
    with sweep(options.study, options.results, chosen) as running:
        _tell_versions(running, options.results)
        num_before = running.store.num_points
        try:
            _run(running, chosen)
        except KeyboardInterrupt:
            num_new = running.store.num_points - num_before  # counts may be one behind
            print(f"{num_new} new points are kept in {options.results}", file=sys.stderr)
            raise
        return _report(running, options.results)


def _tell_versions(running: Sweep, results: Path) -> None:
    num_others = running.store.num_of_other_versions(running.points.model_version)
    if num_others:
        print(
            f"{results} has {num_others} points of other versions of the model: they stay apart, and are not used",
            file=sys.stderr,
        )


def _run(running: Sweep, options: SweepOptions) -> None:
    from sparsim.commands.sweep_progress import sweep_progress

    with sweep_progress(running.points.num_points) as show:
        for _ in running:
            show(running.counts)


def _report(running: Sweep, results: Path) -> int:
    """Print what was found, and return the exit code that says whether there is a design to choose."""
    from rich.text import Text

    from sparsim.sweep_report import best_table, counts_text, has_best, no_best_text

    table = running.table()
    counts = Text(counts_text(running.counts, running.study.name, str(results)))
    if has_best(table):
        print_rich(counts, *best_table(table))
        return 0
    print_rich(counts, Text(no_best_text(table)))
    return NO_DESIGN
