"""``sparsim inspect``."""

from __future__ import annotations

import json
from pathlib import Path

from tests.sparsim.running import Command


def test_table(command: Command, trained: Path) -> None:
    outcome = command("inspect", trained)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("weight  shape")
    assert "trained: 1,568 weights in 3 tensors" in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 80


def test_json(command: Command, trained: Path) -> None:
    outcome = command("inspect", trained, "--format", "json")
    assert (outcome.code, outcome.err) == (0, "")
    assert [layer["tensor"] for layer in json.loads(outcome.out)["layers"]] == ["w1", "w2", "w3"]


def test_a_network_without_values_is_no_mistake(command: Command) -> None:
    outcome = command("inspect", "resnet9")
    assert (outcome.code, outcome.err) == (0, "")
    assert "note: no values" in outcome.out


def test_network_options(command: Command) -> None:
    outcome = command("inspect", "bert_base", "--bind", "seq=8", "--element-format", "int4", "--format", "json")
    assert outcome.code == 0
    assert {layer["format"] for layer in json.loads(outcome.out)["layers"]} == {"int4"}
