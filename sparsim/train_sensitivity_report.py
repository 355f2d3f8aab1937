"""The sensitivity of the mean speed-up as text and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sparsim.export import JsonObject
from sparsim.train_sensitivity import Sensitivity

if TYPE_CHECKING:
    from rich.table import Table


def sensitivity_heading(sensitivity: Sensitivity) -> str:
    """Return the line above the table."""
    return f"mean {sensitivity.sparsity} is {sensitivity.speedup_over_dense:.3f}; with one parameter moved:"


def sensitivity_table(sensitivity: Sensitivity) -> Table:
    """Return a line a point: parameter, its usual value, the one tried, the mean and how far it moved."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("parameter")
    for heading in ("usual", "tried", "mean", "change"):
        table.add_column(heading, justify="right")
    for row in sensitivity.rows:
        point = row.point
        mean, change = f"{row.speedup_over_dense:.3f}", f"{sensitivity.change(row):+.3f}"
        table.add_row(point.parameter, point.usual, point.value, mean, change)
    return table


def sensitivity_as_json(sensitivity: Sensitivity) -> JsonObject:
    """Return the points under the names of docs/training_cost.md."""
    return {
        "sparsity": sensitivity.sparsity,
        "speedup_over_dense": sensitivity.speedup_over_dense,
        "points": [
            {
                "parameter": row.point.parameter,
                "usual": row.point.usual,
                "value": row.point.value,
                "speedup_over_dense": row.speedup_over_dense,
                "change": sensitivity.change(row),
            }
            for row in sensitivity.rows
        ],
    }
