"""``sparsim train-cost``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

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


@pytest.mark.parametrize("given", [("--sparsity", "2:8"), ("--dense", "fc"), ("--sparse", "fc"), ("--sort-on-demand",)])
def test_a_dense_step_prunes_nothing(fails: Fails, given: tuple[str, ...]) -> None:
    message = f"--method dense prunes nothing: expected no {given[0]} beside it"
    fails(message, "train-cost", "resnet9", "--method", "dense", *given)


def test_a_row_of_the_table(command: Command) -> None:
    """VGG19 of the zoo is for images of 224 x 224, that of the table for 32 x 32."""
    (row,) = [
        one
        for one in json.loads(command("train-table", "vgg19", "--batch", "2", "--format", "json").out)["rows"]
        if one["sparsity"] == "2:16"
    ]
    words = ("train-cost", "table:vgg19", "--batch", "2", "--sparsity", "2:16", "--format", "json")
    figures = json.loads(command(*words).out)
    assert {key: figures[key] for key in ("total_cycles", "dense_cycles", "latency_ms", "mac_bound")} == {
        key: row[key] for key in ("total_cycles", "dense_cycles", "latency_ms", "mac_bound")
    }


def test_the_table_has_its_own_names_and_shapes(fails: Fails) -> None:
    fails("train-table has no network 'vgg', expected one of resnet9, vgg19, vit", "train-cost", "table:vgg")
    message = "network 'table:vgg19' has the table's shape, expected no binding, found resolution"
    fails(message, "train-cost", "table:vgg19", "--bind", "resolution=64")


def test_a_missing_gradient_comes_before_a_batch_that_cannot_be_followed(fails: Fails, tmp_path: Path) -> None:
    """A recurrent cell over 10 steps of one sequence: neither has a way through it."""
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    x, y = (helper.make_tensor_value_info(*one) for one in (("x", TensorProto.FLOAT, [10, 1, 4]), ("y", 1, None)))
    weights = [numpy_helper.from_array(np.ones((1, 16, 4), np.float32), name) for name in ("w", "r")]
    node = helper.make_node("LSTM", ["x", "w", "r"], ["y"], name="cell", hidden_size=4)
    graph = helper.make_graph([node], "graph", [x], [y], weights)
    path = tmp_path / "lstm.onnx"
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]).SerializeToString())
    fails("operator 'cell' (recurrent) has no gradient rule", "train-cost", path)
