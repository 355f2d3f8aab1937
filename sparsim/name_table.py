"""A table whose first columns hold names, which yield to the width of the terminal: their middle goes first."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from sparsim.short_names import share_room, shorten_names

_SHORTEST_NAME = 12
_GAP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NameTable:
    """Rows of text under headings; columns without any text are left out.

    Parameters
    ----------
    headings : tuple of str
    rows : tuple of tuple of str
        Printable.
    numbers : tuple of str
        Headings of the columns that are numbers, and so end where they should.
    num_names : int
        First columns that hold names; these are never left out.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[str, ...]
    num_names: int = 1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        names, others = range(self.num_names), range(self.num_names, len(self.headings))
        shown = [index for index in others if any(row[index] for row in self.rows)]
        widths = [max(map(cell_len, column)) for column in zip(self.headings, *self.rows, strict=True)]
        room = options.max_width - sum(widths[index] + _GAP for index in shown) - _GAP * (self.num_names - 1)
        shares = share_room([widths[index] for index in names], room, _SHORTEST_NAME)
        mark = "..." if options.ascii_only else "…"
        short = [shorten_names([row[index] for row in self.rows], shares[index], mark) for index in names]
        table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
        for heading in (*self.headings[: self.num_names], *(self.headings[index] for index in shown)):
            table.add_column(heading, no_wrap=True, justify="right" if heading in self.numbers else "left")
        for line, row in enumerate(self.rows):
            cells = (*(column[line] for column in short), *(row[index] for index in shown))
            table.add_row(*map(Text, cells))
        yield table
