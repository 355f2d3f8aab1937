from __future__ import annotations

import pytest

from plots.off_chip_by_operand import off_chip_by_operand
from simulator.result import Result


def test_bars_are_operands_and_the_line_is_compulsory(tiny_result: Result) -> None:
    """In kB: conv1 1.0 input, 2.0 weight, 0.4 partial sums, 0.6 output, 4.0 in all, 3.5 of them compulsory."""
    (axes,) = off_chip_by_operand(tiny_result).axes
    bars = [container for container in axes.containers if len(container) == 3]
    inputs, weights, sums, outputs = ([bar.get_height() for bar in container] for container in bars)
    assert inputs == pytest.approx([1.0, 0.6, 0.01])
    assert weights == pytest.approx([2.0, 0.0, 1.0])
    assert sums == pytest.approx([0.4, 0.0, 0.0])
    assert outputs == pytest.approx([0.6, 0.15, 0.01])
    assert [bar.get_y() for bar in bars[3]] == pytest.approx([3.4, 0.6, 1.01])
    (lines,) = axes.collections
    assert [segment[0][1] for segment in lines.get_segments()] == pytest.approx([3.5, 0.75, 1.02])
    assert lines.get_segments()[0][:, 0] == pytest.approx([-0.4, 0.4])
    assert axes.get_ylabel() == "off-chip traffic (kB)"


def test_legend_names_every_operand(tiny_result: Result) -> None:
    (legend,) = off_chip_by_operand(tiny_result).legends
    assert {text.get_text() for text in legend.get_texts()} == {
        "input read",
        "weight and bias read",
        "partial sums read",
        "output written",
        "compulsory",
    }


def test_one_operator_and_none(one_operator_result: Result, views_only_result: Result) -> None:
    for result in (one_operator_result, views_only_result):
        figure = off_chip_by_operand(result)
        figure.draw_without_rendering()
        assert figure.axes[0].get_ylabel() == "off-chip traffic (bytes)"
