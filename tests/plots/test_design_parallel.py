from __future__ import annotations

import pytest
from matplotlib.collections import LineCollection

from plots.design_choice import DesignChoice
from plots.design_parallel import design_parallel
from tests.plots.design_rows import designs
from workloads.errors import ConfigError

POINTS = designs(
    {"latency_ms": 1.0, "energy_mj": 4.0, "area_mm2": 1.0},
    {"latency_ms": 2.0, "energy_mj": 2.0, "area_mm2": 2.0, "array.rows": 16, "array.cols": 16},
    {"latency_ms": 3.0, "energy_mj": 3.0, "area_mm2": 3.0, "array.rows": 32, "array.cols": 32},
)


def test_a_line_a_point_and_the_best_last() -> None:
    axes = design_parallel(POINTS, DesignChoice()).axes[0]
    faded, best = (one.get_segments() for one in axes.collections if isinstance(one, LineCollection))
    assert [line.tolist() for line in faded] == [[[0, 1.0], [1, 1.0], [2, 0.5], [3, 1.0]]]  # beaten by the second
    assert [line.tolist() for line in best] == [
        [[0, 0.0], [1, 0.0], [2, 1.0], [3, 0.0]],
        [[0, 0.5], [1, 0.5], [2, 0.0], [3, 0.5]],
    ]
    names = [label.get_text().replace("\n", " ") for label in axes.get_xticklabels()]
    assert names == ["array rows", "latency of a run (ms)", "energy of a run (mJ)", "area (mm²)"]  # cols equal rows


def test_other_figures() -> None:
    figure = design_parallel(POINTS, DesignChoice(y="latency_ms, area_mm2"))
    assert len(figure.axes[0].get_xticks()) == 3
    assert "full colour: 1 points that no other beats in latency of a run, area" in figure.get_supxlabel()


def test_mistakes() -> None:
    for choice, message in (
        (DesignChoice(x="energy_mj"), "sparsim plot parallel: has no --x"),
        (DesignChoice(y="latency_ms,power"), "--y power: no such column"),
        (DesignChoice(y="macs"), "--y macs: expected at least two values"),
    ):
        with pytest.raises(ConfigError, match=message):
            design_parallel(POINTS, choice)
    with pytest.raises(ConfigError, match="expected 2 to 10 axes, found 1"):
        design_parallel(designs({}, {"energy_mj": 2.0}), DesignChoice(y="energy_mj"))
