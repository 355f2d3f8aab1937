"""What a run prints: totals, the operators that cost most, and what the user must know."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, Group, RenderResult
from rich.table import Table
from rich.text import Text

from simulator.result import Result
from sparsim.compression_rows import compression_rows
from sparsim.loss_table import loss_table
from sparsim.operator_table import OperatorTable
from sparsim.planning_rows import planning_rows
from sparsim.wording import format_count, format_number, printable

_FEWEST_ROWS = 5
_MOST_ROWS = 15
_SMALLEST_SHARE = 0.005


@dataclass(frozen=True, slots=True)
class ShortReport:
    """``result`` on one screen: a line a total, as many of the costliest operators as there is room for, the notes.

    A run with compressed weights also says where its time goes, and takes more than a small screen.
    """

    result: Result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        above = Group(_title(self.result), _totals(self.result), *_losses(self.result))
        below = Group(*_fused(self.result), *_notes(self.result))
        taken = sum(len(console.render_lines(part, options, pad=False)) for part in (above, below))
        room = console.height - taken - 3  # heading, the rest of the operators, the prompt
        yield above
        yield OperatorTable(result=self.result, num_rows=min(max(room, _FEWEST_ROWS), _MOST_ROWS))
        yield below


def full_report(result: Result) -> Group:
    """Return ``result`` with every operator, and every step that was fused into another."""
    fused = [
        Text(f"fused: {printable(step.name)} ({step.function}) into {printable(step.into)}")
        for step in result.fused_steps
    ]
    table = OperatorTable(result=result, num_rows=len(result.operators))
    return Group(_title(result), _totals(result), *_losses(result), table, *_notes(result), *fused)


def _title(result: Result) -> Text:
    place = f"{printable(result.accelerator)} ({printable(result.technology)}, {result.clock_hz / 1e6:g} MHz)"
    batch = f", batch {result.batch}" if result.batch != 1 else ""
    compressed = f", {printable(result.compression)}," if result.compression else ""
    return Text(f"{printable(result.network)}{compressed} on {place}{batch}", style="bold")


def _totals(result: Result) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, total, explanation in (*_total_rows(result), *compression_rows(result)):
        table.add_row(name, Text(total, no_wrap=True), Text(explanation))
    return table


def _total_rows(result: Result) -> tuple[tuple[str, str, str], ...]:
    """Return name, figure with unit, and what it is made of."""
    busy = result.compute_cycles / result.total_cycles if result.total_cycles else 0.0
    read, written = result.off_chip_read_bytes, result.off_chip_write_bytes
    return (
        (
            "work",
            format_count(result.macs, "MACs"),
            f"{format_count(result.num_parameters, 'parameters')}; operators: {len(result.operators):,}",
        ),
        (
            "latency",
            f"{format_number(result.latency_ms)} ms",
            f"{result.total_cycles:,} cycles: {busy:.0%} computing, {1 - busy:.0%} stalled",
        ),
        (
            "throughput",
            f"{format_number(result.inferences_per_second)} /s",
            f"inferences a second, at {result.utilisation_fraction:.1%} of the array's peak",
        ),
        ("energy", f"{format_number(result.energy.total_pj / 1e9)} mJ", _energy_shares(result)),
        ("power", f"{format_number(result.average_power_mw)} mW", "energy over latency"),
        ("area", f"{format_number(result.area.total_mm2)} mm2", _area_shares(result)),
        (
            "off-chip",
            f"{format_number((read + written) / 1e6)} MB",
            f"{format_number(read / 1e6)} MB read, {format_number(written / 1e6)} MB written",
        ),
        (
            "scratchpad",
            f"{format_number(result.peak_scratchpad_bytes / 1e6)} MB",
            f"peak use, {result.peak_scratchpad_bytes:,} bytes",
        ),
        *planning_rows(result),
    )


def _losses(result: Result) -> list[Table]:
    """Return where the time goes, for a run that there is a dense one to compare with."""
    return [loss_table(result)] if result.dense_total_cycles is not None else []


def _energy_shares(result: Result) -> str:
    energy = result.energy
    parts = {
        "off-chip": energy.off_chip_pj,
        "scratchpad": energy.scratchpad_pj,
        "MAC": energy.mac_pj,
        "register": energy.register_pj,
        "vector": energy.vector_pj,
        "leakage": energy.leakage_pj,
        "metadata": energy.metadata_pj,
    }
    return _shares(energy.total_pj, parts)


def _area_shares(result: Result) -> str:
    area = result.area
    parts = {"scratchpad": area.scratchpad_mm2, "array": area.array_mm2, "vector unit": area.vector_unit_mm2}
    return _shares(area.total_mm2, parts)


def _shares(total: float, parts: dict[str, float]) -> str:
    ranked = sorted(parts.items(), key=lambda part: -part[1])
    return ", ".join(
        f"{name} {value / total:.0%}" for name, value in ranked if total and value / total >= _SMALLEST_SHARE
    )


def _fused(result: Result) -> list[Text]:
    counts = Counter(step.function for step in result.fused_steps)
    if not counts:
        return []
    steps = ", ".join(f"{count} {function}" for function, count in counts.most_common())
    return [Text(f"fused into other operators: {steps}", style="dim")]


def _notes(result: Result) -> list[Text]:
    return [Text(f"note: {printable(note)}", style="dim") for note in result.notes]
