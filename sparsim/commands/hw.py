"""``sparsim hw``: list, show and check accelerators; print their JSON Schema."""

from __future__ import annotations

import argparse
import json

from sparsim.commands import SubParsers
from sparsim.commands.options import add_accelerator_options, add_format_option
from sparsim.commands.printing import print_rich


def add_parser(commands: SubParsers) -> None:
    """Add ``hw list``, ``hw show``, ``hw check`` and ``hw schema``."""
    parser = commands.add_parser("hw", help="list, show and check accelerators")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="list the accelerators that ship")
    add_format_option(listing)
    listing.set_defaults(execute=execute_list)
    for name, execute, text in (
        ("show", execute_show, "print an accelerator, resolved, with the source of each number"),
        ("check", execute_check, "check an accelerator file"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("accelerator", help="a YAML file, a SCALE-Sim cfg, or a shipped name")
        add_accelerator_options(action)
        action.set_defaults(execute=execute)
    schema = actions.add_parser("schema", help="print the JSON Schema of accelerator files, for editors")
    schema.add_argument("--technology", action="store_true", help="of technology files instead")
    schema.set_defaults(execute=execute_schema)


def execute_list(options: argparse.Namespace) -> int:
    """Print one line an accelerator."""
    from dataclasses import asdict

    from rich.table import Table
    from rich.text import Text

    from hw_configs.load import accelerator_rows

    rows = accelerator_rows()
    if options.format == "json":
        print(json.dumps([asdict(row) for row in rows], indent=1))
        return 0
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
    for heading in ("name", "array", "dataflow", "clock", "scratchpad", "off-chip", "technology"):
        table.add_column(heading, no_wrap=True)
    for row in rows:
        figures = (row.array, row.dataflow, row.clock, row.scratchpad, row.off_chip_bandwidth, row.technology)
        table.add_row(row.name, *figures)
    print_rich(table, *(Text(f"{row.name}: {row.description}", style="dim") for row in rows))
    return 0


def execute_show(options: argparse.Namespace) -> int:
    """Print the accelerator as YAML."""
    from hw_configs.load import load_accelerator, show_accelerator

    print(show_accelerator(load_accelerator(options.accelerator, overrides=options.overrides)), end="")
    return 0


def execute_check(options: argparse.Namespace) -> int:
    """Say that the accelerator is valid; a ``ConfigError`` says what is not."""
    from hw_configs.load import load_accelerator

    accelerator = load_accelerator(options.accelerator, overrides=options.overrides)
    print(f"{options.accelerator}: accelerator {accelerator.name!r} is valid")
    return 0


def execute_schema(options: argparse.Namespace) -> int:
    """Print the JSON Schema."""
    from hw_configs.schema import accelerator_json_schema, technology_json_schema

    schema = technology_json_schema() if options.technology else accelerator_json_schema()
    print(json.dumps(schema, indent=1))
    return 0
