"""``sparsim run``: cost a network on an accelerator."""

from __future__ import annotations

import argparse
import sys

from sparsim.commands import SubParsers
from sparsim.commands.network_options import (
    add_activation_options,
    add_network_options,
    add_plan_options,
    add_weight_format_option,
    chosen_activations,
    load_chosen_network,
)
from sparsim.commands.options import add_accelerator_options, add_format_option, folder_name
from sparsim.commands.printing import print_rich
from sparsim.commands.training_options import add_training_options, chosen_training

SPEC_HELP = "what is done to the network first: nm:2:8, unstructured:0.9+int8, channel:0.5, ... or a YAML file"


def add_parser(commands: SubParsers) -> None:
    """Add ``run`` and its options."""
    parser = commands.add_parser(
        "run",
        help="cost a network on an accelerator",
        description="Cycles, energy and off-chip traffic of a network on an accelerator, operator by operator.",
    )
    add_network_options(parser)
    parser.add_argument(
        "-a",
        "--accelerator",
        required=True,
        help="a YAML file, a SCALE-Sim cfg, or a name (`sparsim hw list` lists them)",
    )
    add_accelerator_options(parser)
    parser.add_argument("--compress", metavar="SPEC", help=SPEC_HELP)
    add_weight_format_option(parser)
    add_activation_options(parser)
    add_plan_options(parser)
    add_training_options(parser)
    parser.add_argument(
        "--out",
        type=folder_name,
        metavar="DIR",
        help="write result.json, operators.csv, trace.json, report.txt, accelerator.yaml and plots",
    )
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Cost the network, print the report, write the files."""
    from hw_configs.load import load_accelerator
    from sparsim.api import run
    from sparsim.commands.progress import progress_bar
    from sparsim.export import json_text, result_as_json
    from sparsim.report import ShortReport
    from sparsim.staging import check_writable
    from sparsim.weight_format import with_weight_format
    from sparsim.workload import make_workload

    if options.out is not None:
        check_writable(options.out)
    activations, training = chosen_activations(options), chosen_training(options)
    accelerator = load_accelerator(options.accelerator, overrides=options.overrides)
    with_weight_format(accelerator, options.weight_format)  # a mistake in it is told before the work starts
    network = load_chosen_network(options)
    workload = make_workload(
        network,
        source=options.network,
        compression=options.compress,
        activations=activations,
        training=training,
    )
    with progress_bar("mapping operators (a first run compiles for half a minute)") as progress:
        result = run(
            workload,
            accelerator,
            weight_format=options.weight_format,
            objective=options.objective,
            mapper=options.mapper,
            time_limit_s=options.time_limit,
            progress=progress,
        )
    if options.out is not None:
        from sparsim.output_folder import write_output_folder

        paths = write_output_folder(result, accelerator, options.out)
        print(f"wrote {len(paths)} files to {options.out}", file=sys.stderr)
    if options.format == "json":
        print(json_text(result_as_json(result)))
    else:
        print_rich(ShortReport(result))
    return 0
