"""``sparsim train-table``."""

from __future__ import annotations

import json

from tests.sparsim.running import Command, Fails


def test_table(command: Command) -> None:
    outcome = command("train-table", "resnet9", "--batch", "4")

    assert (outcome.code, outcome.err) == (0, "")
    lines = [line.split() for line in outcome.out.splitlines() if line.strip()]
    assert lines[0] == ["network", "N:M", "ms", "speed-up", "products", "bound", "input"]
    assert [line[:2] for line in lines[2:5]] == [["resnet9", "2:4"], ["resnet9", "2:8"], ["resnet9", "2:16"]]


def test_json(command: Command) -> None:
    words = ("train-table", "resnet9", "--batch", "4", "-a", "sat", "--set", "training.adder_latency_cycles=8")
    figures = json.loads(command(*words, "--format", "json").out)

    assert [row["sparsity"] for row in figures["rows"]] == ["2:4", "2:8", "2:16"]
    assert figures["means"][1]["published_speedup"] == 1.75


def test_mistakes(fails: Fails) -> None:
    fails("train-table has no network 'vgg'", "train-table", "vgg")
    fails("argument --batch: expected a whole number", "train-table", "--batch", "0")
