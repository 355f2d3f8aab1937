"""The sensitivity as text and JSON."""

from __future__ import annotations

from rich.console import Console

from sparsim.train_sensitivity import Sensitivity, SensitivityRow
from sparsim.train_sensitivity_points import SensitivityPoint
from sparsim.train_sensitivity_report import sensitivity_as_json, sensitivity_heading, sensitivity_table
from sparsim.train_steps import StepVariant

POINT = SensitivityPoint(parameter="batch", usual="512", value="128", variant=StepVariant(batch=128))
SENSITIVITY = Sensitivity(
    sparsity="2:8", speedup_over_dense=1.75, rows=(SensitivityRow(point=POINT, speedup_over_dense=1.5),)
)


def test_table() -> None:
    console = Console(width=100)
    with console.capture() as capture:
        console.print(sensitivity_table(SENSITIVITY))
    lines = [line.split() for line in capture.get().splitlines() if line.strip()]
    assert lines[0] == ["parameter", "usual", "tried", "mean", "change"]
    assert lines[2] == ["batch", "512", "128", "1.500", "-0.250"]
    assert sensitivity_heading(SENSITIVITY) == "mean 2:8 is 1.750; with one parameter moved:"


def test_json() -> None:
    assert sensitivity_as_json(SENSITIVITY) == {
        "sparsity": "2:8",
        "speedup_over_dense": 1.75,
        "points": [
            {"parameter": "batch", "usual": "512", "value": "128", "speedup_over_dense": 1.5, "change": -0.25},
        ],
    }
