"""The command.

Exit codes: 0 done, 1 user's mistake, 2 no plan fits, 3 internal error, 4 a published figure is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from typing import NoReturn

from sparsim import __version__
from sparsim.commands import hw, networks, run, validate
from workloads.errors import SparsimError

INTERNAL_ERROR = 3
INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    """Wrong usage is the user's mistake (1): 2 means that no plan fits."""

    def error(self, message: str) -> NoReturn:
        self.exit(1, f"error: {message}\n\n{self.format_usage()}")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command."""
    parser = _Parser(prog="sparsim", description="What a neural network costs on a hardware accelerator.")
    parser.add_argument("--version", action="version", version=f"sparsim {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (run, hw, networks, validate):
        module.add_parser(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    options = build_parser().parse_args(arguments)
    try:
        code: int = options.execute(options)
        sys.stdout.flush()
        return code
    except SparsimError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has left; point stdout elsewhere so that exit does not complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # the outermost boundary: anything else is a bug of ours, and says so
        traceback.print_exc()
        print("internal error: this is a bug in sparsim, please report it with the lines above", file=sys.stderr)
        return INTERNAL_ERROR


if __name__ == "__main__":
    sys.exit(main())
