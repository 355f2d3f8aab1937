"""The table of training steps as text and JSON."""

from __future__ import annotations

from dataclasses import replace

from sparsim.train_steps import TrainSteps
from sparsim.train_table import train_rows
from sparsim.train_table_networks import trained_networks
from sparsim.train_table_report import train_mean_lines, train_table, train_table_as_json


def test_report() -> None:
    rows = list(train_rows(TrainSteps(networks=trained_networks(("resnet9",)), batch=2)))
    assert train_table(rows).row_count == 3
    lines = train_mean_lines(rows)
    cost = rows[1].cost
    assert lines[1] == f"mean 2:8: {cost.speedup_over_dense:.3f} of at most {cost.mac_bound:.3f}"
    known = replace(rows[1].cost, batch=512)
    five = [replace(rows[1], network=one, cost=replace(known, network=one.name)) for one in trained_networks()]
    assert train_mean_lines(five)[0] == f"{lines[1]}; published 1.75"
    figures = train_table_as_json(rows)
    assert isinstance(figures["rows"], list)
    assert len(figures["rows"]) == 3
    assert figures.keys() == {"sparsim_version", "rows", "means"}
