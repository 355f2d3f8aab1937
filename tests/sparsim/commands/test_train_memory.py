"""``sparsim train-memory``."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.sparsim.running import Command, Fails

RESNET9 = ("train-memory", "resnet9", "--time-limit", "2")


def test_a_line_a_scheme(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    outcome = command(*RESNET9, "--scheme", "last:1", "--scheme", "bias-only", "--budget", "512KiB")
    lines = [line.split() for line in outcome.out.splitlines()]

    assert outcome.code == 0
    assert outcome.out.startswith("resnet9: memory of a training step, sgd, cross-entropy, batch 1; bytes\n")
    assert [line[0] for line in lines[2:4]] == ["last:1", "bias-only"]
    assert [line[-1] for line in lines[2:4]] == ["yes", "yes"]
    assert "formats of last:1: parameters int8, int32; activations int8" in outcome.out


def test_json(command: Command) -> None:
    """Momentum doubles what is trained: fc has 512 x 10 weights and 10 biases of four bytes."""
    outcome = command(*RESNET9, "--scheme", "last:1", "--optimiser", "momentum", "--budget", "1KiB", "--format", "json")
    figures = json.loads(outcome.out)
    (row,) = figures["schemes"]

    assert (figures["optimiser"], figures["budget_bytes"], figures["batch"]) == ("momentum", 1024, 1)
    assert row["optimiser_bytes"] == 5120 + 40
    assert row["resident_bytes"] == 2 * row["optimiser_bytes"]
    assert row["suffices"] is False
    assert row["spills"]["verdict"] == "infeasible"


def test_files(command: Command, tmp_path: Path) -> None:
    outcome = command(*RESNET9, "--scheme", "last:1", "--scheme", "full", "--out", tmp_path / "out")
    rows = list(csv.DictReader((tmp_path / "out" / "training_memory.csv").read_text().splitlines()))

    assert outcome.err == f"wrote 4 files to {tmp_path / 'out'}\n"
    assert [row["scheme"] for row in rows] == ["last:1", "full"]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "training_memory.json",
        "training_memory.csv",
        "training_memory.png",
        "report.txt",
    }
    assert json.loads((tmp_path / "out" / "training_memory.json").read_text())["budget_bytes"] is None


def test_spills(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    outcome = command(*RESNET9, "--update-at-once", "--spill", "1MB", "--spill", "4MB")

    assert outcome.code == 0
    assert outcome.out.startswith(
        "resnet9 training, sgd, cross-entropy, updates full, each at once: bytes moved beyond the compulsory\n"
    )
    assert "1,000,000: operator 'layer3.residual.1.weight_gradient' needs 2,375,680 bytes at once" in outcome.out
    assert [line.split()[-1] for line in outcome.out.splitlines()[2:4]] == ["infeasible", "optimal"]


def test_formats_say_whose_they_are(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """With biases alone most bytes of gradients are those of biases, int32; one scheme needs no name."""
    monkeypatch.setenv("COLUMNS", "200")
    lines = command(*RESNET9, "--scheme", "full", "--scheme", "sparse", "--scheme", "bias-only").out.splitlines()
    assert [line for line in lines if line.startswith("formats")] == [
        "formats of full, sparse: parameters int8, int32; activations int8, uint1, uint2, uint4; gradients int8, int32",
        "formats of bias-only: parameters int8, int32; activations int8, uint1, uint2, uint4; gradients int32, int8",
    ]
    assert "formats: parameters" in command(*RESNET9, "--scheme", "full").out


def test_no_scratchpad_has_a_plan(command: Command) -> None:
    outcome = command(*RESNET9, "--spill", "1KiB", "--spill", "2KiB")

    assert outcome.code == 2
    assert "needs 2,375,680 bytes at once" in " ".join(outcome.out.split())


def test_spills_as_json(command: Command) -> None:
    outcome = command(*RESNET9, "--scheme", "last:1", "--spill", "16MB", "--weights", "--format", "json")
    figures = json.loads(outcome.out)

    assert figures["with_weights"] is True
    assert [one["objective_bytes"] for one in figures["scratchpads"]] == [0]


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("optimiser is 'adm', expected one of sgd, momentum, adam; did you mean 'adam'?", ("--optimiser", "adm")),
        ("update scheme is 'sprase', expected one of full, bias-only, last:K, sparse", ("--scheme", "sprase")),
        ("update scheme: freezes all of network 'resnet9'; expected at least one", ("--freeze", "*")),
        ("update scheme: frozen names 'x*', which is no operator of network 'resnet9'", ("--freeze", "x*")),
        ("checkpoint 'laye1' is no tensor that an operator of network 'resnet9' makes; ne", ("--checkpoint", "laye1")),
        ("loss is 'huber', expected one of cross_entropy, mean_squared", ("--loss", "huber")),
        ("memory: expected a size (256KiB): expected more than zero, found '0'", ("--budget", "0")),
        ("memory: expected a size (256KiB): expected a number", ("--budget", "M_P")),
        ("--weights: expected --spill SIZE beside it, found none", ("--weights",)),
        ("--spill: expected no --budget beside it, found '1MB'", ("--spill", "1MB", "--budget", "1MB")),
        ("--spill: expected one --scheme at most, found 2", ("--spill", "1MB", "--scheme", "full", "--scheme", "full")),
    ],
)
def test_mistakes(fails: Fails, message: str, arguments: tuple[str, ...]) -> None:
    fails(message, "train-memory", "resnet9", *arguments)


def test_an_operator_without_a_gradient_is_named(fails: Fails, tmp_path: Path) -> None:
    import numpy as np
    from onnx import TensorProto, helper, numpy_helper

    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, size]) for name, size in (("x", 4), ("y", 1)))
    weight = numpy_helper.from_array(np.ones((4, 4), np.float32), "w")
    nodes = [
        helper.make_node("MatMul", ["x", "w"], ["a"], name="product"),
        helper.make_node("ReduceProd", ["a"], ["y"], name="running", axes=[1]),
    ]
    graph = helper.make_graph(nodes, "graph", [x], [y], [weight])
    path = tmp_path / "product.onnx"
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)]).SerializeToString())
    fails("operator 'running'", "train-memory", path)
