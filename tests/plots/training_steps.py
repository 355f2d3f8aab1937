"""Training steps of small networks, costed quickly."""

from __future__ import annotations

from functools import cache

from simulator.training.step_cost import TrainingStepCost
from sparsim.train_steps import TrainSteps
from sparsim.train_table import train_rows
from sparsim.train_table_networks import trained_networks


@cache
def small_costs() -> tuple[TrainingStepCost, ...]:
    """Two networks of three patterns each, batch 2."""
    steps = TrainSteps(networks=trained_networks(("resnet9", "resnet18")), batch=2)
    return tuple(row.cost for row in train_rows(steps))
