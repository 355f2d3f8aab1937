"""``sparsim plan``: order, places and replacement of whole tensors that move least, with a certificate."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sparsim.commands import SubParsers
from sparsim.commands.network_options import add_network_options, load_chosen_network
from sparsim.commands.options import add_accelerator_options, add_format_option, folder_name
from sparsim.commands.printing import print_rich
from sparsim.commands.run import SPEC_HELP
from sparsim.commands.training_options import add_training_options, chosen_training
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from sparsim.plan_api import NetworkPlanning, PlanRequest

METHODS = ("auto", "ilp", "search", "gaps", "greedy")
NO_PLAN = 2
UNDECIDED = 5
_DEFAULT_SECONDS = 60.0


def add_parser(commands: SubParsers) -> None:
    """Add ``plan`` and its options."""
    parser = commands.add_parser(
        "plan",
        help="plan a network's whole tensors in a scratchpad, with proof",
        description="The order of operators, the places of whole tensors and which of them leave, so that least is "
        "moved to and from off-chip memory; with a bound, and baselines beside. Exit code 2: proven that no plan fits; "
        "5: none was found in the time given. When time is up, or at Ctrl-C, the best plan so far is shown.",
    )
    add_network_options(parser)
    parser.add_argument(
        "-a",
        "--accelerator",
        help="a YAML file, a SCALE-Sim cfg, or a name; may be left out where --scratchpad is given",
    )
    add_accelerator_options(parser)
    parser.add_argument(
        "--scratchpad",
        metavar="SIZE",
        help="M_R (what the network needs to run), M_P (what it needs to move nothing more), M_H (half-way), or a size "
        "(512KiB); the accelerator's unless given",
    )
    parser.add_argument(
        "--weights",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="whether weights take space and traffic as activations do",
    )
    parser.add_argument(
        "--in-place",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="whether element-wise operators may overwrite what they read",
    )
    parser.add_argument("--method", choices=METHODS, default="auto", help="how a plan is looked for")
    add_time_limit_option(parser)
    parser.add_argument("--compress", metavar="SPEC", help=SPEC_HELP)
    parser.add_argument("--out", type=folder_name, metavar="DIR", help="write plan.json, report.txt and pictures")
    parser.add_argument(
        "--curve",
        action="store_true",
        help="also plan scratchpads from M_R to M_P, in another --time-limit, and write curve.png, curve.csv to --out",
    )
    add_training_options(parser)
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def add_time_limit_option(parser: argparse.ArgumentParser, default_s: float = _DEFAULT_SECONDS) -> None:
    """Add ``--time-limit``."""
    parser.add_argument(
        "--time-limit",
        type=_seconds,
        default=default_s,
        metavar="S",
        help=f"seconds after which the best plan so far is the answer ({default_s:g})",
    )


def execute(options: argparse.Namespace) -> int:
    """Plan the network, print the report, write the files."""
    from mapper.certificate import Verdict
    from sparsim.export import json_text
    from sparsim.plan_api import plan_chosen
    from sparsim.plan_export import planning_as_json
    from sparsim.plan_report import planning_report
    from sparsim.staging import check_writable

    if options.out is not None:
        check_writable(options.out)
    if options.curve and options.out is None:
        raise ConfigError("--curve: expected --out DIR for curve.png and curve.csv, found none")
    request = _request(options)  # a mistake in it is told before the network is loaded
    planning = plan_chosen(load_chosen_network(options), request, source=options.network)
    if options.out is not None:
        from sparsim.plan_files import write_planning

        paths = write_planning(planning, options.out)
        if options.curve:
            paths = (*paths, *_write_curve(planning, options))
        print(f"wrote {len(paths)} files to {options.out}", file=sys.stderr)
    if options.format == "json":
        print(json_text(planning_as_json(planning)))
    else:
        print_rich(planning_report(planning))
    codes = {Verdict.INFEASIBLE: NO_PLAN, Verdict.UNKNOWN: UNDECIDED}
    return codes.get(planning.answer.certificate.verdict, 0)


def _write_curve(planning: NetworkPlanning, options: argparse.Namespace) -> tuple[Path, ...]:
    from sparsim.commands.progress import progress_bar
    from sparsim.plan_curve import traffic_curve, write_curve

    with progress_bar("planning scratchpads of other sizes") as progress:
        curve = traffic_curve(
            planning.answer.problem, method=options.method, time_limit_s=options.time_limit, progress=progress
        )
    return write_curve(curve, options.out)


def _request(options: argparse.Namespace) -> PlanRequest:
    from hw_configs.load import load_accelerator
    from sparsim.plan_api import PlanRequest

    if options.accelerator is None and options.overrides:
        raise ConfigError(f"--set {options.overrides[0]}: expected an --accelerator to change, found none")
    accelerator = options.accelerator and load_accelerator(options.accelerator, overrides=options.overrides)
    return PlanRequest(
        accelerator=accelerator,
        scratchpad=options.scratchpad,
        weights=options.weights,
        in_place=options.in_place,
        method=options.method,
        time_limit_s=options.time_limit,
        compression=options.compress,
        training=chosen_training(options),
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not (0 < seconds < math.inf):
        raise argparse.ArgumentTypeError(f"expected a number of seconds of more than 0, found {text!r}")
    return seconds
