"""The page on training says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workloads import training
from workloads.training import Optimiser, Stage, TrainingMemory, UpdateScheme
from workloads.vector_operations import elementwise_operations

PAGE = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")


def test_the_example_runs() -> None:
    """On a smaller network, so that it takes no time; the rest of the lines is as shown."""
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    names: dict[str, object] = {}
    exec(example.replace('"resnet18", batch=4', '"resnet9"'), names)
    cycles = names["cycles"]

    assert isinstance(cycles, dict)
    assert cycles[Stage.RECOMPUTE] == 0
    assert min(cycles[stage] for stage in Stage if stage is not Stage.RECOMPUTE) > 0


def test_every_stage_is_in_the_table() -> None:
    assert re.findall(r"^\| `(\w+)` \| (?=the fo|loss|grad|new|oper)", PAGE, flags=re.MULTILINE) == list(Stage)


@pytest.mark.parametrize("optimiser", Optimiser)
def test_operations_of_optimisers(optimiser: Optimiser) -> None:
    number = {0: "none", 1: "one", 2: "two"}[len(optimiser.states)]
    operations = elementwise_operations(f"{optimiser.value}_update", 2 + len(optimiser.states))

    assert f"| `{optimiser.value}` | {number} | {operations} |" in PAGE


@pytest.mark.parametrize("text", re.findall(r"^\| `([^`]*=[^`]*)` \|", PAGE, flags=re.MULTILINE))
def test_schemes_are_schemes(text: str) -> None:
    assert eval(f"UpdateScheme({text})", vars(training)) != UpdateScheme()


def test_every_figure_of_memory_is_named() -> None:
    assert all(f"`{name}`" in PAGE for name in TrainingMemory.__slots__)
