"""The ablation as text and JSON."""

from __future__ import annotations

from rich.console import Console

from sparsim.train_ablation import ablation_means, ablation_rows
from sparsim.train_ablation_report import ABLATION_HEADING, ablation_as_json, ablation_table
from sparsim.train_steps import TrainSteps
from sparsim.train_table_networks import trained_networks


def test_report() -> None:
    rows = list(ablation_rows(TrainSteps(networks=trained_networks(("resnet9",)), batch=1)))
    console = Console(width=100)
    with console.capture() as capture:
        console.print(ablation_table(rows))
    lines = [line.split() for line in capture.get().splitlines() if line.strip()]
    mean = ablation_means(rows)[0]
    cell = [f"{mean.cycles_over_full:.3f};", f"{mean.speedup_over_dense:.2f}"]
    assert lines[0] == ["design", "resnet9", "mean"]
    assert lines[2] == ["without", "interleaving", *cell, *cell]
    assert ABLATION_HEADING.startswith("2:8: cycles of the step over")

    figures = ablation_as_json(rows)
    assert isinstance(figures["rows"], list)
    assert isinstance(figures["means"], list)
    assert [row["total_cycles"] for row in figures["rows"]] == [row.cost.total_cycles for row in rows]  # type: ignore[call-overload,index]
    assert len(figures["means"]) == 4
