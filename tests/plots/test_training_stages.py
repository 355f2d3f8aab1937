"""Stacked parts of training steps."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from matplotlib.patches import Rectangle

from plots.style import renderer_of
from plots.training_stages import PART_FILLS, training_stages
from simulator.training.step_cost import StepPart
from tests.plots.training_steps import small_costs
from workloads.errors import ConfigError


def test_bars_are_the_parts() -> None:
    figure = training_stages(small_costs())
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["resnet9 (ms)", "resnet18 (ms)"]
    cost = small_costs()[1]
    bars = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    per_bar = len(StepPart)
    heights = [bar.get_height() for bar in bars[2 * per_bar : 3 * per_bar]]  # dense, 2:4, then 2:8
    assert heights == pytest.approx([1e3 * part.cycles / cost.clock_hz for part in cost.parts])
    dense = [bar.get_height() for bar in bars[:per_bar]]
    assert sum(dense) == pytest.approx(1e3 * cost.dense_cycles / cost.clock_hz)


def test_names_and_speedups() -> None:
    figure = training_stages(small_costs())
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["dense", "2:4", "2:8", "2:16"]
    written = [text.get_text() for text in axes.texts]
    assert [f"{cost.speedup_over_dense:.2f}×" for cost in small_costs()[:3]] == written[:3]
    assert figure.legends[0].get_title().get_text() == "time of a training step on sat, batch 2"
    assert len(figure.legends[0].get_texts()) == len(PART_FILLS)


def test_nothing_overlaps() -> None:
    figure = training_stages(small_costs())
    figure.draw_without_rendering()
    for axes in figure.axes:
        boxes = [text.get_window_extent(renderer_of(figure)) for text in axes.texts]
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


def test_every_part_has_a_fill_of_its_own() -> None:
    assert set(PART_FILLS) == set(StepPart)
    assert len({fill.colour for fill in PART_FILLS.values()}) == len(PART_FILLS)


def test_mistakes() -> None:
    with pytest.raises(ConfigError, match="training_stages: expected training steps, found none"):
        training_stages([])
    one = small_costs()[0]
    with pytest.raises(ConfigError, match="training_stages: expected steps of one batch, found 2, 4"):
        training_stages([one, replace(one, batch=4)])
    with pytest.raises(ConfigError, match="expected steps of one accelerator, found other, sat"):
        training_stages([one, replace(one, accelerator="other")])
