"""``sparsim train-memory``: what a training step needs of memory, and what it spills."""

from __future__ import annotations

import argparse
import sys

from sparsim.commands import SubParsers
from sparsim.commands.network_options import add_network_options, load_chosen_network
from sparsim.commands.options import add_format_option, folder_name
from sparsim.commands.plan import NO_PLAN, UNDECIDED, add_time_limit_option
from sparsim.commands.printing import print_rich
from sparsim.commands.training_options import add_detail_options, training_of
from workloads.errors import ConfigError


def add_parser(commands: SubParsers) -> None:
    """Add ``train-memory`` and its options."""
    parser = commands.add_parser(
        "train-memory",
        help="show what training takes of memory, by what is trained",
        description="A line a scheme: parameters, gradients, optimiser states, saved activations, peak, and whether "
        "a budget of writable memory suffices; or, with --spill, what one scheme moves through scratchpads.",
    )
    add_network_options(parser)
    parser.add_argument("--optimiser", default="sgd", metavar="NAME", help="sgd (default), momentum or adam")
    parser.add_argument(
        "--scheme",
        dest="schemes",
        action="append",
        default=[],
        metavar="SCHEME",
        help="full, bias-only, last:K layers, or sparse; may be repeated",
    )
    add_detail_options(parser)
    parser.add_argument("--budget", metavar="SIZE", help="writable memory that there is (256KiB)")
    parser.add_argument(
        "--spill",
        dest="spills",
        action="append",
        default=[],
        metavar="SIZE",
        help="plan the step in a scratchpad of this size, beside baselines; may be repeated",
    )
    parser.add_argument(
        "--weights",
        action=argparse.BooleanOptionalAction,
        default=False,
        help="with --spill: whether parameters take space and traffic as activations do",
    )
    add_time_limit_option(parser, default_s=10.0)
    parser.add_argument(
        "--out",
        type=folder_name,
        metavar="DIR",
        help="write training_memory.json, .csv and .png, and report.txt",
    )
    add_format_option(parser)
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Print memory by scheme, or spills by scratchpad."""
    if options.spills:
        return _spills(options)
    from sparsim.export import json_text
    from sparsim.staging import check_writable
    from sparsim.train_memory_api import parse_budget, train_memory
    from sparsim.train_memory_report import memory_as_json, memory_lines, memory_table, memory_title

    if options.weights:
        raise ConfigError("--weights: expected --spill SIZE beside it, found none")
    if options.out is not None:
        check_writable(options.out)
    budget = None if options.budget is None else parse_budget(options.budget)
    table = train_memory(
        load_chosen_network(options),
        options.schemes or None,
        training=training_of(options, optimiser=options.optimiser, scheme="full"),
        budget=budget,
        time_limit_s=options.time_limit,
    )
    if options.out is not None:
        from sparsim.train_memory_files import write_training_memory

        paths = write_training_memory(table, options.out)
        print(f"wrote {len(paths)} files to {options.out}", file=sys.stderr)
    if options.format == "json":
        print(json_text(memory_as_json(table)))
    else:
        print_rich(memory_title(table), memory_table(table), *memory_lines(table))
    return 0


def _spills(options: argparse.Namespace) -> int:
    from mapper.certificate import Verdict
    from sparsim.commands.progress import progress_bar
    from sparsim.export import json_text
    from sparsim.train_memory_api import parse_budget
    from sparsim.train_memory_report import spill_lines, spill_table, spills_as_json
    from sparsim.train_spills import train_spills
    from workloads.training import training_step

    for name, value in (("--out", options.out), ("--budget", options.budget)):
        if value is not None:
            raise ConfigError(f"--spill: expected no {name} beside it, found {str(value)!r}")
    if len(options.schemes) > 1:
        raise ConfigError(f"--spill: expected one --scheme at most, found {len(options.schemes)}")
    capacities = [parse_budget(size) for size in options.spills]
    scheme = options.schemes[0] if options.schemes else "full"
    training = training_of(options, optimiser=options.optimiser, scheme=scheme)
    step = training_step(load_chosen_network(options), training)
    with progress_bar("planning scratchpads") as progress:
        rows = list(
            train_spills(step, capacities, weights=options.weights, time_limit_s=options.time_limit, progress=progress)
        )
    if options.format == "json":
        print(json_text(spills_as_json(step.network.name, rows, with_weights=options.weights)))
    else:
        title = f"{step.network.name}, {training}: bytes moved beyond the compulsory"
        print_rich(title, spill_table(rows), *spill_lines(rows))
    certificates = [row.answer.certificate for row in rows]
    if any(one.objective_bytes is not None for one in certificates):
        return 0
    return NO_PLAN if all(one.verdict is Verdict.INFEASIBLE for one in certificates) else UNDECIDED
