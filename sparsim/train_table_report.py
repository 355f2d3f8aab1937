"""The table of training steps as text and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from sparsim import __version__
from sparsim.export import JsonObject
from sparsim.train_ablation import AblationRow
from sparsim.train_ablation_report import ablation_as_json
from sparsim.train_sensitivity import Sensitivity
from sparsim.train_sensitivity_report import sensitivity_as_json
from sparsim.train_table import TrainMean, TrainRow, train_means

if TYPE_CHECKING:
    from rich.table import Table


def train_table(rows: Sequence[TrainRow]) -> Table:
    """Return a line a network and pattern: milliseconds, speed-up of the step and of its products, bound."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("network")
    for heading in ("N:M", "ms", "speed-up", "products", "bound"):
        table.add_column(heading, justify="right")
    table.add_column("input")
    for row in rows:
        cost = row.cost
        table.add_row(
            row.network.name,
            cost.sparsity,
            f"{cost.latency_ms:,.1f}",
            f"{cost.speedup_over_dense:.3f}",
            f"{cost.array_speedup_over_dense:.3f}",
            f"{cost.mac_bound:.3f}",
            row.network.shape,
        )
    return table


def train_mean_lines(rows: Sequence[TrainRow]) -> tuple[str, ...]:
    """Return a line a pattern: means, beside the published one."""
    return tuple(_mean_line(mean) for mean in train_means(rows))


def _mean_line(mean: TrainMean) -> str:
    published = "" if mean.published_speedup is None else f"; published {mean.published_speedup:g}"
    return f"mean {mean.sparsity}: {mean.speedup_over_dense:.3f} of at most {mean.mac_bound:.3f}{published}"


def train_table_as_json(
    rows: Sequence[TrainRow], ablation: Sequence[AblationRow] | None = None, sensitivity: Sensitivity | None = None
) -> JsonObject:
    """Return rows and means, ablation and sensitivity where there are any, by the names of docs/training_cost.md."""
    figures: JsonObject = {
        "sparsim_version": __version__,
        "rows": [_row_as_json(row) for row in rows],
        "means": [{**asdict(mean), "published_speedup": mean.published_speedup} for mean in train_means(rows)],
    }
    if ablation is not None:
        figures["ablation"] = ablation_as_json(ablation)
    if sensitivity is not None:
        figures["sensitivity"] = sensitivity_as_json(sensitivity)
    return figures


def _row_as_json(row: TrainRow) -> JsonObject:
    cost = row.cost
    return {
        "network": row.network.name,
        "shape": row.network.shape,
        "sparsity": cost.sparsity,
        "batch": cost.batch,
        "latency_ms": cost.latency_ms,
        "dense_cycles": cost.dense_cycles,
        "total_cycles": cost.total_cycles,
        "speedup_over_dense": cost.speedup_over_dense,
        "array_speedup_over_dense": cost.array_speedup_over_dense,
        "mac_bound": cost.mac_bound,
        "equal_stages_bound": cost.equal_stages_bound,
    }
