from __future__ import annotations

from dataclasses import replace

import pytest
from matplotlib.axes import Axes

from hw_configs.accelerator import Accelerator
from plots.roofline import roofline, roofline_points
from simulator.result import OperandTraffic, Result


def _line(axes: Axes, label: str) -> list[tuple[float, float]]:
    (line,) = [line for line in axes.lines if line.get_label() == label]
    return list(zip(*line.get_data(), strict=True))


def test_points_are_macs_over_bytes_and_macs_over_time(tiny_result: Result) -> None:
    """conv1: 600,000 MACs over 4,000 bytes = 150, in 4,000 cycles of 1 ns = 150 GMAC/s; pool has no MACs."""
    conv, gemm = roofline_points(tiny_result)
    assert (conv.name, conv.macs_per_byte, conv.gmacs_per_second) == ("conv1", 150.0, 150.0)
    assert (gemm.name, gemm.macs_per_byte) == ("fc", pytest.approx(1000 / 1020))
    assert gemm.gmacs_per_second == pytest.approx(2.0)


def test_equal_operators_share_a_point(tiny_result: Result) -> None:
    conv = tiny_result.operators[0]
    result = replace(tiny_result, operators=(conv, replace(conv, name="conv2"), replace(conv, name="conv3")))
    (point,) = roofline_points(result)
    assert point.name == "conv1 (+2)"
    assert point.total_cycles == 12_000


def test_dots_roofs_and_units(tiny_result: Result, edge_npu: Accelerator) -> None:
    """edge_npu: 16 x 16 PEs at 1 GHz = 256 GMAC/s; 6.4 GB/s; they meet at 40 MACs a byte."""
    figure = roofline(tiny_result, edge_npu)
    (axes,) = figure.axes
    dots = [tuple(offset) for collection in axes.collections for offset in collection.get_offsets()]
    assert dots == [pytest.approx((150.0, 150.0)), pytest.approx((1000 / 1020, 2.0))]
    (left, low), ridge = _line(axes, "_off-chip")
    assert ridge == pytest.approx((40.0, 256.0))
    assert low / left == pytest.approx(6.4)
    assert [y for _, y in _line(axes, "_array")] == [256.0, 256.0]
    assert axes.get_xlabel() == "operational intensity (MACs per off-chip byte)"
    assert axes.get_ylabel() == "achieved (GMAC/s)"
    texts = {text.get_text() for text in axes.texts}
    assert {"array 256 GMAC/s", "off-chip 6.40 GB/s", "conv1", "fc"} <= texts
    assert any("not shown: 1 operators without MACs, 18% of cycles" in text for text in texts)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["conv", "gemm"]


def _with_bytes(result: Result) -> Result:
    """``result`` with 1000 bytes read off-chip by each operator."""
    traffic = OperandTraffic(weight_read=1000)
    return replace(result, operators=tuple(replace(cost, off_chip_bytes=traffic) for cost in result.operators))


def test_compressed_operators_count_what_the_array_does(compressed_result: Result, edge_npu: Accelerator) -> None:
    """conv1 does 150,000 of its 600,000 MACs in 3000 cycles of 1 ns, fc 500 of its 1000 in 500."""
    result = _with_bytes(compressed_result)
    conv, fc = roofline_points(result)
    assert (conv.macs_per_byte, conv.gmacs_per_second) == (150.0, 50.0)
    assert (fc.macs_per_byte, fc.gmacs_per_second) == (0.5, 1.0)
    (axes,) = roofline(result, edge_npu).axes
    assert axes.get_xlabel() == "operational intensity (MACs done per off-chip byte)"
    assert axes.get_ylabel() == "achieved (MACs done, G/s)"


def test_axes_say_macs_done_without_a_dense_run_too(compressed_result: Result, edge_npu: Accelerator) -> None:
    """Zeros known, nothing to compare with: products are skipped all the same."""
    result = replace(_with_bytes(compressed_result), dense_total_cycles=None)
    assert "MACs done" in roofline(result, edge_npu).axes[0].get_xlabel()


def test_operator_whose_products_are_all_skipped_has_no_dot(compressed_result: Result, edge_npu: Accelerator) -> None:
    """Weights of zeros alone: conv1 joins the pooling in the note, 4000 of 4500 cycles."""
    result = _with_bytes(compressed_result)
    conv, *others = result.operators
    assert conv.compression is not None
    nothing = replace(conv.compression, effectual_macs=0, performed_macs=0)
    result = replace(result, operators=(replace(conv, compression=nothing), *others))
    assert [point.name for point in roofline_points(result)] == ["fc"]
    texts = [text.get_text() for text in roofline(result, edge_npu).axes[0].texts]
    assert any("not shown: 2 operators without MACs, 89% of cycles" in text for text in texts)


def test_dots_above_the_roof_are_not_clipped(tiny_result: Result, edge_npu: Accelerator) -> None:
    """600,000 MACs in 200 cycles are 3000 GMAC/s, over a roof of 256."""
    conv = replace(tiny_result.operators[0], total_cycles=200, compute_cycles=200)
    figure = roofline(replace(tiny_result, operators=(conv,)), edge_npu)
    assert figure.axes[0].get_ylim()[1] >= 3000 * 1.4
    assert any("above the roof: several narrow products" in text.get_text() for text in figure.axes[0].texts)
    texts = [text.get_text() for text in roofline(tiny_result, edge_npu).axes[0].texts]
    assert not any("above the roof" in text for text in texts)


def test_kinds_differ_in_colour_and_marker(tiny_result: Result, edge_npu: Accelerator) -> None:
    conv, gemm = roofline(tiny_result, edge_npu).axes[0].collections
    assert tuple(conv.get_facecolor()[0]) != tuple(gemm.get_facecolor()[0])
    assert conv.get_paths()[0].vertices.shape != gemm.get_paths()[0].vertices.shape


def test_unbounded_bandwidth_has_the_flat_roof_only(tiny_result: Result, unbounded: Accelerator) -> None:
    (axes,) = roofline(tiny_result, unbounded).axes
    assert [line.get_label() for line in axes.lines] == ["_array"]
    (left, _), (right, _) = _line(axes, "_array")
    assert (left, right) == pytest.approx(axes.get_xlim())
    assert "off-chip bandwidth unbounded" in {text.get_text() for text in axes.texts}


def test_one_operator(one_operator_result: Result, edge_npu: Accelerator) -> None:
    figure = roofline(one_operator_result, edge_npu)
    figure.draw_without_rendering()
    assert {"only"} <= {text.get_text() for text in figure.axes[0].texts}


def test_no_operator_with_macs(views_only_result: Result, edge_npu: Accelerator, unbounded: Accelerator) -> None:
    for accelerator in (edge_npu, unbounded):
        figure = roofline(views_only_result, accelerator)
        figure.draw_without_rendering()
        assert not figure.axes[0].collections
