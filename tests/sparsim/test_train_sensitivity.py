"""How the mean moves with each parameter."""

from __future__ import annotations

import pytest

from sparsim.train_sensitivity import Sensitivity, train_sensitivity
from sparsim.train_steps import TrainSteps
from sparsim.train_table_networks import trained_networks

STEPS = TrainSteps(networks=trained_networks(("resnet9",)), batch=2)


@pytest.fixture(scope="module")
def sensitivity() -> Sensitivity:
    return train_sensitivity(STEPS)


def means(sensitivity: Sensitivity) -> dict[tuple[str, str], float]:
    return {(row.point.parameter, row.point.value): row.speedup_over_dense for row in sensitivity.rows}


def test_means_are_those_of_the_variants(sensitivity: Sensitivity) -> None:
    fresh = TrainSteps(networks=STEPS.networks, batch=2)
    assert sensitivity.speedup_over_dense == fresh.mean_speedup("2:8")
    for row in sensitivity.rows[::5]:
        assert row.speedup_over_dense == fresh.mean_speedup("2:8", row.point.variant)
        assert sensitivity.change(row) == row.speedup_over_dense - sensitivity.speedup_over_dense


def test_directions(sensitivity: Sensitivity) -> None:
    """More sorter lanes or registers never hurt; Adam has more to update than momentum, and that than SGD."""
    found, usual = means(sensitivity), sensitivity.speedup_over_dense
    assert found["sorter lanes", "16"] <= usual <= found["sorter lanes", "64"]
    assert found["operand registers", "4"] <= usual == found["operand registers", "32"]
    assert found["optimiser", "adam"] < found["optimiser", "momentum"] < usual


def test_progress() -> None:
    seen: list[tuple[int, int]] = []
    train_sensitivity(STEPS, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 19) for done in range(1, 20)]
