"""The page on the cost of N:M training says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from simulator.training.method import TrainingMethod
from simulator.training.step_cost import StepPart
from sparsim.train_ablation import ablation_rows
from sparsim.train_cost_api import train_cost
from sparsim.train_cost_report import train_cost_as_json
from sparsim.train_sensitivity import train_sensitivity
from sparsim.train_steps import TrainSteps
from sparsim.train_table import train_rows
from sparsim.train_table_networks import trained_networks
from sparsim.train_table_report import train_table_as_json
from tests.simulator.training.small_step import small_network

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "training_cost.md").read_text(encoding="utf-8")
JSON = PAGE.partition("## JSON\n")[2].partition("\n## ")[0]
NAMED = set(re.findall(r"`([^`]+)`", JSON))


def test_every_key_of_a_step_and_no_other() -> None:
    figures = train_cost_as_json(train_cost(small_network()))
    cells = re.findall(r"^\| (`[^|]*)\|", JSON, re.MULTILINE)
    assert {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)} == figures.keys()
    for key in ("parts", "dense_parts", "operators"):
        entries = figures[key]
        assert isinstance(entries, list)
        assert isinstance(entries[0], dict)
        assert entries[0].keys() <= NAMED


def test_every_key_of_the_table() -> None:
    steps = TrainSteps(networks=trained_networks(("resnet9",)), batch=1)
    figures = train_table_as_json(list(train_rows(steps)), list(ablation_rows(steps)), train_sensitivity(steps))
    assert _keys(figures) <= NAMED


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in _keys(one)}
    return {key for one in value for key in _keys(one)} if isinstance(value, list) else set()


def test_methods_and_parts() -> None:
    assert set(re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE)) >= {one.value for one in TrainingMethod}
    shown = PAGE.partition("$ sparsim train-cost resnet9\n")[2].partition("```")[0]
    assert [line.split()[0] for line in shown.splitlines()[4:10]] == [one.value for one in StepPart]


def test_the_worked_example() -> None:
    """Cycles by hand, as on the page."""
    operators = {one.name: one for one in train_cost("resnet9").operators}
    # WU: 288 folds in rounds of four, their sums over 131,072 positions in 8 tiles.
    assert operators["layer2.weight_gradient"].compute_cycles == 72 * 8 * (4 * 16_384 + 62 + 3)
    # BP: 4096 x 4 folds in rounds of four, of 2304 / 4 products each.
    assert operators["layer2.input_gradient"].compute_cycles == 4096 * (4 * 576 + 65)
    for name in ("layer2.weight_gradient", "layer2.input_gradient", "layer2.weight.update"):
        assert f"{operators[name].total_cycles:,}" in PAGE


def test_pictures_are_there() -> None:
    for name in re.findall(r"\]\((images/[^)]+)\)", PAGE):
        assert (ROOT / "docs" / name).is_file(), name
