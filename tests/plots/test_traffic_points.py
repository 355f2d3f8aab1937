from __future__ import annotations

import pytest

from plots.traffic_points import BaselineTraffic, TrafficCurve, TrafficPoint
from tests.plots.planned import BUDGETS
from workloads.errors import ConfigError


def _point(capacity_bytes: int, objective_bytes: int | None = 0, bound_bytes: int = 0) -> TrafficPoint:
    return TrafficPoint(capacity_bytes=capacity_bytes, objective_bytes=objective_bytes, lower_bound_bytes=bound_bytes)


def _curve(*points: TrafficPoint) -> TrafficCurve:
    return TrafficCurve(network="net", compulsory_bytes=1, budgets=BUDGETS, points=points)


@pytest.mark.parametrize(
    ("objective_bytes", "bound_bytes", "is_proven"), [(5, 5, True), (5, 4, False), (0, 0, True), (None, 5, False)]
)
def test_proven_where_plan_and_bound_meet(objective_bytes: int | None, bound_bytes: int, is_proven: bool) -> None:
    assert _point(1, objective_bytes, bound_bytes).is_proven is is_proven


def test_baselines_that_have_a_plan_somewhere() -> None:
    first = TrafficPoint(
        capacity_bytes=1,
        objective_bytes=0,
        lower_bound_bytes=0,
        baselines=(BaselineTraffic(name="b", objective_bytes=3), BaselineTraffic(name="a", objective_bytes=None)),
    )
    second = TrafficPoint(
        capacity_bytes=2,
        objective_bytes=0,
        lower_bound_bytes=0,
        baselines=(
            BaselineTraffic(name="a", objective_bytes=0),
            BaselineTraffic(name="b", objective_bytes=0),
            BaselineTraffic(name="never", objective_bytes=None),
        ),
    )
    assert _curve(first, second).baseline_names == ("b", "a")
    assert _curve(_point(1)).baseline_names == ()


def test_what_is_no_curve() -> None:
    with pytest.raises(ConfigError) as caught:
        _curve()
    assert str(caught.value) == "traffic curve of 'net': expected capacities, found none"
    for capacities in ((2, 1), (3, 3)):
        with pytest.raises(ConfigError) as caught:
            _curve(*(_point(capacity) for capacity in capacities))
        assert str(caught.value) == (
            f"traffic curve of 'net': expected ascending capacities, found {list(capacities)} bytes"
        )
