"""``sparsim networks``: the networks that can be run by name."""

from __future__ import annotations

import argparse

from sparsim.commands import SubParsers


def add_parser(commands: SubParsers) -> None:
    """Add ``networks``."""
    parser = commands.add_parser("networks", help="list the networks that can be run by name")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Print one name a line."""
    from workloads.load import list_networks

    print("\n".join(list_networks()))
    return 0
