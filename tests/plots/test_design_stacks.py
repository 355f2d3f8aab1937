from __future__ import annotations

import pytest

from plots.design_choice import DesignChoice
from plots.design_stacks import design_stacks
from tests.plots.design_rows import designs
from workloads.errors import ConfigError

_ENERGY = {f"{part}_energy_mj": 0.0 for part in ("register", "scratchpad", "vector", "leakage", "metadata")}
POINTS = designs(
    {"area_mm2": 4.0, "latency_ms": 1.0, "energy_mj": 3.0, "mac_energy_mj": 1.0, "off_chip_energy_mj": 2.0, **_ENERGY},
    {"area_mm2": 9.0, "latency_ms": 9.0},
    {
        "area_mm2": 3.0,
        "latency_ms": 2.0,
        "energy_mj": 5.0,
        "mac_energy_mj": 4.0,
        "off_chip_energy_mj": 1.0,
        "accelerator": "b",
        **_ENERGY,
    },
)


def test_bars_of_the_front_by_component() -> None:
    """Area of 4 mm2: array, vector unit and scratchpad 1 each, the rest 1; of 3 mm2 nothing is left."""
    figure = design_stacks(POINTS, DesignChoice())
    energy, area = figure.axes
    widths = {bars.get_label(): [bar.get_width() for bar in bars] for bars in energy.containers}
    assert widths == {"MACs": [4, 1], "off-chip": [1, 2]}
    widths = {bars.get_label(): [bar.get_width() for bar in bars] for bars in area.containers}
    assert widths == {"array": [1, 1], "vector unit": [1, 1], "scratchpad": [1, 1], "all else": [0, 1]}
    assert [label.get_text() for label in energy.get_yticklabels()] == ["b", "edge_npu"]
    assert "2 of 2 on the Pareto front of area and latency of a run" in figure.get_supxlabel()


def test_of_a_long_front_some_are_drawn() -> None:
    points = designs(
        *({"area_mm2": 1.0 + place, "latency_ms": 50.0 - place, "array.rows": place} for place in range(40))
    )
    figure = design_stacks(points, DesignChoice())
    assert len(figure.axes[0].get_yticks()) == 14
    assert "14 of 40 on the Pareto front" in figure.get_supxlabel()


def test_it_has_no_colour() -> None:
    with pytest.raises(ConfigError, match="sparsim plot stacks: has no --colour"):
        design_stacks(POINTS, DesignChoice(colour="accelerator"))
