from __future__ import annotations

import numpy as np
import pytest

from plots.design_columns import as_cost, axis_label, check_column, quantity, spans_decades
from sweeps.outcome import METRIC_TYPES
from workloads.errors import ConfigError


@pytest.mark.parametrize(
    ("column", "label"),
    [
        ("area_mm2", "area (mm²)"),
        ("total_cycles", "total (cycles)"),
        ("off_chip_energy_mj", "off-chip energy (mJ)"),
        ("scratchpad.capacity_bytes", "scratchpad capacity (bytes)"),
        ("utilisation_fraction", "utilisation (fraction)"),
        ("inferences_per_second", "inferences/s"),
        ("off_chip.bandwidth_bytes_per_second", "off-chip bandwidth bytes/s"),
        ("dma.latency_cycles", "DMA latency (cycles)"),
        ("power_w", "power (W)"),
        ("time_limit_s", "time limit (s)"),
        ("edp_mj_ms", "energy × delay (mJ·ms)"),
        ("array.rows", "array rows"),
    ],
)
def test_labels_have_the_unit_of_the_name(column: str, label: str) -> None:
    assert axis_label(column) == label


def test_every_figure_with_a_unit_shows_it() -> None:
    for column in METRIC_TYPES:
        assert axis_label(column).endswith((")", "/s", "MACs")), column
        assert "(" not in quantity(column)


def test_an_axis_is_logarithmic_beyond_a_decade() -> None:
    assert spans_decades(np.array([1.0, 10.1]))
    assert not spans_decades(np.array([1.0, 10.0]))
    assert not spans_decades(np.array([0.0, 100.0]))
    assert not spans_decades(np.array([-1.0, 100.0]))
    assert not spans_decades(np.array([]))


def test_less_is_better_except_for_rates() -> None:
    assert as_cost("energy_mj", np.array([2.0])) == [2.0]
    assert as_cost("inferences_per_second", np.array([2.0])) == [-2.0]


def test_an_unknown_column() -> None:
    check_column("--x", "energy_mj", ["energy_mj"])
    with pytest.raises(ConfigError, match=r"^--x enrgy_mj: no such column in the view results; nearest: 'energy_mj'$"):
        check_column("--x", "enrgy_mj", ["energy_mj", "status"])
    with pytest.raises(ConfigError, match=r"--y q: no such .*; `sparsim results query 'SELECT \* FROM results'` shows"):
        check_column("--y", "q", ["energy_mj"])
