from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mapper.budgets import Budgets
from plots.style import renderer_of
from plots.traffic_against_scratchpad import traffic_against_scratchpad
from plots.traffic_points import BaselineTraffic, TrafficCurve, TrafficPoint
from workloads.errors import ConfigError

KIB = 1024
BUDGETS = Budgets(m_r_bytes=64 * KIB, m_r_operator="conv", m_p_bytes=256 * KIB, m_p_lower_bound_bytes=256 * KIB)


def _point(capacity_kib: int, objective_bytes: int | None, bound_bytes: int, *baselines: int | None) -> TrafficPoint:
    return TrafficPoint(
        capacity_bytes=capacity_kib * KIB,
        objective_bytes=objective_bytes,
        lower_bound_bytes=bound_bytes,
        baselines=tuple(
            BaselineTraffic(name=f"by_hand_{index}", objective_bytes=moved) for index, moved in enumerate(baselines)
        ),
    )


POINTS = (
    _point(64, 9000, 9000, 9000, None),
    _point(128, 5000, 4000, 8000, None),
    _point(256, 0, 0, 2000, 0),
    _point(320, 0, 0, 0, 0),
)
"""Compulsory are 1,000 bytes: 10, 6, 1 and 1 kB in all."""


def _curve(
    points: Sequence[TrafficPoint] = POINTS, budgets: Budgets = BUDGETS, compulsory_bytes: int = 1000
) -> TrafficCurve:
    return TrafficCurve(network="net", compulsory_bytes=compulsory_bytes, budgets=budgets, points=tuple(points))


@pytest.fixture(scope="module")
def figure() -> Figure:
    return traffic_against_scratchpad(_curve())


def _places(axes: Axes, label: str) -> list[tuple[float, float]]:
    (line,) = [line for line in axes.lines if line.get_label() == label]
    return [tuple(place) for place in line.get_xydata()]


def test_proven_and_other_points(figure: Figure) -> None:
    (axes,) = figure.axes
    assert _places(axes, "plan, proven least") == [(64, 10), (256, 1), (320, 1)]
    assert _places(axes, "plan, not proven least") == [(128, 6)]
    assert axes.get_xlabel() == "scratchpad (KiB)"
    assert axes.get_ylabel() == "off-chip traffic (kB)"
    assert axes.get_xscale() == "log"
    assert axes.get_ylim()[0] == 0


def test_a_plan_holds_for_larger_scratchpads(figure: Figure) -> None:
    (axes,) = figure.axes
    (stairs,) = [line for line in axes.lines if line.get_drawstyle() == "steps-post"]
    end = axes.get_xlim()[1]
    assert [tuple(place) for place in stairs.get_xydata()] == [(64, 10), (128, 6), (256, 1), (320, 1), (end, 1)]


def test_a_bound_holds_for_smaller_scratchpads(figure: Figure) -> None:
    """Between 64 and 128 KiB no plan moves less than the 5 kB of 128; between 128 and 256 it is the compulsory 1."""
    (axes,) = figure.axes
    (shade,) = [one for one in axes.collections if one.get_label() == "no plan moves less"]
    corners = {tuple(corner) for corner in shade.get_paths()[0].vertices}
    assert {(64, 10), (64, 5), (128, 5), (128, 1), (256, 1)} <= corners
    assert (128, 10) not in corners


def test_baselines(figure: Figure) -> None:
    (axes,) = figure.axes
    assert _places(axes, "by hand 0") == [(64, 10), (128, 9), (256, 3), (320, 1)]
    missing = _places(axes, "by hand 1")
    assert [math.isnan(y) for _, y in missing] == [True, True, False, False]
    first, second = (next(line for line in axes.lines if line.get_label() == f"by hand {index}") for index in (0, 1))
    assert first.get_marker() != second.get_marker()
    assert first.get_color() != second.get_color()


def test_budgets(figure: Figure) -> None:
    (axes,) = figure.axes
    assert [line.get_xdata() for line in axes.lines if line.get_linestyle() == ":" and len(set(line.get_xdata())) == 1]
    assert [(text.get_text(), text.xy[0]) for text in axes.texts] == [
        (r"$M_\mathrm{R}$", 64),
        (r"$M_\mathrm{P}$", 256),
    ]
    title = figure.legends[0].get_title().get_text()
    assert title == "net: 1.00 kB compulsory\n" + r"$M_\mathrm{R}$ 64.0 KiB, $M_\mathrm{P}$ 256 KiB"


