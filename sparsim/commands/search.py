"""``sparsim search``: the best designs of a study, without evaluating all of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sparsim.commands import SubParsers
from sparsim.commands.options import file_name, positive_integer
from sparsim.commands.printing import print_rich

if TYPE_CHECKING:
    from sparsim.search_api import Search


def add_parser(commands: SubParsers) -> None:
    """Add ``search`` and its options."""
    parser = commands.add_parser(
        "search",
        help="the best designs of a study, without evaluating all of it",
        description="Search the points of a study for the designs that no other beats. Run again with the same seed, "
        "and a larger budget, it goes on where it was; points that the results file has cost nothing.",
    )
    parser.add_argument("study", type=file_name, help="a YAML file, as `sparsim sweep` takes it")
    parser.add_argument(
        "--budget", type=positive_integer, required=True, metavar="N", help="evaluate at most N points, in all runs"
    )
    parser.add_argument(
        "--objectives",
        default="latency_ms,energy_mj,area_mm2",
        metavar="A,B,...",
        help="one to three figures of a point (default latency_ms,energy_mj,area_mm2)",
    )
    parser.add_argument(
        "--sampler",
        metavar="NAME",
        help="nsga2, tpe or random (default: nsga2 for several objectives, tpe for one)",
    )
    parser.add_argument("--seed", type=_seed, default=0, metavar="N", help="of the sampler (default 0)")
    parser.add_argument(
        "--results",
        type=file_name,
        default=Path("results.sqlite"),
        metavar="FILE",
        help="SQLite file that keeps every finished point (default results.sqlite)",
    )
    parser.add_argument("--serial", action="store_true", help="point after point in this process, for debugging")
    parser.add_argument("--workers", type=positive_integer, metavar="N", help="processes (default: one a core)")
    parser.add_argument("--point-timeout", type=float, metavar="S", help="seconds after which a point counts as failed")
    parser.set_defaults(execute=execute)


def _seed(text: str) -> int:
    """Return the seed that ``text`` stands for.

    Raises
    ------
    argparse.ArgumentTypeError
        When it is no whole number of at least 0.
    """
    if not (text.isascii() and text.isdecimal() and len(text) <= 10):
        raise argparse.ArgumentTypeError(f"expected a whole number from 0 to 2**32 - 1, found {text!r}")
    return int(text)


def execute(options: argparse.Namespace) -> int:
    """Search the study, show how far it is, print evaluations used, the hypervolume and the best designs."""
    from sparsim.search_api import SearchOptions, search
    from sparsim.search_report import front_table, search_text

    chosen = SearchOptions(
        objectives=tuple(name.strip() for name in options.objectives.split(",")),
        sampler=options.sampler,
        seed=options.seed,
        serial=options.serial,
        num_workers=options.workers,
        point_timeout_s=options.point_timeout,
    )
    with search(options.study, options.budget, options.results, chosen) as running:
        num_before = running.store.num_points
        try:
            _run(running)
        except KeyboardInterrupt:
            num_new = running.store.num_points - num_before  # counts may be one behind
            print(f"{num_new} new points are kept in {options.results}", file=sys.stderr)
            raise
        print_rich(search_text(running, str(options.results)), *front_table(running))
    return 0


def _run(running: Search) -> None:
    from sparsim.commands.sweep_progress import sweep_progress

    with sweep_progress(running.plan.budget) as show:
        for _ in running:
            show(running.counts)
