from __future__ import annotations

from dataclasses import replace

import pytest

from sweeps.constraints import Bounds, Constraints
from sweeps.outcome import Outcome, Status
from sweeps.search_objectives import NO_FIGURES, Objectives, excesses
from tests.sweeps.evaluating import metrics_with
from workloads.errors import ConfigError


def test_costs_are_small_where_figures_are_good() -> None:
    objectives = Objectives(names=("latency_ms", "inferences_per_second"))
    metrics = replace(metrics_with(3), inferences_per_second=8.0)
    assert objectives.costs(metrics) == (3.0, -8.0)
    assert objectives.figures((3.0, -8.0)) == {"latency_ms": 3.0, "inferences_per_second": 8.0}


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), "objectives: expected 1 to 3 of them, found 0"),
        (("energy_mj", "area_mm2", "power_w", "macs"), "objectives: expected 1 to 3 of them, found 4"),
        (("latency",), "objective 'latency' is no figure of a point: did you mean latency_ms"),
        (("area_mm2", "energy_mj", "area_mm2"), "objectives: expected each once, found area_mm2 twice"),
    ],
)
def test_mistakes(names: tuple[str, ...], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Objectives(names=names)


def test_excess_over_each_bound() -> None:
    constraints = Constraints(max=Bounds(area_mm2=2, power_w=10), min=Bounds(inferences_per_second=8))
    outcome = Outcome(identity="a", status=Status.OK, metrics=metrics_with(4))
    # every figure is 4: twice the area allowed, less than half the power, half of what is asked per second
    expected = {NO_FIGURES: 0.0, "max area_mm2": 1.0, "max power_w": -0.6, "min inferences_per_second": 0.5}
    assert excesses(outcome, constraints) == pytest.approx(expected)
    for name, excess in expected.items():
        text = name.split()[-1]
        assert (excess > 0) == any(one.startswith(text) for one in constraints.violated(metrics_with(4)))


def test_no_figures_are_worse_than_any() -> None:
    constraints = Constraints(max=Bounds(area_mm2=2))
    nothing = Outcome(identity="a", status=Status.INFEASIBLE, reason="does not fit")
    large = Outcome(identity="b", status=Status.OK, metrics=metrics_with(1000))
    assert sum(excesses(nothing, constraints).values()) > sum(excesses(large, constraints).values())
