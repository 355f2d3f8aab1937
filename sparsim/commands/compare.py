"""``sparsim compare``: a network under several compressions on several accelerators."""

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
from sparsim.commands.run import SPEC_HELP
from sparsim.commands.training_options import add_training_options, chosen_training

NO_PLAN = 2


def add_parser(commands: SubParsers) -> None:
    """Add ``compare`` and its options."""
    parser = commands.add_parser(
        "compare",
        help="cost a network under several compressions on several accelerators",
        description="Time, speed-up over dense, energy and off-chip traffic of each compression on each accelerator; "
        "dense comes first. Exit code 2 when no plan fits in any of them.",
    )
    add_network_options(parser)
    parser.add_argument(
        "--compress", dest="compressions", action="append", default=[], metavar="SPEC", help=f"{SPEC_HELP}; repeatable"
    )
    parser.add_argument(
        "-a",
        "--accelerator",
        dest="accelerators",
        action="append",
        required=True,
        help="a YAML file, a SCALE-Sim cfg, or a name; may be repeated",
    )
    add_accelerator_options(parser)
    add_weight_format_option(parser)
    add_activation_options(parser)
    add_plan_options(parser)
    add_training_options(parser)
    parser.add_argument(
        "--out",
        type=folder_name,
        metavar="DIR",
        help="write comparison.json, comparison.csv, comparison.png and, where weights have different densities, "
        "speedup_against_density.png",
    )
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Cost every cell, print the grid, write the files."""
    from sparsim.api import plan_options
    from sparsim.commands.progress import progress_bar
    from sparsim.compare_report import cell_as_json, comparison_table, infeasible_notes
    from sparsim.comparison import compare_workloads, load_accelerators, make_workloads
    from sparsim.export import json_text
    from sparsim.staging import check_writable
    from sparsim.weight_format import all_with_weight_format

    if options.out is not None:
        check_writable(options.out)
    activations, training = chosen_activations(options), chosen_training(options)
    accelerators = load_accelerators(options.accelerators, options.overrides)
    all_with_weight_format(accelerators, options.weight_format)  # a mistake in it is told before the work starts
    network = load_chosen_network(options)
    workloads = make_workloads(network, options.network, options.compressions, activations, training)
    with progress_bar("costing cells (a first run compiles for half a minute)") as progress:
        wanted = plan_options(options.objective, options.mapper, options.time_limit)
        cells = compare_workloads(workloads, accelerators, wanted, options.weight_format, progress)
    if options.out is not None:
        from sparsim.comparison_folder import write_comparison

        paths = write_comparison(cells, options.out)
        print(f"wrote {len(paths)} files to {options.out}", file=sys.stderr)
    if options.format == "json":
        print(json_text([cell_as_json(cell) for cell in cells]))
    else:
        print_rich(comparison_table(cells), *infeasible_notes(cells))
    return 0 if any(cell.result for cell in cells) else NO_PLAN
