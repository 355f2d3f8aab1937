from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.lines import Line2D

from plots.density_points import density_points
from plots.speedup_against_density import speedup_against_density
from plots.style import renderer_of
from simulator.result import OperatorCompression, Result
from workloads.errors import ConfigError


def _with_densities(result: Result, weight: float, activation: float = 1.0) -> Result:
    """All products of these densities, as many effectual as they say, 100 a cycle, before compression and now."""
    operators = tuple(
        cost
        if cost.compression is None
        else replace(
            cost,
            compression=_compression(cost.compression, cost.macs, weight, activation),
            losses=replace(cost.losses, effectual_cycles=cost.macs * weight * activation / 100),
        )
        for cost in result.operators
    )
    return replace(result, operators=operators, dense_effectual_cycles=result.macs / 100)


def _compression(base: OperatorCompression, macs: int, weight: float, activation: float) -> OperatorCompression:
    effectual = round(macs * weight * activation)
    return replace(
        base, weight_density_fraction=weight, activation_density_fraction=activation, effectual_macs=effectual
    )


def _series(figure_lines: Sequence[Line2D], name: str) -> list[tuple[float, float]]:
    (line,) = [line for line in figure_lines if line.get_label() == name]
    return list(zip(*line.get_data(), strict=True))


def test_density_is_weighted_by_macs(compressed_result: Result) -> None:
    """(600,000 x 0.25 + 1,000 x 0.5) / 601,000 = 150,500 / 601,000; products 4200 / 1100, all 7700 / 4500 cycles."""
    (point,) = density_points([compressed_result])
    assert point.weight_density_fraction == pytest.approx(150_500 / 601_000)
    assert point.ideal_speedup == pytest.approx(4200 / 1100)
    assert point.speedup == pytest.approx(7700 / 4500)
    assert (point.series, point.spec, point.method) == ("edge_npu", "nm:2:8", "nm")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(weight=st.floats(0.01, 1))
def test_ideal_is_one_over_density_where_activations_are_dense(compressed_result: Result, weight: float) -> None:
    (point,) = density_points([_with_densities(compressed_result, weight)])
    assert point.ideal_speedup * point.weight_density_fraction == pytest.approx(1)


def test_a_series_an_accelerator_and_a_line_a_method(compressed_result: Result) -> None:
    half = replace(_with_densities(compressed_result, 0.5), compression="nm:4:8", dense_total_cycles=4950)
    pruned = replace(half, compression="unstructured:0.5", dense_total_cycles=4500)
    mcu = replace(half, accelerator="mcu", dense_total_cycles=9000)
    quarter = _with_densities(compressed_result, 0.25)
    figure = speedup_against_density([half, pruned, quarter, mcu])
    (axes,) = figure.axes
    assert axes.get_xlabel() == "weight density (non-zero fraction, weighted by MACs)"
    assert axes.get_ylabel() == "speed-up over dense (×)"
    assert _series(axes.lines, "edge_npu") == [
        pytest.approx((0.25, 7700 / 4500)),
        pytest.approx((0.5, 1.1)),
    ]
    assert _series(axes.lines, "mcu") == [pytest.approx((0.5, 2.0))]
    ideal = _series(axes.lines, "ideal: every zero weight skipped")
    assert all(x * y == pytest.approx(1) for x, y in ideal)
    edge, mcu_line = (next(line for line in axes.lines if line.get_label() == name) for name in ("edge_npu", "mcu"))
    assert edge.get_marker() != mcu_line.get_marker()
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["ideal: every zero weight skipped", "edge_npu", "mcu"]


