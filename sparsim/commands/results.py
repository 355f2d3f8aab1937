"""``sparsim results``: export, query and list what sweeps have found."""

from __future__ import annotations

import argparse

from sparsim.commands import SubParsers
from sparsim.commands.options import add_format_option, file_name
from sparsim.commands.printing import print_rich


def add_parser(commands: SubParsers) -> None:
    """Add ``results`` and its commands."""
    parser = commands.add_parser(
        "results",
        help="export, query or list what sweeps have found",
        description="Read a results file of `sparsim sweep`. It is never changed.",
    )
    parts = parser.add_subparsers(dest="part", required=True, metavar="COMMAND")
    export = parts.add_parser("export", help="write a table with a row a point as CSV or Parquet")
    _add_file(export)
    export.add_argument(
        "-o", "--output", type=file_name, required=True, metavar="FILE", help="a name that ends in .csv or .parquet"
    )
    export.add_argument("--study", metavar="NAME", help="points of one study alone")
    export.set_defaults(execute=execute_export)
    query = parts.add_parser(
        "query", help="print what a SELECT gives, of the view `results` (all_results: every version of the model)"
    )
    query.add_argument("sql", metavar="SQL", help='such as "SELECT network, min(energy_mj) FROM results"')
    _add_file(query)
    add_format_option(query)
    query.set_defaults(execute=execute_query)
    listing = parts.add_parser("list", help="print the studies of a results file")
    _add_file(listing)
    listing.set_defaults(execute=execute_list)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=file_name, help="the SQLite file")


def execute_export(options: argparse.Namespace) -> int:
    """Write the table."""
    from sweeps.export import write_table
    from sweeps.read_results import results_table

    table = results_table(options.file, options.study)
    write_table(table, options.output)
    print(f"wrote {len(table.rows)} rows to {options.output}")
    return 0


def execute_query(options: argparse.Namespace) -> int:
    """Print the rows."""
    from sparsim.export import json_text
    from sparsim.sweep_report import plain_table, rows_as_json
    from sweeps.read_results import query_results

    table = query_results(options.file, options.sql)
    if options.format == "json":
        print(json_text(rows_as_json(table)))
    else:
        print_rich(plain_table(table))
    return 0


def execute_list(options: argparse.Namespace) -> int:
    """Print a line a study and version of the model."""
    from sparsim.sweep_report import studies_table
    from sweeps.read_results import list_studies

    print_rich(studies_table(list_studies(options.file)))
    return 0
