"""Why a compressed network is not as fast as its zeros promise: every part of its time on a line of its own."""

from __future__ import annotations

from dataclasses import fields

from rich.table import Table
from rich.text import Text

from simulator.result import CycleLosses, Result

LOSS_NAMES = {
    "effectual_cycles": "effectual products",
    "unskipped_cycles": "zeros not skipped",
    "mapping_cycles": "unused PEs",
    "padding_cycles": "padding of groups",
    "imbalance_cycles": "load imbalance",
    "fill_cycles": "fill and drain",
    "vector_cycles": "vector unit",
    "scratchpad_cycles": "scratchpad bandwidth",
    "metadata_cycles": "metadata",
    "off_chip_cycles": "off-chip memory",
}
"""What a report calls the parts of ``CycleLosses``, in their order."""

_HALF_A_CYCLE = 0.5


def loss_table(result: Result) -> Table:
    """Return cycles and share of the latency of each part of ``CycleLosses``; parts that take no cycle are left out."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    table.add_column("where the time goes", no_wrap=True)
    table.add_column("cycles", no_wrap=True, justify="right")
    table.add_column("share", no_wrap=True, justify="right")
    for name, cycles in loss_rows(result.losses):
        share = cycles / result.total_cycles
        table.add_row(*(Text(text) for text in (name, f"{cycles:,.0f}", f"{share:.1%}")))
    return table


def loss_rows(losses: CycleLosses) -> tuple[tuple[str, float], ...]:
    """Return name and cycles of the parts that take half a cycle or more, in the order of ``CycleLosses``."""
    rows = ((LOSS_NAMES[part.name], float(getattr(losses, part.name))) for part in fields(losses))
    return tuple((name, cycles) for name, cycles in rows if cycles >= _HALF_A_CYCLE)