def test_each_spec_is_named_once_inside_the_axes(compressed_result: Result) -> None:
    half = replace(_with_densities(compressed_result, 0.5), compression="nm:4:8")
    figure = speedup_against_density([half, compressed_result, replace(compressed_result, accelerator="mcu")])
    (axes,) = figure.axes
    names = [text for text in axes.texts if text.get_text()]
    assert sorted(text.get_text() for text in names) == ["nm:2:8", "nm:4:8"]
    for text in names:
        box = text.get_window_extent(renderer_of(figure))
        assert axes.bbox.x0 <= box.x0
        assert box.x1 <= axes.bbox.x1


OTHER_IDEAL = "ideal: activations, shapes, widths too"


def test_zero_activations_have_an_ideal_of_their_own(compressed_result: Result) -> None:
    both = _with_densities(compressed_result, 0.5, 0.5)
    (axes,) = speedup_against_density([both]).axes
    assert _series(axes.lines, OTHER_IDEAL) == [pytest.approx((0.5, 4.0))]


def test_narrower_numbers_have_one_too_and_fit(compressed_result: Result) -> None:
    """All weights are left, and their products take a quarter of the cycles, or twice as many."""
    dense = _with_densities(compressed_result, 1.0)
    narrow = replace(dense, compression="int4", dense_effectual_cycles=4 * 6010.0)
    slow = replace(dense, compression="lowrank:64", dense_effectual_cycles=0.5 * 6010.0)
    figure = speedup_against_density([narrow, slow])
    (axes,) = figure.axes
    assert _series(axes.lines, OTHER_IDEAL) == [pytest.approx((1.0, 0.5)), pytest.approx((1.0, 4.0))]
    low, high = axes.get_ylim()
    assert low < 0.5 < 4 < high
    figure.draw_without_rendering()
    assert figure.legends[0].get_window_extent(renderer_of(figure)).x1 <= figure.bbox.x1


def test_no_effectual_product(compressed_result: Result) -> None:
    zero = _with_densities(compressed_result, 0.5, 0.0)
    assert density_points([zero])[0].ideal_speedup == math.inf
    (axes,) = speedup_against_density([zero]).axes
    assert OTHER_IDEAL not in [line.get_label() for line in axes.lines]


def test_a_dense_result_is_at_one(compressed_result: Result) -> None:
    dense = replace(
        _with_densities(compressed_result, 1.0), compression="", dense_total_cycles=None, dense_effectual_cycles=None
    )
    (point,) = density_points([dense])
    assert (point.weight_density_fraction, point.speedup, point.ideal_speedup) == (1.0, 1.0, 1.0)
    assert point.spec == "dense"
    speedup_against_density([dense]).draw_without_rendering()


def test_several_networks_are_named(compressed_result: Result) -> None:
    points = density_points([compressed_result, replace(compressed_result, network="big$")])
    assert [point.series for point in points] == ["tiny on edge_npu", r"big\$ on edge_npu"]


def test_long_names_fit(compressed_result: Result) -> None:
    results = [replace(compressed_result, accelerator=f"{index}" + "array_" * 20) for index in range(8)]
    figure = speedup_against_density(results)
    figure.draw_without_rendering()
    assert figure.legends[0].get_window_extent(renderer_of(figure)).x1 <= figure.bbox.x1


def test_what_cannot_be_drawn(compressed_result: Result, views_only_result: Result) -> None:
    def message(*results: Result) -> str:
        with pytest.raises(ConfigError) as caught:
            speedup_against_density(results)
        return str(caught.value)

    where = "speedup_against_density: tiny on edge_npu"
    assert message() == "speedup_against_density: expected results, found none"
    assert message(views_only_result) == (
        f"{where}: expected products with weights that are not zero, found no products"
    )
    assert message(_with_densities(compressed_result, 0.0)) == (
        f"{where}: expected products with weights that are not zero, found zeros alone"
    )
    assert message(replace(compressed_result, dense_total_cycles=None)).startswith(f"{where} with nm:2:8: expected its")
    many = [replace(compressed_result, accelerator=f"array{index}") for index in range(9)]
    assert message(*many) == "speedup_against_density: expected at most 8 accelerators, found 9"
