"""What commands print on standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.measure import Measurement
    from rich.table import Column, Table

_NARROWEST_NAMES = 8
_UNBOUNDED = 1_000_000
"""Characters: wider than any table."""


def print_rich(*renderables: RenderableType) -> None:
    """Print text as wide as the terminal and tables without shortening a figure, in colour only on a terminal.

    Into a pipe or a file a table is as wide as it needs to be. On a terminal that is too narrow for it, headings and
    names are folded.

    rich renders and Python writes, so that a reader of a pipe that has left is the same error for every command.
    """
    from rich.console import Console
    from rich.table import Table

    for renderable in _parts(renderables):
        console = Console(highlight=False)
        if isinstance(renderable, Table):
            console.width = _table_width(renderable, console)
        with console.capture() as capture:
            console.print(renderable)
        sys.stdout.write(capture.get())


def _parts(renderables: Sequence[RenderableType]) -> Iterator[RenderableType]:
    from rich.console import Group

    for renderable in renderables:
        if isinstance(renderable, Group):
            yield from _parts(renderable.renderables)
        else:
            yield renderable


def _table_width(table: Table, console: Console) -> int:
    """Return how wide to print ``table``, whose columns are made narrower (modified in place) where they must be."""
    natural = _measured(table, console).maximum
    if natural <= console.width:
        return console.width
    if not console.is_terminal:
        return natural
    figures = [column for column in table.columns if column.no_wrap or column.justify == "right"]
    num_names = len(table.columns) - len(figures)
    frame = natural - sum(_widest(column, console).maximum for column in table.columns)
    for column in table.columns:
        column.overflow = "fold"
    for column in figures:
        column.width, column.no_wrap = _widest(column, console).minimum, False
    needed = frame + sum(column.width or 0 for column in figures) + _NARROWEST_NAMES * num_names
    return max(console.width, needed)


def _widest(column: Column, console: Console) -> Measurement:
    """Return the width of ``column`` with cells on a line each: its heading's words on a line each, and on one."""
    from rich.measure import Measurement

    heading = _measured(column.header, console)
    cells = max((_measured(cell, console).maximum for cell in column.cells), default=0)
    return Measurement(max(heading.minimum, cells), max(heading.maximum, cells))


def _measured(renderable: RenderableType, console: Console) -> Measurement:
    return console.measure(renderable, options=console.options.update(width=_UNBOUNDED))
