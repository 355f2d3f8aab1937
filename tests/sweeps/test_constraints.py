from __future__ import annotations

import pytest
from pydantic import ValidationError

from sweeps.constraints import Constraints
from tests.sweeps.evaluating import metrics_with


def test_what_a_point_does_not_meet_is_said() -> None:
    constraints = Constraints.model_validate({"max": {"area_mm2": 4, "power_w": 8}, "min": {"latency_ms": 6}})
    assert constraints.violated(metrics_with(5)) == ("area_mm2 5 above max 4", "latency_ms 5 below min 6")
    assert constraints.violated(metrics_with(4)) == ("latency_ms 4 below min 6",)
    assert constraints.violated(metrics_with(7)) == ("area_mm2 7 above max 4",)


def test_a_bound_itself_is_met() -> None:
    constraints = Constraints.model_validate({"max": {"scratchpad_bytes": "1 KiB"}, "min": {"scratchpad_bytes": 1024}})
    assert constraints.violated(metrics_with(1024)) == ()


def test_contradictions() -> None:
    with pytest.raises(ValidationError, match="contradict each other: area_mm2 of at least 2 and at most 1"):
        Constraints.model_validate({"max": {"area_mm2": 1}, "min": {"area_mm2": 2}})
    with pytest.raises(ValidationError, match="greater than 0"):
        Constraints.model_validate({"max": {"area_mm2": 0}})
    with pytest.raises(ValidationError, match="less than or equal to 1"):
        Constraints.model_validate({"min": {"utilisation_fraction": 1.5}})
