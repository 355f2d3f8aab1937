"""Options that several commands share, and what their values must look like."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from workloads.errors import ConfigError


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
        if not equals or not name:
            raise ConfigError(f"--bind {text}: expected NAME=SIZE, such as batch=1")
        if not value.strip().isdecimal() or int(value) < 1:
            raise ConfigError(f"--bind {text}: expected a size of at least 1, found {value!r}")
        if bindings.setdefault(name.strip(), int(value)) != int(value):
            raise ConfigError(f"--bind {text}: {name} is already bound to {bindings[name.strip()]}")
    return bindings
