from __future__ import annotations

import numpy as np
import pytest

from plots.design_choice import DesignChoice
from plots.design_pareto import design_pareto
from tests.plots.design_rows import designs
from workloads.errors import ConfigError

POINTS = designs(
    {"area_mm2": 1.0, "latency_ms": 4.0, "inferences_per_second": 1.0},
    {"area_mm2": 2.0, "latency_ms": 3.0, "inferences_per_second": 3.0},
    {"area_mm2": 3.0, "latency_ms": 3.5, "inferences_per_second": 2.0, "accelerator": "b"},
    {"area_mm2": 4.0, "latency_ms": 1.0, "inferences_per_second": 4.0},
)


def test_the_stairs_join_what_no_other_beats() -> None:
    (line,) = (
        line for line in design_pareto(POINTS, DesignChoice()).axes[0].lines if line.get_label() == "Pareto front"
    )
    assert line.get_xydata().tolist() == [[1, 4], [2, 4], [2, 3], [4, 3], [4, 1]]


def test_more_may_be_better() -> None:
    """With throughput across, designs further right are better: stairs go the other way round."""
    figure = design_pareto(POINTS, DesignChoice(x="inferences_per_second", y="area_mm2"))
    (line,) = (line for line in figure.axes[0].lines if line.get_label() == "Pareto front")
    assert line.get_xydata().tolist() == [[1, 1], [1, 2], [3, 2], [3, 4], [4, 4]]
    assert "(more inferences/s is better)" in figure.get_supxlabel()


def test_labels_title_and_footer() -> None:
    figure = design_pareto(POINTS, DesignChoice(title="Mine"))
    (axes,) = figure.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("area (mm²)", "latency of a run (ms)")
    (legend,) = figure.legends
    assert legend.get_title().get_text() == "Mine"
    assert [text.get_text() for text in legend.get_texts()] == ["Pareto front", "edge_npu", "b"]
    assert figure.get_supxlabel().splitlines()[1] == "points that no other beats: 3"


def test_a_front_a_panel() -> None:
    figure = design_pareto(POINTS, DesignChoice(facet="accelerator"))
    assert [axes.get_title() for axes in figure.axes] == ["accelerator edge_npu", "accelerator b"]
    assert "beats: 3, 1" in figure.get_supxlabel()


def test_mistakes() -> None:
    for choice, message in (
        (DesignChoice(x="area"), "--x area: no such column"),
        (DesignChoice(y="compression"), "--y compression: expected numbers along an axis, found text such as 'dense'"),
        (DesignChoice(x="energy_mj"), "--x energy_mj: expected at least two values, found 1 alone in 4 points"),
        (DesignChoice(colour="colour"), "--colour colour: no such column"),
    ):
        with pytest.raises(ConfigError, match=message):
            design_pareto(POINTS, choice)


def test_many_points() -> None:
    rng = np.random.default_rng(0)
    points = designs(
        *({"area_mm2": float(x), "latency_ms": float(y), "energy_mj": float(x * y)} for x, y in rng.random((2000, 2)))
    )
    assert len(design_pareto(points, DesignChoice(colour="energy_mj", is_narrow=True)).axes) == 2
