from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from plots.operator_bars import Bar, Layer, bar_axes, bar_ends, bars_of, draw_layers
from plots.style import COMPUTE
from simulator.result import OperatorCost, Result


def _many(tiny_result: Result, count: int, prefix: str = "op") -> Result:
    operators = tuple(
        replace(tiny_result.operators[0], name=f"{prefix}{index}", total_cycles=1000 + index) for index in range(count)
    )
    return replace(tiny_result, operators=operators)


def _cycles(cost: OperatorCost) -> float:
    return cost.total_cycles


def test_views_have_no_bar(tiny_result: Result) -> None:
    assert [bar.name for bar in bars_of(tiny_result)] == ["conv1", "pool", "fc"]


def test_operators_share_bars_where_there_are_too_many(tiny_result: Result) -> None:
    bars = bars_of(_many(tiny_result, 7), max_bars=3)
    assert [len(bar.operators) for bar in bars] == [3, 3, 1]
    assert bars[0].name == "op2", "named by its costliest operator"
    assert bars[0].total(_cycles) == 1000 + 1001 + 1002


@pytest.mark.parametrize("count", [1, 2, 5, 9, 12, 60, 300, 599])
@pytest.mark.parametrize("prefix", ["op", "features.3.op"])
def test_names_keep_clear_of_each_other(tiny_result: Result, count: int, prefix: str) -> None:
    bars = bars_of(_many(tiny_result, count, prefix))
    assert len(bars) == count
    figure, axes = bar_axes(bars, "time (cycles)")
    draw_layers(axes, bars, [Layer(label="all", fill=COMPUTE, quantity=_cycles)], 1.0)
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert boxes
    for left, right in pairwise(boxes):
        assert left.x1 <= right.x0 + 1
    assert axes.get_xticklabels()[-1].get_text() == f"{prefix}{count - 1}", "the tallest is named"
    assert all(box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes), "nothing is clipped"


def test_axis_says_how_many_operators_share_a_bar(tiny_result: Result) -> None:
    operators = tiny_result.operators
    _, axes = bar_axes([Bar(operators=operators), Bar(operators=operators)], "time (cycles)")
    assert axes.get_xlabel() == "operator, in execution order, 4 a bar"
    assert axes.get_ylabel() == "time (cycles)"


def test_bar_ends_span_the_bar() -> None:
    assert bar_ends(3, 10) == pytest.approx((2.6, 3.4))
    assert bar_ends(3, 500) == pytest.approx((2.5, 3.5))


def test_nothing_that_takes_time_is_said(views_only_result: Result) -> None:
    bars = bars_of(views_only_result)
    figure, axes = bar_axes(bars, "time (cycles)")
    draw_layers(axes, bars, [Layer(label="all", fill=COMPUTE, quantity=_cycles)], 1.0)
    figure.draw_without_rendering()
    assert [text.get_text() for text in axes.texts] == ["no operator takes time"]
