"""Memory against update scheme: bars are what is alive at the peak, and the budget is where it is."""

from __future__ import annotations

import pytest

from plots.training_memory import training_memory_figure
from tests.workloads.training.small_networks import chain
from workloads.errors import ConfigError
from workloads.training import TrainingMemory, TrainingOptions, training_memory, training_step


def memory(scheme: str, optimiser: str = "adam") -> TrainingMemory:
    return training_memory(training_step(chain(4), TrainingOptions(optimiser=optimiser, update=scheme)))


def test_bars_end_at_the_peak() -> None:
    memories = [(scheme, memory(scheme)) for scheme in ("full", "last:1")]
    figure = training_memory_figure(memories, title="chain", budget_bytes=1000)
    (axes,) = figure.axes
    unit = {"memory at the peak (kB)": 1e3}[axes.get_xlabel()]

    for place, (_, one) in enumerate(memories):
        ends = [bar.get_x() + bar.get_width() for bars in axes.containers for bar in [bars[place]]]
        assert max(ends) * unit == pytest.approx(one.peak_bytes)
    assert axes.lines[0].get_xdata()[0] * unit == 1000
    assert [label.get_text() for label in axes.get_yticklabels()] == ["full", "last:1"]


def test_parts_that_are_nowhere_are_left_out() -> None:
    figure = training_memory_figure([("full", memory("full", "sgd"))], title="chain")
    labels = [text.get_text() for text in figure.legends[0].get_texts()]

    assert "optimiser states" not in labels
    assert "frozen parameters" not in labels
    assert "budget" not in labels
    assert figure.axes[0].texts[0].get_text().count("+") == 0


def test_frozen_parameters_are_told_beside_the_bar() -> None:
    figure = training_memory_figure([("last:1", memory("last:1"))], title="chain")
    assert figure.axes[0].texts[0].get_text().count("+") == 1


def test_nothing_to_draw() -> None:
    with pytest.raises(ConfigError, match="expected at least one scheme, found none"):
        training_memory_figure([], title="nothing")
