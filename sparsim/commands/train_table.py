"""``sparsim train-table``: five networks trained with N:M weights."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from sparsim.commands import SubParsers
from sparsim.commands.options import add_accelerator_options, add_format_option, folder_name, positive_integer
from sparsim.commands.printing import print_rich

if TYPE_CHECKING:
    from sparsim.train_ablation import AblationRow
    from sparsim.train_sensitivity import Sensitivity
    from sparsim.train_steps import TrainSteps


def add_parser(commands: SubParsers) -> None:
    """Add ``train-table`` and its options."""
    parser = commands.add_parser(
        "train-table",
        help="cost training steps of five networks with 2:4, 2:8 and 2:16",
        description="Speed-up over dense training of BDWP on each network, beside what multiply-accumulates allow; "
        "then means, beside the published one.",
    )
    parser.add_argument("networks", nargs="*", metavar="NETWORK", help="names of the table; all by default")
    parser.add_argument("-a", "--accelerator", default="sat", help="a YAML file or a name; default sat")
    add_accelerator_options(parser)
    parser.add_argument("--batch", type=positive_integer, metavar="N", help="inputs a step; default 512")
    parser.add_argument(
        "--ablation",
        action="store_true",
        help="also at 2:8 without interleaving, sorted on demand, and in one dataflow alone",
    )
    parser.add_argument(
        "--sensitivity",
        action="store_true",
        help="also the mean at 2:8 with each assumed parameter moved (minutes)",
    )
    parser.add_argument(
        "--out", type=folder_name, metavar="DIR", help="write train_table.json and pictures; made if it is not there"
    )
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Cost the steps and print the table, and what was asked for beside it."""
    from sparsim.commands.progress import progress_bar
    from sparsim.export import json_text
    from sparsim.staging import check_writable
    from sparsim.train_ablation_report import ABLATION_HEADING, ablation_table
    from sparsim.train_sensitivity_report import sensitivity_heading, sensitivity_table
    from sparsim.train_table import train_rows
    from sparsim.train_table_report import train_mean_lines, train_table, train_table_as_json

    if options.out is not None:
        check_writable(options.out)
    steps = _steps(options)
    with progress_bar("costing training steps") as progress:
        rows = list(train_rows(steps, progress=progress))
    ablation = _ablation(steps) if options.ablation else None
    sensitivity = _sensitivity(steps) if options.sensitivity else None
    figures = train_table_as_json(rows, ablation, sensitivity)
    if options.out is not None:
        from sparsim.train_table_folder import write_train_table

        paths = write_train_table(figures, [row.cost for row in rows], sensitivity, options.out)
        print(f"wrote {len(paths)} files to {options.out}", file=sys.stderr)
    if options.format == "json":
        print(json_text(figures))
        return 0
    print_rich(train_table(rows), *train_mean_lines(rows))
    if ablation is not None:
        print_rich("", ABLATION_HEADING, ablation_table(ablation))
    if sensitivity is not None:
        print_rich("", sensitivity_heading(sensitivity), sensitivity_table(sensitivity))
    return 0


def _steps(options: argparse.Namespace) -> TrainSteps:
    from sparsim.train_cost_api import DEFAULT_BATCH
    from sparsim.train_steps import TrainSteps
    from sparsim.train_table_networks import trained_networks

    return TrainSteps(
        networks=trained_networks(tuple(options.networks)),
        accelerator=options.accelerator,
        batch=DEFAULT_BATCH if options.batch is None else options.batch,
        overrides=tuple(options.overrides),
    )


def _ablation(steps: TrainSteps) -> list[AblationRow]:
    from sparsim.commands.progress import progress_bar
    from sparsim.train_ablation import ablation_rows

    with progress_bar("leaving parts of the design out") as progress:
        return list(ablation_rows(steps, progress=progress))


def _sensitivity(steps: TrainSteps) -> Sensitivity:
    from sparsim.commands.progress import progress_bar
    from sparsim.train_sensitivity import train_sensitivity

    with progress_bar("moving parameters") as progress:
        return train_sensitivity(steps, progress=progress)
