from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from matplotlib.axes import Axes

from plots.speedup_grid import speedup_grid
from plots.style import renderer_of
from simulator.result import Energy, Result


def _cells(axes: Axes) -> dict[tuple[float, float], str]:
    """Texts by (row, column)."""
    return {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in axes.texts}


def test_cells_say_speed_up_latency_and_energy(compressed_result: Result) -> None:
    """4,500 cycles of 1 ns; 900 + 100 pJ. The dense one takes 7,700 cycles: the first operator 3,200 more."""
    first, *rest = compressed_result.operators
    slow = replace(first, total_cycles=6200, energy=Energy(mac_pj=4000.0))
    dense = replace(compressed_result, operators=(slow, *rest), compression="", dense_total_cycles=None)
    figure = speedup_grid([dense, compressed_result])
    speedups, energies = figure.axes
    assert _cells(speedups) == {(0, 0): "1.00×\n7.70 µs", (1, 0): "1.71×\n4.50 µs"}
    assert _cells(energies) == {(0, 0): "4.00 nJ", (1, 0): "1.00 nJ"}
    assert [label.get_text() for label in speedups.get_yticklabels()] == ["dense", "nm:2:8"]
    assert [label.get_text() for label in energies.get_xticklabels()] == ["edge_npu"]
    np.testing.assert_allclose(np.ravel(speedups.images[0].get_array()), [1, 7700 / 4500])
    np.testing.assert_allclose(np.ravel(energies.images[0].get_array()), [4.0, 1.0])
    assert figure.get_suptitle() == "tiny on edge_npu\n22nm, batch 1, least latency"


def test_pairs_without_a_plan_say_so(compressed_result: Result) -> None:
    figure = speedup_grid([compressed_result], compressions=["nm:2:8", "int4"], accelerators=["edge_npu", "mcu"])
    for axes in figure.axes:
        assert [text for place, text in _cells(axes).items() if place != (0, 0)] == ["infeasible"] * 3
        assert np.ma.count_masked(axes.images[0].get_array()) == 3 or np.isnan(axes.images[0].get_array()).sum() == 3


def test_where_dense_has_no_plan_there_is_no_speed_up(compressed_result: Result) -> None:
    alone = replace(compressed_result, accelerator="mcu", dense_total_cycles=None)
    speedups, energies = speedup_grid([compressed_result, alone]).axes
    assert _cells(speedups)[0, 1] == "no dense run\n4.50 µs"
    assert _cells(energies)[0, 1] == "1.00 nJ"
    assert _cells(speedup_grid([alone]).axes[0]) == {(0, 0): "no dense run\n4.50 µs"}


def test_text_is_light_on_dark_cells(compressed_result: Result) -> None:
    slow = replace(compressed_result, accelerator="mcu", dense_total_cycles=100)
    speedups = speedup_grid([compressed_result, slow]).axes[0]
    assert [text.get_color() for text in speedups.texts] == ["white", "#000000"]


@pytest.mark.parametrize("num_columns", [1, 3, 4, 7])
def test_nothing_overlaps_or_leaves_the_figure(compressed_result: Result, num_columns: int) -> None:
    results = [
        replace(compressed_result, accelerator=f"tensor_core_{column}_" + "x" * 20, compression=f"nm:2:{row}+" * 9)
        for column in range(num_columns)
        for row in range(3)
    ]
    figure = speedup_grid(results)
    figure.draw_without_rendering()
    renderer = renderer_of(figure)
    for axes in figure.axes:
        boxes = [text.get_window_extent(renderer) for text in axes.texts]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
        for label in (*axes.get_yticklabels(), *axes.get_xticklabels()):
            box = label.get_window_extent(renderer)
            assert figure.bbox.x0 <= box.x0
            assert figure.bbox.y0 <= box.y0
            assert box.x1 <= figure.bbox.x1


def test_names_are_no_formulas(compressed_result: Result) -> None:
    speedup_grid([replace(compressed_result, accelerator="$_{$", compression="$^$")]).draw_without_rendering()


def test_nothing_takes_energy(compressed_result: Result) -> None:
    operators = tuple(replace(cost, energy=Energy()) for cost in compressed_result.operators)
    assert _cells(speedup_grid([replace(compressed_result, operators=operators)]).axes[1]) == {(0, 0): "0 pJ"}
