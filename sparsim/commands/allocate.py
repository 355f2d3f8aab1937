"""``sparsim allocate``: offsets for buffers with fixed lifetimes, or the proof that they do not fit."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sparsim.commands import SubParsers
from sparsim.commands.options import file_name
from workloads.errors import ConfigError, InfeasiblePlan, SparsimError

if TYPE_CHECKING:
    from mapper.allocate import Packing
    from mapper.allocation_file import AllocationTable

_NAMES_SHOWN = 20
_BLAME_SECONDS = 10.0


class Undecided(SparsimError):
    """Time ran out before boxes were placed or proven not to fit."""

    exit_code = 5


def add_parser(commands: SubParsers) -> None:
    """Add ``allocate`` and its options."""
    parser = commands.add_parser(
        "allocate",
        help="place buffers with fixed lifetimes in a scratchpad",
        description="Reads a CSV of buffers (id, lower, upper, size, and alignment if there is any), as minimalloc "
        "does, and writes it with the offset of each. Exit code 2: proven not to fit; 5: undecided when time ran out.",
    )
    parser.add_argument("file", type=file_name, metavar="FILE.csv", help="buffers; lifetimes are [lower, upper)")
    parser.add_argument(
        "--capacity", type=_bytes, required=True, metavar="BYTES", help="of the scratchpad: 1048576, 1MiB, ..."
    )
    parser.add_argument(
        "--time-limit", type=_seconds, metavar="S", help="seconds after which it gives up undecided; none unless given"
    )
    parser.add_argument("--out", type=file_name, metavar="F", help="where to write; standard output unless given")
    parser.set_defaults(execute=execute)


def execute(options: argparse.Namespace) -> int:
    """Place the buffers and write the file."""
    from mapper.allocate import PackingVerdict, pack
    from mapper.allocation_file import csv_with_offsets, load_boxes

    table = load_boxes(options.file)
    packing = pack(table.boxes, options.capacity, time_limit_s=options.time_limit)
    if packing.verdict is PackingVerdict.UNKNOWN:
        raise Undecided(
            f"{options.file}: unknown after {packing.seconds:.1f} s: neither placed nor proven not to fit into "
            f"{options.capacity:,} bytes; give it more time (--time-limit) or a larger --capacity"
        )
    if packing.verdict is PackingVerdict.IMPOSSIBLE:
        raise InfeasiblePlan(f"{options.file}: {_why_not(table, options.capacity, options.time_limit)}")
    _write(csv_with_offsets(table, packing.offsets), options.out)
    summary = _summary(table, packing, options.capacity)
    print(summary, file=sys.stdout if options.out else sys.stderr)
    return 0


def _bytes(text: str) -> int:
    from hw_configs.quantities import BYTE_UNITS, parse_quantity

    try:
        return parse_quantity(text, BYTE_UNITS)
    except ConfigError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not (0 < seconds < math.inf):
        raise argparse.ArgumentTypeError(f"expected a number of seconds above 0, found {text!r}")
    return seconds


def _write(text: str, path: Path | None) -> None:
    """Write to a file, which appears whole or not at all, or to standard output."""
    from sparsim.staging import staged_folder

    if path is None:
        sys.stdout.write(text)
        return
    with staged_folder(path.parent) as folder:
        (folder / path.name).write_text(text, encoding="utf-8")


def _summary(table: AllocationTable, packing: Packing, capacity_bytes: int) -> str:
    from mapper.allocate import greedy_by_size, peak_bytes

    peak = peak_bytes(table.boxes, packing.offsets)
    greedy = peak_bytes(table.boxes, greedy_by_size(table.boxes))
    beyond = f", {greedy / capacity_bytes - 1:.1%} beyond the capacity" if greedy > capacity_bytes else ""
    return (
        f"placed {len(table.boxes):,} buffers in {packing.seconds:.2f} s: they take {peak:,} of {capacity_bytes:,} "
        f"bytes; greedy by size takes {greedy:,}{beyond}"
    )


def _why_not(table: AllocationTable, capacity_bytes: int, time_limit_s: float | None) -> str:
    """Return resource, demand, bound, gap and the buffers that make up the demand."""
    from mapper.unplaceable import unplaceable_boxes

    seconds = _BLAME_SECONDS if time_limit_s is None else min(time_limit_s, _BLAME_SECONDS)
    reason = unplaceable_boxes(table.boxes, capacity_bytes, time_limit_s=seconds)
    names = [table.names[box] for box in reason.boxes]
    more = f" and {len(names) - _NAMES_SHOWN:,} more" if len(names) > _NAMES_SHOWN else ""
    listed = ", ".join(names[:_NAMES_SHOWN]) + more
    if reason.excess is not None:
        return (
            f"impossible: the load at step {reason.excess.step:,} is {reason.excess.load_bytes:,} bytes, "
            f"{reason.excess.excess_bytes:,} more than the capacity of {capacity_bytes:,}; "
            f"too much already, but not without any one of them: {listed}"
        )
    without = "but do without any one of them" if reason.is_irreducible else "perhaps with fewer of them"
    return (
        f"impossible: the load never exceeds the capacity of {capacity_bytes:,} bytes, but no arrangement fits; "
        f"these {len(names):,} buffers do not fit together, {without}: {listed}"
    )
