from __future__ import annotations

from dataclasses import replace

import pytest

from plots.comparison import comparison
from simulator.result import Area, Result


def test_a_panel_a_quantity(tiny_result: Result) -> None:
    """tiny: 5500 cycles at 1 GHz = 5.5 us; 3570 pJ; 5770 bytes; 4 mm2. The other: half the clock and area."""
    other = replace(
        tiny_result, accelerator="mcu", clock_hz=5 * 10**8, area=Area(array_mm2=1, vector_unit_mm2=0, scratchpad_mm2=1)
    )
    panels = comparison([tiny_result, other]).axes
    assert [axes.get_xlabel() for axes in panels] == [
        "latency (µs)",
        "energy (nJ)",
        "off-chip traffic (kB)",
        "area (mm²)",
    ]
    widths = [[bar.get_width() for bar in axes.containers[0]] for axes in panels]
    assert widths[0] == pytest.approx([5.5, 11.0])
    assert widths[1] == pytest.approx([3.57, 3.57])
    assert widths[2] == pytest.approx([5.77, 5.77])
    assert widths[3] == pytest.approx([4.0, 2.0])
    assert [text.get_text() for text in panels[0].texts] == ["5.50", "11.0"]
    assert [label.get_text() for label in panels[0].get_yticklabels()] == ["edge_npu", "mcu"]


def test_title_is_what_they_share(tiny_result: Result, one_operator_result: Result) -> None:
    other = replace(one_operator_result, accelerator="mcu")
    assert comparison([tiny_result, other]).get_suptitle() == "tiny, 22nm, batch 1"


def test_results_that_cost_nothing(views_only_result: Result) -> None:
    figure = comparison([views_only_result, replace(views_only_result, network="other")])
    figure.draw_without_rendering()
    assert figure.axes[0].get_xlabel() == "latency (ns)"
