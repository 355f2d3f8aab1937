"""``sparsim validate``: published figures beside ours."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from sparsim.commands import SubParsers
from sparsim.commands.options import add_format_option
from sparsim.commands.printing import print_rich

MISSED = 4


def add_parser(commands: SubParsers) -> None:
    """Add ``validate`` and its options."""
    parser = commands.add_parser(
        "validate",
        help="compare with published figures",
        description="Published figures beside ours; exit code 4 when one misses its tolerance.",
    )
    parser.add_argument("name", nargs="*", help="checks to run, by their name or their table's; all by default")
    parser.add_argument(
        "--reference", type=Path, metavar="DIR", help="read tables of the same file names and columns from DIR instead"
    )
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Run the checks and print their reports."""
    from validation import reports_as_json, reports_as_table, validate

    validation = validate(options.name or None, options.reference)
    for skipped in validation.skipped:
        print(f"skipped {skipped.name}: {skipped.reason}", file=sys.stderr)
    if options.format == "json":
        print(json.dumps(reports_as_json(validation.reports), indent=1))
    elif not validation.reports:
        print("no check ran: every table was skipped")
    else:
        print_rich(reports_as_table(validation.reports))
    return 0 if validation.passed else MISSED
