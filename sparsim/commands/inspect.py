"""``sparsim inspect``: what the weights of a network look like."""

from __future__ import annotations

import argparse

from sparsim.commands import SubParsers
from sparsim.commands.network_options import add_network_options, load_chosen_network
from sparsim.commands.options import add_format_option
from sparsim.commands.printing import print_rich


def add_parser(commands: SubParsers) -> None:
    """Add ``inspect``."""
    parser = commands.add_parser(
        "inspect",
        help="show zeros, patterns and bits of a network's weights",
        description="A line a weight: zeros, the tightest N:M that every group along the input channels keeps to, "
        "the groups that satisfy 2:4, the bits that the values need, dead filters + dead input channels, and how the "
        "file stores it where that is without zeros.",
    )
    add_network_options(parser)
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Print the weights."""
    from sparsim.export import json_text
    from sparsim.inspect_report import inspect_table, inspection_as_json, totals_lines
    from sparsim.inspection import inspect_network

    inspection = inspect_network(load_chosen_network(options), options.network)
    if options.format == "json":
        print(json_text(inspection_as_json(inspection)))
    else:
        print_rich(inspect_table(inspection), *totals_lines(inspection))
    return 0
