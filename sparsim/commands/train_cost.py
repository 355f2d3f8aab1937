"""``sparsim train-cost``: a training step with N:M weights."""

from __future__ import annotations

import argparse

from sparsim.commands import SubParsers
from sparsim.commands.options import (
    add_accelerator_options,
    add_bind_option,
    add_format_option,
    parse_bindings,
    positive_integer,
)
from sparsim.commands.printing import print_rich
from workloads.errors import ConfigError


def add_parser(commands: SubParsers) -> None:
    """Add ``train-cost`` and its options."""
    parser = commands.add_parser(
        "train-cost",
        help="cost a training step with N:M weights",
        description="Time, energy and off-chip bytes of a training step by part: forward (FF), gradients of "
        "activations (BP) and of weights (WU), sorting, update, and the vector unit's work; beside dense training.",
    )
    parser.add_argument(
        "network",
        help="an ONNX or TensorFlow Lite file, a name (`sparsim networks` lists them), or table:NAME for a network as "
        "`sparsim train-table` has it",
    )
    parser.add_argument("-a", "--accelerator", default="sat", help="a YAML file or a name; default sat")
    add_accelerator_options(parser)
    parser.add_argument("--sparsity", metavar="N:M", help="N weights kept of each M; default 2:8")
    parser.add_argument(
        "--method",
        default="bdwp",
        metavar="METHOD",
        help="bdwp: weights of forward and backward products are N:M; ff-only: of forward ones; dense",
    )
    parser.add_argument("--batch", type=positive_integer, metavar="N", help="inputs a step; default 512")
    parser.add_argument(
        "--optimiser", default="sgd", metavar="NAME", help="sgd, momentum or adam: states that the update reads"
    )
    add_bind_option(parser, "resolution=32")
    _add_layer_options(parser)
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def _add_layer_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--dense",
        dest="dense_layers",
        action="append",
        default=[],
        metavar="LAYER",
        help="layers that stay dense, beside the first; a glob, may be repeated",
    )
    parser.add_argument(
        "--sparse",
        dest="sparse_layers",
        action="append",
        default=[],
        metavar="LAYER",
        help="layers that are pruned in any case; a glob, may be repeated",
    )
    parser.add_argument(
        "--dataflow", default="auto", metavar="FLOW", help="auto: os or ws product by product; or one of them for all"
    )
    parser.add_argument(
        "--sort-on-demand",
        dest="sorts_ahead",
        action="store_false",
        help="make N:M weights before each product, not ahead in the update",
    )


def execute(options: argparse.Namespace) -> int:
    """Cost the step and print it."""
    from sparsim.commands.progress import progress_bar
    from sparsim.export import json_text
    from sparsim.train_cost_api import TrainOptions, train_cost
    from sparsim.train_cost_report import train_cost_as_json, train_cost_lines, train_cost_table

    _check_pruning(options)
    chosen = TrainOptions(
        optimiser=options.optimiser,
        dense_layers=tuple(options.dense_layers),
        sparse_layers=tuple(options.sparse_layers),
        dataflow=options.dataflow,
        sorts_ahead=options.sorts_ahead,
    )
    with progress_bar("costing the step (a first run compiles for half a minute)"):
        cost = train_cost(
            options.network,
            options.accelerator,
            sparsity=options.sparsity or "2:8",
            method=options.method,
            batch=options.batch,
            options=chosen,
            bindings=parse_bindings(options.bindings),
            overrides=options.overrides,
        )
    if options.format == "json":
        print(json_text(train_cost_as_json(cost)))
    else:
        print_rich(train_cost_table(cost), *train_cost_lines(cost))
    return 0


def _check_pruning(options: argparse.Namespace) -> None:
    """Raise where a dense step is asked for and said how to prune."""
    if options.method != "dense":
        return
    given = {
        "--sparsity": options.sparsity is not None,
        "--dense": options.dense_layers,
        "--sparse": options.sparse_layers,
        "--sort-on-demand": not options.sorts_ahead,
    }
    for name, is_given in given.items():
        if is_given:
            raise ConfigError(f"--method dense prunes nothing: expected no {name} beside it")
