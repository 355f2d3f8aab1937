"""Speed-ups of training against the pattern."""

from __future__ import annotations

import pytest

from plots.training_speedup import training_speedup
from tests.plots.training_steps import small_costs
from workloads.errors import ConfigError


def test_lines() -> None:
    figure = training_speedup(small_costs())
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["resnet9", "resnet18"]
    costs = small_costs()[3:]
    drawn = {line.get_label(): list(line.get_ydata()) for line in figure.axes[1].lines}
    assert drawn == {
        "3 / (2r + 1)": [cost.equal_stages_bound for cost in costs],
        "multiply-accumulates allow": [cost.mac_bound for cost in costs],
        "matrix products": [cost.array_speedup_over_dense for cost in costs],
        "step": [cost.speedup_over_dense for cost in costs],
    }
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["2:4", "2:8", "2:16"]
    assert figure.axes[0].get_ylabel() == "speed-up over dense training"
    assert [text.get_text() for text in figure.legends[0].get_texts()] == list(drawn)


def test_no_steps() -> None:
    with pytest.raises(ConfigError, match="training_speedup: expected training steps, found none"):
        training_speedup([])
