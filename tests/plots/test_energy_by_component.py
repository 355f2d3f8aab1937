from __future__ import annotations

from dataclasses import fields, replace

import pytest
from matplotlib.figure import Figure

from plots.energy_by_component import energy_by_component
from simulator.result import Energy, Result


def _widths(figure: Figure) -> list[list[float]]:
    return [[bar.get_width() for bar in container] for container in figure.axes[0].containers]


def _legend(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_components_are_stacked(tiny_result: Result) -> None:
    """In nJ: MAC 0.1, register 0.2, scratchpad 0.15, off-chip 3, vector 0.07, leakage 0.05; 3.57 in all."""
    figure = energy_by_component(tiny_result)
    assert [width for (width,) in _widths(figure)] == pytest.approx([0.1, 0.2, 0.15, 3.0, 0.07, 0.05])
    assert figure.axes[0].containers[-1][0].get_x() == pytest.approx(3.52)
    assert figure.axes[0].get_xlabel() == "energy (nJ)"
    assert [text.get_text() for text in figure.axes[0].texts] == ["3.57"]


def test_legend_of_a_single_result_says_the_energies(tiny_result: Result) -> None:
    assert _legend(energy_by_component(tiny_result)) == [
        "MAC 0.100 nJ",
        "register 0.200 nJ",
        "scratchpad 0.150 nJ",
        "off-chip 3.00 nJ",
        "vector unit 0.0700 nJ",
        "leakage 0.0500 nJ",
    ]


def test_several_results_have_a_row_each(tiny_result: Result) -> None:
    twice = replace(tiny_result, accelerator="mcu", operators=tiny_result.operators * 2)
    figure = energy_by_component([tiny_result, twice])
    assert _widths(figure)[3] == pytest.approx([3.0, 6.0])
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["edge_npu", "mcu"]
    assert _legend(figure) == ["MAC", "register", "scratchpad", "off-chip", "vector unit", "leakage"]
    bottom, top = figure.axes[0].get_ylim()
    assert bottom > top, "drawn from top to bottom"


def test_component_of_one_result_stands_in_the_legend_of_both(tiny_result: Result, compressed_result: Result) -> None:
    """metadata is 0 in the first and 0.1 nJ in the second; what neither has is left out."""
    figure = energy_by_component([tiny_result, compressed_result])
    assert _widths(figure)[-1] == pytest.approx([0.0, 0.1])
    assert _legend(figure)[-1] == "metadata"
    assert _legend(energy_by_component([compressed_result, compressed_result])) == ["MAC", "metadata"]


def test_every_component_of_a_result_is_drawn(compressed_result: Result) -> None:
    """900 pJ of MACs and 100 pJ of metadata; seven powers of two leave out none either."""
    assert sum(width for (width,) in _widths(energy_by_component(compressed_result))) == pytest.approx(1.0)
    energy = Energy(**{part.name: float(2**index) for index, part in enumerate(fields(Energy))})
    operators = (replace(compressed_result.operators[0], energy=energy),)
    drawn = _widths(energy_by_component(replace(compressed_result, operators=operators)))
    assert sum(width for (width,) in drawn) == energy.total_pj == 127


def test_no_energy(one_operator_result: Result) -> None:
    figure = energy_by_component(one_operator_result)
    figure.draw_without_rendering()
    assert figure.axes[0].get_xlabel() == "energy (pJ)"
    assert [text.get_text() for text in figure.axes[0].texts] == ["0"]
