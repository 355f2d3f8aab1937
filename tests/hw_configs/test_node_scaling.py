"""Scaling between process nodes."""

import pytest

from hw_configs.node_scaling import area_factor, energy_factor
from workloads.errors import ConfigError


def test_the_papers_worked_example() -> None:
    # Corrigendum to Stillmaker and Baas: 0.8367 * 0.9^2 - 0.4341 * 0.9 + 0.1701 = 0.4571 for 32 nm at 0.9 V.
    assert energy_factor(32, 0.9) == pytest.approx(0.4571, abs=5e-5)


def test_between_the_nodes_of_the_table() -> None:
    assert energy_factor(20, 0.9) < energy_factor(28, 0.9) < energy_factor(32, 0.9)
    # 25.298 nm is the geometric mean of 32 and 20 nm, so its area is that of 0.46 and 0.21: 0.3108.
    assert area_factor((32 * 20) ** 0.5) == pytest.approx((0.46 * 0.21) ** 0.5)
    assert area_factor(45) == 1.0


@pytest.mark.parametrize("node_nm", [5, 65])
def test_nodes_outside(node_nm: float) -> None:
    with pytest.raises(ConfigError, match=f"process node: expected 7 to 45 nm, found {node_nm}"):
        area_factor(node_nm)


def test_voltages_outside() -> None:
    with pytest.raises(ConfigError, match=r"supply voltage: expected 0.5 to 1.2 V, found 0.3"):
        energy_factor(32, 0.3)
