"""The report of a training step: a line a part, totals, and the same as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from simulator.training.step_cost import PartCost, StepOperator, TrainingStepCost
from sparsim import __version__
from sparsim.export import JsonObject
from sparsim.wording import printable

if TYPE_CHECKING:
    from rich.table import Table


def train_cost_table(cost: TrainingStepCost) -> Table:
    """Return a line for each part of the step, and one for all of it."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=printable(_title(cost)), title_justify="left")
    table.add_column("part")
    for heading in ("cycles", "ms", "share", "MACs (M)", "MB off-chip", "mJ"):
        table.add_column(heading, justify="right")
    for part in cost.parts:
        table.add_row(*_cells(part, cost))
    table.add_section()
    table.add_row(
        "step",
        f"{cost.total_cycles:,}",
        f"{cost.latency_ms:,.4g}",
        "",
        f"{cost.macs / 1e6:,.0f}",
        f"{cost.off_chip_bytes / 1e6:,.4g}",
        f"{cost.energy.total_pj * 1e-9:,.4g}",
    )
    return table


def _title(cost: TrainingStepCost) -> str:
    what = f"{cost.method} {cost.sparsity}".strip()
    return f"{cost.network}, batch {cost.batch}, on {cost.accelerator}: {what}, {cost.optimiser}"


def _cells(part: PartCost, cost: TrainingStepCost) -> tuple[str, ...]:
    return (
        str(part.part),
        f"{part.cycles:,}",
        f"{1e3 * part.cycles / cost.clock_hz:,.4g}",
        f"{part.cycles / cost.total_cycles if cost.total_cycles else 0:.1%}",
        f"{part.macs / 1e6:,.0f}",
        f"{part.off_chip_bytes / 1e6:,.4g}",
        f"{part.energy_pj * 1e-9:,.4g}",
    )


def train_cost_lines(cost: TrainingStepCost) -> tuple[str, ...]:
    """Return the totals in words, and the notes."""
    products = [one for one in cost.operators if one.weights]
    pruned = [one for one in products if one.weights != "dense"]
    flows = ", ".join(f"{sum(one.dataflow == flow for one in products)} {flow}" for flow in ("os", "ws"))
    return (
        f"throughput  {cost.dense_equivalent_gflops_per_second:,.1f} GFLOP/s dense-equivalent, "
        f"{cost.effective_gflops_per_second:,.1f} effective",
        f"speed-up    {cost.speedup_over_dense:.3f}x over dense training, {cost.array_speedup_over_dense:.3f}x of its "
        f"matrix products; at most {cost.mac_bound:.3f}x by multiply-accumulates",
        f"products    {len(products)}: {flows}; {len(pruned)} N:M, {len(products) - len(pruned)} dense",
        *(f"note: {printable(note)}" for note in cost.notes),
    )


def train_cost_as_json(cost: TrainingStepCost) -> JsonObject:
    """Return ``cost`` under the names that docs/training_cost.md explains, ready for ``json.dumps``."""
    return {
        "network": cost.network,
        "accelerator": cost.accelerator,
        "sparsim_version": __version__,
        "method": cost.method,
        "sparsity": cost.sparsity or None,
        "optimiser": cost.optimiser,
        "batch": cost.batch,
        "clock_hz": cost.clock_hz,
        "total_cycles": cost.total_cycles,
        "latency_ms": cost.latency_ms,
        "macs": cost.macs,
        "performed_macs": cost.performed_macs,
        "off_chip_bytes": cost.off_chip_bytes,
        "energy_pj": cost.energy.total_pj,
        "dense_equivalent_gflops_per_second": cost.dense_equivalent_gflops_per_second,
        "effective_gflops_per_second": cost.effective_gflops_per_second,
        "dense_cycles": cost.dense_cycles,
        "speedup_over_dense": cost.speedup_over_dense,
        "array_speedup_over_dense": cost.array_speedup_over_dense,
        "mac_bound": cost.mac_bound,
        "equal_stages_bound": cost.equal_stages_bound,
        "parts": [_part_as_json(part, cost) for part in cost.parts],
        "dense_parts": [_part_as_json(part, cost) for part in cost.dense_parts],
        "operators": [_operator_as_json(one) for one in cost.operators],
        "notes": list(cost.notes),
    }


def _part_as_json(part: PartCost, cost: TrainingStepCost) -> JsonObject:
    return {**asdict(part), "part": str(part.part), "ms": 1e3 * part.cycles / cost.clock_hz}


def _operator_as_json(one: StepOperator) -> JsonObject:
    return {
        "name": one.name,
        "layer": one.layer,
        "part": str(one.part),
        "dataflow": one.dataflow or None,
        "weights": one.weights or None,
        "total_cycles": one.total_cycles,
        "compute_cycles": one.compute_cycles,
        "macs": one.macs,
        "performed_macs": one.performed_macs,
        "off_chip_bytes": one.off_chip_bytes,
        "energy_pj": one.energy.total_pj,
        "limited_by": str(one.limited_by),
    }
