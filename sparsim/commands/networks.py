"""``sparsim networks``: the networks that can be run by name."""

from __future__ import annotations

import argparse
import json

from sparsim.commands import SubParsers
from sparsim.commands.options import add_format_option


def add_parser(commands: SubParsers) -> None:
    """Add ``networks``."""
    parser = commands.add_parser("networks", help="list the networks that can be run by name")
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Print one name a line, or a JSON list of names."""
    from workloads.load import list_networks

    names = list_networks()
    print(json.dumps(names, indent=1) if options.format == "json" else "\n".join(names))
    return 0