def test_a_peak_that_is_not_proven() -> None:
    figure = traffic_against_scratchpad(_curve(budgets=replace(BUDGETS, m_p_lower_bound_bytes=100)))
    assert figure.axes[0].texts[1].get_text() == r"$M_\mathrm{P}$ at most"
    assert figure.legends[0].get_title().get_text().endswith("at most 256 KiB")


def test_equal_budgets_are_one_line_and_those_beyond_the_axis_none() -> None:
    same = replace(BUDGETS, m_p_bytes=64 * KIB, m_p_lower_bound_bytes=64 * KIB)
    (axes,) = traffic_against_scratchpad(_curve(budgets=same)).axes
    assert [text.get_text() for text in axes.texts] == [r"$M_\mathrm{R}$ = $M_\mathrm{P}$"]
    (axes,) = traffic_against_scratchpad(_curve(POINTS[:2])).axes
    assert [text.get_text() for text in axes.texts] == [r"$M_\mathrm{R}$"]


def test_traffic_that_differs_little_is_not_drawn_from_zero() -> None:
    """Of 100 to 109 kB, 8 % of the greatest."""
    (axes,) = traffic_against_scratchpad(_curve(compulsory_bytes=10**5)).axes
    low, high = axes.get_ylim()
    assert 98 < low < 100
    assert 109 < high < 110
    assert axes.get_ylabel() == "off-chip traffic (kB)"


def test_traffic_that_hardly_differs_looks_so() -> None:
    """Of 1 to 1.009 MB, under 1 %."""
    (axes,) = traffic_against_scratchpad(_curve(compulsory_bytes=10**6)).axes
    assert axes.get_ylim()[0] == 0
    assert axes.get_ylabel() == "off-chip traffic (MB)"


def test_baselines_that_move_many_times_as_much_leave_the_plan_readable() -> None:
    far = replace(POINTS[0], baselines=(BaselineTraffic(name="by_hand_0", objective_bytes=99_000),))
    (axes,) = traffic_against_scratchpad(_curve([far, *POINTS[1:]])).axes
    assert axes.get_yscale() == "log"
    low, high = axes.get_ylim()
    assert 0.5 < low < 1
    assert high > 100
    assert [label.get_text() for label in axes.get_yticklabels()] == ["1", "2", "5", "10", "20", "50", "100"]


def test_nothing_compulsory_is_drawn_from_zero() -> None:
    (axes,) = traffic_against_scratchpad(_curve(compulsory_bytes=0)).axes
    assert axes.get_yscale() == "linear"
    assert axes.get_ylim()[0] == 0
    (axes,) = traffic_against_scratchpad(_curve([_point(64, 0, 0)], compulsory_bytes=0)).axes
    assert axes.get_ylim() == (0, 1)


def test_text_and_lines_lie_on_the_figure() -> None:
    four = [_point(capacity, 10, 10, *range(11, 17)) for capacity in (64, 65)]
    for curve in (_curve(), _curve(four), _curve(POINTS[:1])):
        figure = traffic_against_scratchpad(curve)
        figure.draw_without_rendering()
        (axes,) = figure.axes
        renderer = renderer_of(figure)
        boxes = [text.get_window_extent(renderer) for text in axes.texts]
        boxes += [label.get_window_extent(renderer) for label in axes.get_xticklabels()]
        boxes.append(figure.legends[0].get_window_extent(renderer))
        assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)
        ticks = [label.get_window_extent(renderer) for label in axes.get_xticklabels()]
        assert len(ticks) >= 1
        assert not any(one.overlaps(other) for one in ticks for other in ticks if one is not other)


def test_what_cannot_be_drawn() -> None:
    with pytest.raises(ConfigError) as caught:
        traffic_against_scratchpad(_curve([_point(64, None, 0)]))
    assert str(caught.value) == ("traffic_against_scratchpad: net: expected a plan at some capacity, found none")
    with pytest.raises(ConfigError) as caught:
        traffic_against_scratchpad(_curve([_point(64, 0, 0, *range(7))]))
    assert str(caught.value) == "traffic_against_scratchpad: net: expected at most 6 baselines, found 7"
