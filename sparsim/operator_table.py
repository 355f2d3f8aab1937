"""The costliest operators as a table that fits the terminal: names give way first, then the columns that tell least."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from simulator.result import Limit, OperatorCost, Result
from sparsim.wording import format_column, printable, shorten

_SHORTEST_NAME = 16
"""Columns of the terminal that a name may shrink to before a column is left out."""

_LIMITS = {Limit.SCRATCHPAD: "scratchpad", Limit.OFF_CHIP: "off-chip"}


@dataclass(frozen=True, slots=True)
class _Column:
    """A heading, a text a row, and how soon it is left out: 0 never, then the highest first."""

    heading: str
    cells: tuple[str, ...]
    leave_out: int = 0
    is_text: bool = False

    @property
    def width(self) -> int:
        return max(map(cell_len, (self.heading, *self.cells)))


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorTable:
    """The ``num_rows`` operators of ``result`` that take longest, and a line for the rest of them."""

    result: Result
    num_rows: int

    @property
    def num_lines(self) -> int:
        """Lines that it prints, heading included."""
        shown, rest = self._split()
        return 1 + len(shown) + bool(rest)

    def _split(self) -> tuple[tuple[OperatorCost, ...], tuple[OperatorCost, ...]]:
        """Return the operators that have a line of their own, and those that share the last; never one alone."""
        costly = sorted(
            (cost for cost in self.result.operators if cost.total_cycles), key=lambda cost: -cost.total_cycles
        )
        num_shown = len(costly) if len(costly) == self.num_rows + 1 else self.num_rows
        return tuple(costly[:num_shown]), tuple(costly[num_shown:])

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        shown, rest = self._split()
        names = [printable(cost.name) for cost in shown]
        if rest:
            names.append(f"{len(rest)} more")
        groups = [(cost,) for cost in shown] + ([rest] if rest else [])
        columns = _columns(groups, self.result)
        longest = max(map(cell_len, ("operator", *names)))
        fitting = _fitting(columns, longest, options.max_width)
        room = options.max_width - _width(fitting)
        table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="bold")
        table.add_column("operator", no_wrap=True)
        for column in fitting:
            table.add_column(column.heading, no_wrap=True, justify="left" if column.is_text else "right")
        mark = "..." if options.ascii_only else "…"
        for row, name in enumerate(names):
            table.add_row(*(Text(text) for text in (shorten(name, room, mark), *(one.cells[row] for one in fitting))))
        yield table


def _columns(groups: Sequence[tuple[OperatorCost, ...]], result: Result) -> tuple[_Column, ...]:
    """Return every column; a row is a group of operators, and what cannot be added up is left blank for several."""
    cycles = [sum(cost.total_cycles for cost in group) for group in groups]
    stalls = [sum(cost.stall_cycles for cost in group) for group in groups]
    off_chip = [sum(cost.off_chip_bytes.total for cost in group) for group in groups]
    energies = [sum(cost.energy.total_pj for cost in group) for group in groups]
    single = [group[0] if len(group) == 1 else None for group in groups]
    num_shown = sum(cost is not None for cost in single)
    compressed = _compression_columns(groups) if result.dense_total_cycles is not None else ()
    return (
        _Column("kind", tuple(cost.kind if cost else "" for cost in single), leave_out=2, is_text=True),
        _Column("cycles", tuple(f"{count:,}" for count in cycles), leave_out=6),
        _Column("ms", format_column([1e3 * count / result.clock_hz for count in cycles], num_shown)),
        _Column("share", tuple(f"{count / result.total_cycles:.1%}" for count in cycles)),
        _Column("stall", tuple(f"{part / count:.0%}" for part, count in zip(stalls, cycles, strict=True)), leave_out=1),
        _Column(
            "eff.", tuple(f"{cost.mapping_efficiency_fraction:.0%}" if cost else "" for cost in single), leave_out=4
        ),
        _Column("MB", format_column([count / 1e6 for count in off_chip], num_shown), leave_out=3),
        _Column("mJ", format_column([energy / 1e9 for energy in energies], num_shown), leave_out=5),
        *compressed,
        _Column("limited by", tuple(_limit(cost) if cost else "" for cost in single), is_text=True),
    )


def _compression_columns(groups: Sequence[tuple[OperatorCost, ...]]) -> tuple[_Column, ...]:
    """Return the densities of weights and activations of single operators, and the speed-up of every row."""
    found = [group[0].compression if len(group) == 1 else None for group in groups]
    weights = tuple(f"{one.weight_density_fraction:.0%}" if one else "" for one in found)
    inputs = tuple(f"{one.activation_density_fraction:.0%}" if one else "" for one in found)
    densities = (_Column("w.dens.", weights, leave_out=4), _Column("in.dens.", inputs, leave_out=5))
    telling = tuple(column for column in densities if not set(column.cells) <= {"", "100%"})
    return (*telling, _Column("speed-up", tuple(map(_speedup, groups))))


def _speedup(group: tuple[OperatorCost, ...]) -> str:
    """Return cycles before compression over cycles now; a blank where an operator of the group has none before."""
    before = [cost.dense_cycles for cost in group]
    dense_cycles = sum(cycles for cycles in before if cycles is not None)
    return "" if None in before else f"{dense_cycles / sum(cost.total_cycles for cost in group):.2f}x"


def _limit(cost: OperatorCost) -> str:
    return _LIMITS.get(cost.limited_by, str(cost.limited_by))


def _fitting(columns: Sequence[_Column], longest_name: int, width: int) -> tuple[_Column, ...]:
    """Return the columns that are left when names keep enough room; cycles, which repeat the time, yield to names."""
    kept = tuple(columns)
    for column in sorted((one for one in columns if one.leave_out), key=lambda one: -one.leave_out):
        name_width = longest_name if column.heading == "cycles" else min(longest_name, _SHORTEST_NAME)
        if name_width + _width(kept) <= width:
            break
        kept = tuple(one for one in kept if one is not column)
    return kept


def _width(columns: Sequence[_Column]) -> int:
    """Return what columns take beside the names, a blank before each included."""
    return sum(column.width + 1 for column in columns)
