"""``sparsim train-cost``."""

from __future__ import annotations

import json

from tests.sparsim.running import Command, Fails


def test_table(command: Command) -> None:
    outcome = command("train-cost", "resnet9", "--batch", "8")

    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.out.splitlines()
    assert lines[0].split() == ["resnet9,", "batch", "8,", "on", "sat:", "bdwp", "2:8,", "sgd"]
    assert [line.split()[0] for line in lines[4:10]] == ["FF", "BP", "WU", "sort", "update", "other"]
    assert "x over dense training" in outcome.out


def test_json(command: Command) -> None:
    words = (
        "train-cost",
        "resnet9",
        "--batch",
        "8",
        "--accelerator",
        "sat",
        "--sparsity",
        "2:4",
        "--method",
        "ff-only",
    )
    figures = json.loads(command(*words, "--optimiser", "adam", "--format", "json").out)

    assert (figures["method"], figures["sparsity"], figures["optimiser"]) == ("ff-only", "2:4", "adam")
    assert figures["speedup_over_dense"] > 1


def test_options_reach_the_step(command: Command) -> None:
    words = ("train-cost", "resnet9", "--batch", "8", "--bind", "resolution=16", "--set", "training.sorter_lanes=4")
    layers = ("--dense", "*", "--sparse", "layer3*", "--dataflow", "os", "--sort-on-demand")
    figures = json.loads(command(*words, *layers, "--format", "json").out)

    products = [one for one in figures["operators"] if one["weights"]]
    assert {one["dataflow"] for one in products} == {"os"}
    assert all(one["layer"].startswith("layer3") for one in products if one["weights"] == "2:8")
    assert any(one["part"] == "sort" for one in figures["operators"])


def test_mistakes(fails: Fails) -> None:
    fails("unknown network 'resnet5'", "train-cost", "resnet5")
    fails("argument --batch: expected a whole number of at least 1, found '0'", "train-cost", "resnet9", "--batch", "0")
    fails("training method is 'x', expected one of", "train-cost", "resnet9", "--method", "x")
    fails("optimiser is 'x', expected one of", "train-cost", "resnet9", "--optimiser", "x", "--batch", "1")
    fails("dataflow is 'is', expected one of auto, os, ws", "train-cost", "resnet9", "--dataflow", "is")
