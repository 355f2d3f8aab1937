"""The ablation of training steps as text and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from sparsim.export import JsonObject
from sparsim.train_ablation import STUDIED_SPARSITY, AblationRow, ablation_means

if TYPE_CHECKING:
    from rich.table import Table

ABLATION_HEADING = f"{STUDIED_SPARSITY}: cycles of the step over the full design's; speed-up over dense so restricted"


def ablation_table(rows: Sequence[AblationRow]) -> Table:
    """Return a line a thing left out: by network, and on average, cycles over the full design's and speed-up."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("design")
    for network in dict.fromkeys(row.network.name for row in rows):
        table.add_column(network, justify="right")
    table.add_column("mean", justify="right")
    for mean in ablation_means(rows):
        cells = [_cell(row.cycles_over_full, row.cost.speedup_over_dense) for row in rows if row.name == mean.name]
        table.add_row(mean.name, *cells, _cell(mean.cycles_over_full, mean.speedup_over_dense))
    return table


def _cell(cycles_over_full: float, speedup: float) -> str:
    return f"{cycles_over_full:.3f}; {speedup:.2f}"


def ablation_as_json(rows: Sequence[AblationRow]) -> JsonObject:
    """Return rows and means under the names of docs/training_cost.md."""
    return {
        "sparsity": STUDIED_SPARSITY,
        "rows": [
            {
                "name": row.name,
                "network": row.network.name,
                "total_cycles": row.cost.total_cycles,
                "dense_cycles": row.cost.dense_cycles,
                "cycles_over_full": row.cycles_over_full,
                "speedup_over_dense": row.cost.speedup_over_dense,
            }
            for row in rows
        ],
        "means": [asdict(mean) for mean in ablation_means(rows)],
    }
