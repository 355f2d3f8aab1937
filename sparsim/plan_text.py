"""Tables as text that no terminal shapes."""

from __future__ import annotations

import io

from rich.console import Console, RenderableType

_WIDTH = 200


def plain_text(*renderables: RenderableType, width: int = _WIDTH) -> str:
    """Return ``renderables`` one below the other, without colour and without blanks at the ends of lines."""
    text = io.StringIO()
    console = Console(file=text, width=width, color_system=None)
    for renderable in renderables:
        console.print(renderable)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())
