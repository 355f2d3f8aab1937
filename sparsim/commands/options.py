"""Options that several commands share, and what their values must look like."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from workloads.errors import ConfigError

_MOST_DIGITS = 18
"""More would not fit 64 bits."""


def add_accelerator_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--set``."""
    parser.add_argument(
        "--set",
        dest="overrides",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="change a field of the accelerator (array.rows=64, scratchpad.capacity_bytes=512KiB, technology=28nm); "
        "may be repeated",
    )


def add_format_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--format``."""
    parser.add_argument("--format", choices=("table", "json"), default="table", help="what to print")


def positive_integer(text: str) -> int:
    """Return the whole number that ``text`` stands for; argparse names the option in the message of the error.

    Raises
    ------
    argparse.ArgumentTypeError
        When it is no whole number, below 1, or longer than any size can be.
    """
    if not (text.isascii() and text.isdecimal() and text.strip("0")):
        raise argparse.ArgumentTypeError(f"expected a whole number of at least 1, found {text!r}")
    if len(text) > _MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"expected at most {_MOST_DIGITS} digits, found {len(text)}")
    return int(text)


def folder_name(text: str) -> Path:
    """Return ``text`` as a path.

    Raises
    ------
    argparse.ArgumentTypeError
        When it is empty: a shell variable that is not set would otherwise mean the current folder.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError(f"expected the name of a folder, found {text!r}")
    return Path(text)


def file_name(text: str) -> Path:
    """Return ``text`` as a path.

    Raises
    ------
    argparse.ArgumentTypeError
        When it is empty.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError(f"expected the name of a file, found {text!r}")
    return Path(text)


def add_bind_option(parser: argparse.ArgumentParser, example: str) -> None:
    """Add ``--bind``, which ``parse_bindings`` reads; ``example`` is one, such as ``seq=128``."""
    parser.add_argument(
        "--bind",
        dest="bindings",
        action="append",
        default=[],
        metavar="NAME=SIZE",
        help=f"size of a dynamic dimension ({example}); may be repeated",
    )


def parse_bindings(texts: Sequence[str]) -> dict[str, int]:
    """Return ``NAME=SIZE`` texts as a mapping.

    Raises
    ------
    ConfigError
        For a text of another form, a size that is no positive integer, or a name bound twice to different sizes.
    """
    bindings: dict[str, int] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise ConfigError(f"--bind {text}: expected NAME=SIZE, such as batch=1")
        try:
            size = positive_integer(value.strip())
        except argparse.ArgumentTypeError as error:
            raise ConfigError(f"--bind {text}: {error}") from None
        if bindings.setdefault(name.strip(), size) != size:
            raise ConfigError(f"--bind {text}: {name} is already bound to {bindings[name.strip()]}")
    return bindings
