from __future__ import annotations

import pytest

from plots.design_choice import DesignChoice
from plots.design_speedup import compared_with_dense, design_speedup, kept_fraction
from tests.plots.design_rows import designs
from workloads.errors import ConfigError

POINTS = designs(
    {"latency_ms": 8.0},
    {"latency_ms": 2.0, "compression": "nm:2:8"},
    {"latency_ms": 4.0, "compression": "nm:2:4"},
    {"latency_ms": 6.0, "array.rows": 16},
    {"latency_ms": 2.0, "array.rows": 16, "compression": "nm:2:8"},
    {"latency_ms": 1.0, "array.rows": 32, "compression": "nm:2:8"},  # no dense point
)


def test_each_design_is_compared_with_its_own_dense_point() -> None:
    compared, speedups = compared_with_dense(POINTS)
    assert compared.cells("array.rows") == (8, 8, 16)
    assert speedups.tolist() == [4, 2, 3]


def test_seeds_share_a_dense_point() -> None:
    points = designs({"latency_ms": 8.0}, {"latency_ms": 2.0, "compression": "nm:2:8; seed=1", "seed": 1})
    assert compared_with_dense(points)[1].tolist() == [4]


def test_specs_by_their_median() -> None:
    figure = design_speedup(POINTS, DesignChoice())
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["nm:2:4", "nm:2:8"]
    (medians,) = (line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata()) == 2)
    assert medians.get_xydata().tolist() == [[0, 2], [1, 3.5]]
    assert "3 points are dense or have none" in figure.get_supxlabel()


def test_by_density() -> None:
    axes = design_speedup(POINTS, DesignChoice(x="density")).axes[0]
    (medians,) = (line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata()) == 2)
    assert medians.get_xydata().tolist() == [[0.25, 3.5], [0.5, 2]]


@pytest.mark.parametrize(
    ("spec", "fraction"),
    [("nm:2:8", 0.25), ("unstructured:0.75", 0.25), ("block:4x1:0.5+int8", 0.5), ("nm:1:4; keep=first", 0.25)],
)
def test_what_a_spec_keeps(spec: str, fraction: float) -> None:
    assert kept_fraction(spec) == fraction


def test_mistakes() -> None:
    for points, choice, message in (
        (POINTS, DesignChoice(x="energy_mj"), "--x energy_mj: expected compression or density"),
        (POINTS, DesignChoice(y="energy_mj"), "sparsim plot speedup: has no --y"),
        (designs({}), DesignChoice(), "expected designs with a dense and a compressed point, found none; give the"),
    ):
        with pytest.raises(ConfigError, match=message):
            design_speedup(points, choice)
    with pytest.raises(
        ConfigError, match="compression 'int8' states no fraction of weights that it keeps; use --where"
    ):
        kept_fraction("int8")
