"""A table whose first column holds names, which yield to the width of the terminal: their middle goes first."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from sparsim.wording import shorten

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
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[str, ...]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        shown = [index for index in range(1, len(self.headings)) if any(row[index] for row in self.rows)]
        widths = [max(map(cell_len, column)) for column in zip(self.headings, *self.rows, strict=True)]
        room = max(options.max_width - sum(widths[index] + _GAP for index in shown), _SHORTEST_NAME)
        mark = "..." if options.ascii_only else "…"
        table = Table(box=None, padding=(0, _GAP, 0, 0), pad_edge=False, header_style="bold")
        for heading in (self.headings[0], *(self.headings[index] for index in shown)):
            table.add_column(heading, no_wrap=True, justify="right" if heading in self.numbers else "left")
        for row in self.rows:
            cells = (shorten(row[0], room, mark), *(row[index] for index in shown))
            table.add_row(*map(Text, cells))
        yield table
