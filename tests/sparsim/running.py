"""Running the command: in the test's process (the fixture ``command``), or as its users do (``process``)."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What a command left: its exit code and what it printed."""

    code: int
    out: str
    err: str


Command = Callable[..., Outcome]
"""Takes the arguments."""
Fails = Callable[..., None]
"""Takes a part of the message, then the arguments; ``code`` (1) and ``lines`` (1) by keyword."""


def process(
    *arguments: str, environment: dict[str, str] | None = None, stdout: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "sparsim.cli", *arguments],
        check=False,
        text=True,
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
