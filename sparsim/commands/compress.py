"""``sparsim compress``: a compressed copy of an ONNX file."""

from __future__ import annotations

import argparse

from sparsim.commands import SubParsers
from sparsim.commands.network_options import add_network_options, load_chosen_network
from sparsim.commands.options import add_format_option, file_name
from sparsim.commands.printing import print_rich


def add_parser(commands: SubParsers) -> None:
    """Add ``compress`` and its options."""
    parser = commands.add_parser(
        "compress",
        help="write a compressed copy of an ONNX file",
        description="Writes the network with real zeros and rounded values, and says of each weight how many are left "
        "and how far they are from the originals.",
    )
    add_network_options(parser)
    parser.add_argument("spec", metavar="SPEC", help="what is done: nm:2:8+int8, unstructured:0.9, ... or a YAML file")
    parser.add_argument(
        "-o", "--output", type=file_name, required=True, metavar="FILE", help="where to write, ends in .onnx"
    )
    parser.add_argument("--force", action="store_true", help="replace a file that is there")
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Write the file and print what became of each weight."""
    from sparsim.compress_file import compress_file
    from sparsim.compress_report import compress_table, compressed_file_as_json, size_lines
    from sparsim.export import json_text

    network = load_chosen_network(options)
    file = compress_file(network, options.network, options.spec, options.output, force=options.force)
    if options.format == "json":
        print(json_text(compressed_file_as_json(file)))
    else:
        print_rich(compress_table(file), *size_lines(file))
    return 0
