"""``sparsim run``: cost a network on an accelerator."""

from __future__ import annotations

import argparse
import sys

from sparsim.commands import SubParsers
from sparsim.commands.options import (
    add_accelerator_options,
    add_format_option,
    folder_name,
    parse_bindings,
    positive_integer,
)
from sparsim.commands.printing import print_rich

OBJECTIVES = ("latency", "traffic", "energy", "edp")


def add_parser(commands: SubParsers) -> None:
    """Add ``run`` and its options."""
    parser = commands.add_parser(
        "run",
        help="cost a network on an accelerator",
        description="Cycles, energy and off-chip traffic of a network on an accelerator, operator by operator.",
    )
    parser.add_argument(
        "network", help="an ONNX file, a SCALE-Sim topology CSV, or a name (`sparsim networks` lists them)"
    )
    parser.add_argument(
        "-a",
        "--accelerator",
        required=True,
        help="a YAML file, a SCALE-Sim cfg, or a name (`sparsim hw list` lists them)",
    )
    add_accelerator_options(parser)
    parser.add_argument("--batch", type=positive_integer, metavar="N", help="inferences a run")
    parser.add_argument(
        "--bind",
        dest="bindings",
        action="append",
        default=[],
        metavar="NAME=SIZE",
        help="size of a dynamic dimension (batch=1, seq=128); may be repeated",
    )
    parser.add_argument(
        "--objective", choices=OBJECTIVES, default="latency", help="what each operator's tiling is chosen for"
    )
    parser.add_argument(
        "--no-fuse", dest="fuse", action="store_false", help="keep batch norm, bias and activations apart"
    )
    parser.add_argument(
        "--unsupported",
        choices=("error", "approximate"),
        default="error",
        help="operators without a cost model: refuse them, or cost them as copies and say so",
    )
    parser.add_argument(
        "--element-format", metavar="FORMAT", help="format of a built-in network or topology (int8, fp16, ...)"
    )
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
    from workloads.formats import parse_format
    from workloads.load import load_network

    if options.out is not None:
        check_writable(options.out)
    bindings = parse_bindings(options.bindings)
    accelerator = load_accelerator(options.accelerator, overrides=options.overrides)
    network = load_network(
        options.network,
        batch=options.batch,
        bindings=bindings,
        fuse=options.fuse,
        approximate_unsupported=options.unsupported == "approximate",
        format=parse_format(options.element_format) if options.element_format else None,
    )
    with progress_bar("mapping operators (a first run compiles for half a minute)") as progress:
        result = run(network, accelerator, objective=options.objective, progress=progress)
    if options.out is not None:
        from sparsim.output_folder import write_output_folder

        paths = write_output_folder(result, accelerator, options.out)
        print(f"wrote {len(paths)} files to {options.out}", file=sys.stderr)
    if options.format == "json":
        print(json_text(result_as_json(result)))
    else:
        print_rich(ShortReport(result))
    return 0
