"""What commands print on standard output."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType


def print_rich(*renderables: RenderableType) -> None:
    """Print tables and text as wide as the terminal, in colour only on one.

    rich renders and Python writes, so that a reader of a pipe that has left is the same error for every command.
    """
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as capture:
        for renderable in renderables:
            console.print(renderable)
    sys.stdout.write(capture.get())
