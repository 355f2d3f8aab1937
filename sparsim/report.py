"""The table that a run prints: totals, and the operators that cost most."""

from __future__ import annotations

from collections import Counter

from rich.console import Group
from rich.table import Table
from rich.text import Text

from simulator.result import OperatorCost, Result

_ROWS_SHOWN = 12


def short_report(result: Result) -> Group:
    """Return ``result`` as one screen: a line a total, the costliest operators, the notes."""
    fused = Counter(step.function for step in result.fused_steps)
    counts = ", ".join(f"{count} {function}" for function, count in fused.most_common())
    lines = [Text(f"fused into other operators: {counts}", style="dim")] if fused else []
    return Group(_title(result), _totals(result), _operators(result, _ROWS_SHOWN), *lines, *_notes(result))


def full_report(result: Result) -> Group:
    """Return ``result`` with every operator, and every step that was fused into another."""
    lines = [Text(f"fused: {step.name} ({step.function}) into {step.into}") for step in result.fused_steps]
    return Group(_title(result), _totals(result), _operators(result, len(result.operators)), *_notes(result), *lines)


def _title(result: Result) -> Text:
    batch = f", batch {result.batch}" if result.batch != 1 else ""
    return Text(
        f"{result.network} on {result.accelerator} ({result.technology}, {result.clock_hz / 1e6:g} MHz){batch}: "
        f"{result.macs / 1e6:,.1f} M MACs, {result.num_parameters / 1e6:,.2f} M parameters",
        style="bold",
    )


def _totals(result: Result) -> Table:
    table = Table.grid(padding=(0, 2))
    busy = result.compute_cycles / result.total_cycles if result.total_cycles else 0.0
    energy = result.energy
    table.add_row("latency", f"{result.latency_ms:,.3f} ms", f"{result.total_cycles:,} cycles, {busy:.0%} computing")
    table.add_row("throughput", f"{result.inferences_per_second:,.1f} /s", "inferences a second")
    table.add_row(
        "energy",
        f"{energy.total_pj / 1e9:,.3f} mJ",
        _shares(
            energy.total_pj,
            {
                "off-chip": energy.off_chip_pj,
                "scratchpad": energy.scratchpad_pj,
                "MAC": energy.mac_pj,
                "registers": energy.register_pj,
                "vector": energy.vector_pj,
                "leakage": energy.leakage_pj,
            },
        ),
    )
    table.add_row("power", f"{result.average_power_mw:,.1f} mW", "average")
    area = result.area
    areas = {"scratchpad": area.scratchpad_mm2, "array": area.array_mm2, "vector unit": area.vector_unit_mm2}
    table.add_row("area", f"{area.total_mm2:,.2f} mm2", _shares(area.total_mm2, areas))
    read, written = result.off_chip_read_bytes, result.off_chip_write_bytes
    table.add_row(
        "off-chip", f"{(read + written) / 1e6:,.2f} MB", f"{read / 1e6:,.2f} MB read, {written / 1e6:,.2f} MB written"
    )
    table.add_row("scratchpad", f"{result.peak_scratchpad_bytes / 1024:,.1f} KiB", "peak use")
    return table


def _shares(total: float, parts: dict[str, float]) -> str:
    ranked = sorted(parts.items(), key=lambda part: -part[1])
    return ", ".join(f"{name} {value / total:.0%}" for name, value in ranked if total and value / total >= 0.005)


def _operators(result: Result, num_rows: int) -> Table:
    costly = sorted((cost for cost in result.operators if cost.total_cycles), key=lambda cost: -cost.total_cycles)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("operator", overflow="ellipsis", no_wrap=True, max_width=28)
    table.add_column("kind")
    for heading in ("cycles", "time", "stall", "eff.", "MB", "uJ"):
        table.add_column(heading, justify="right")
    table.add_column("limited by")
    for cost in costly[:num_rows]:
        table.add_row(Text(cost.name), cost.kind, *_figures(cost, result.total_cycles), str(cost.limited_by))
    rest = costly[num_rows:]
    if rest:
        cycles = sum(cost.total_cycles for cost in rest)
        share = f"{cycles / result.total_cycles:.1%}"
        table.add_row(Text(f"{len(rest)} more"), "", f"{cycles:,}", share)
    return table


def _figures(cost: OperatorCost, total_cycles: int) -> tuple[str, ...]:
    return (
        f"{cost.total_cycles:,}",
        f"{cost.total_cycles / total_cycles:.1%}",
        f"{cost.stall_cycles / cost.total_cycles:.0%}",
        f"{cost.mapping_efficiency_fraction:.0%}",
        f"{cost.off_chip_bytes.total / 1e6:,.2f}",
        f"{cost.energy.total_pj / 1e6:,.1f}",
    )


def _notes(result: Result) -> list[Text]:
    return [Text(f"note: {note}", style="dim") for note in result.notes]
