"""``sparsim train-table``: five networks trained with N:M weights."""

from __future__ import annotations

import argparse

from sparsim.commands import SubParsers
from sparsim.commands.options import add_accelerator_options, add_format_option, positive_integer
from sparsim.commands.printing import print_rich


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
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Cost the steps and print the table."""
    from sparsim.commands.progress import progress_bar
    from sparsim.export import json_text
    from sparsim.train_table import train_rows
    from sparsim.train_table_networks import trained_networks
    from sparsim.train_table_report import train_mean_lines, train_table, train_table_as_json

    networks = trained_networks(tuple(options.networks))
    with progress_bar("costing training steps") as progress:
        found = train_rows(
            networks, options.accelerator, batch=options.batch, overrides=options.overrides, progress=progress
        )
        rows = list(found)
    if options.format == "json":
        print(json_text(train_table_as_json(rows)))
    else:
        print_rich(train_table(rows), *train_mean_lines(rows))
    return 0
