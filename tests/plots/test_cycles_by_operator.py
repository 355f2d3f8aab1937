from __future__ import annotations

import pytest

from plots.cycles_by_operator import cycles_by_operator
from simulator.result import Result


def test_bars_are_compute_below_stall(tiny_result: Result) -> None:
    """conv1: 3000 of 4000 cycles compute; pool 200 of 1000; fc 100 of 500; the view has no bar."""
    (axes,) = cycles_by_operator(tiny_result).axes
    compute, stall = axes.containers
    assert [bar.get_height() for bar in compute] == pytest.approx([3.0, 0.2, 0.1])
    assert [bar.get_height() for bar in stall] == pytest.approx([1.0, 0.8, 0.4])
    assert [bar.get_y() for bar in stall] == pytest.approx([3.0, 0.2, 0.1])
    assert axes.get_ylabel() == "time (thousand cycles)"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["conv1", "pool", "fc"]


def test_legend_and_title(tiny_result: Result) -> None:
    (legend,) = cycles_by_operator(tiny_result).legends
    assert legend.get_title().get_text() == "tiny on edge_npu, 22nm, batch 1"
    assert [text.get_text() for text in legend.get_texts()] == [
        "compute (array or vector unit at work)",
        "stall (waiting for memory)",
    ]


def test_one_operator(one_operator_result: Result) -> None:
    figure = cycles_by_operator(one_operator_result)
    figure.draw_without_rendering()
    assert figure.axes[0].containers[0][0].get_height() == 10
    assert figure.axes[0].get_ylabel() == "time (cycles)"


def test_views_only(views_only_result: Result) -> None:
    cycles_by_operator(views_only_result).draw_without_rendering()
