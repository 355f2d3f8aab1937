"""The tornado of a speed-up's parameters."""

from __future__ import annotations

import pytest

from plots.style import renderer_of
from plots.training_sensitivity import SensitivityBar, training_sensitivity
from workloads.errors import ConfigError

BARS = (
    SensitivityBar(name="lanes", usual="32", ends=(("16", 1.7), ("64", 1.8))),
    SensitivityBar(name="rows", usual="4", ends=(("8", 1.4), ("2", 1.9))),
    SensitivityBar(name="optimiser", usual="sgd", ends=(("momentum", 1.74), ("adam", 1.6))),
)


def test_the_largest_swing_is_on_top() -> None:
    axes = training_sensitivity(BARS, 1.75, title="training").axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["rows, 4", "optimiser, sgd", "lanes, 32"]
    assert axes.yaxis_inverted()
    ends = sorted((round(bar.get_y() + bar.get_height() / 2), round(bar.get_width(), 9)) for bar in axes.patches)
    assert ends == [(0, -0.35), (0, 0.15), (1, -0.15), (1, -0.01), (2, -0.05), (2, 0.05)]
    assert axes.get_xlabel() == "mean speed-up over dense training"


def test_values_are_named_from_left_to_right() -> None:
    axes = training_sensitivity(BARS, 1.75, title="training").axes[0]
    assert {text.get_text() for text in axes.texts} == {"8", "2", "adam, momentum", "16", "64"}
    usual_first = SensitivityBar(name="bandwidth", usual="1", ends=(("half", 1.76), ("double", 1.8)))
    axes = training_sensitivity([usual_first], 1.75, title="training").axes[0]
    assert [text.get_text() for text in axes.texts] == ["half, double"]


def test_published_value_is_marked() -> None:
    figure = training_sensitivity(BARS, 1.78, title="training", published_speedup=1.75)
    assert [line.get_xdata()[0] for line in figure.axes[0].lines] == [1.78, 1.75]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["as assumed, 1.780", "published, 1.75"]
    assert len(training_sensitivity(BARS, 1.78, title="training").axes[0].lines) == 1


def test_what_is_written_stays_inside() -> None:
    figure = training_sensitivity(BARS, 1.75, title="training")
    figure.draw_without_rendering()
    boxes = [text.get_window_extent(renderer_of(figure)) for text in figure.axes[0].texts]
    assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 for box in boxes)


def test_no_parameters() -> None:
    with pytest.raises(ConfigError, match="training_sensitivity: expected parameters, found none"):
        training_sensitivity([], 1.75, title="training")
