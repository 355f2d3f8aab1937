"""The command.

Exit codes: 0 done, 1 user's mistake, 2 no plan fits, 3 internal error, 4 a published figure is missed, 5 undecided
when time ran out.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from sparsim import __version__
from sparsim.commands import (
    allocate,
    compare,
    compress,
    hw,
    inspect,
    networks,
    plan,
    plan_table,
    plot,
    report,
    results,
    run,
    search,
    sweep,
    train_cost,
    train_memory,
    train_table,
    validate,
)
from workloads.errors import SparsimError

INTERNAL_ERROR = 3
INTERRUPTED = 130
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


class _Parser(argparse.ArgumentParser):
    """Wrong usage is the user's mistake (1): 2 means that no plan fits."""

    def error(self, message: str) -> NoReturn:
        _print_error(f"{message}; see `{self.prog} --help`")
        self.exit(1)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser = _Parser(
        prog="sparsim",
        description="What a neural network costs on a hardware accelerator.",
        epilog="exit codes: 0 done, 1 user's mistake, 2 no plan fits, 3 internal error, 4 a published figure is "
        "missed, 5 undecided when time ran out",
    )
    parser.add_argument("--version", action="version", version=f"sparsim {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (
        run,
        compare,
        inspect,
        compress,
        plan,
        plan_table,
        sweep,
        search,
        results,
        plot,
        report,
        train_cost,
        train_memory,
        train_table,
        allocate,
        hw,
        networks,
        validate,
    ):
        module.add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    _never_fail_to_encode()
    options = build_parser().parse_args(arguments)
    try:
        code: int = options.execute(options)
        sys.stdout.flush()
        return code
    except SparsimError as error:
        _print_error(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _drop_output()
        return 0
    except Exception as error:  # the outermost boundary
        if isinstance(error, OSError) and error.errno in _DISK_FULL:
            _drop_output()
            _print_error(f"cannot write: {error.strerror}")
            return SparsimError.exit_code
        traceback.print_exc()  # anything else is a bug of ours, and says so
        print("internal error: this is a bug in sparsim, please report it with the lines above", file=sys.stderr)
        return INTERNAL_ERROR


def _print_error(message: str) -> None:
    """Print what went wrong, a line a mistake; names from files cannot steer the terminal."""
    from sparsim.wording import printable

    print("\n".join(f"error: {printable(line)}" for line in message.split("\n")), file=sys.stderr)


def _never_fail_to_encode() -> None:
    """A name that the terminal's encoding lacks is printed as an escape."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _drop_output() -> None:
    """Point standard output elsewhere, so that Python does not fail on it once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
