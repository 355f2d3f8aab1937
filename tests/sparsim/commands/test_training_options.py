"""``--train`` and what goes with it, in the commands that have it."""

from __future__ import annotations

import json

import pytest

from tests.sparsim.running import Command, Fails


def test_a_step_is_run_as_any_network(command: Command) -> None:
    outcome = command(
        "run", "resnet9", "-a", "edge_npu", "--train", "momentum", "--mapper", "layers", "--format", "json"
    )
    figures = json.loads(outcome.out)

    assert outcome.code == 0
    assert figures["network"] == "resnet9 training"
    assert "one training step of resnet9: momentum, cross-entropy, updates full" in figures["notes"]
    assert any(one["name"] == "fc.weight.update" for one in figures["operators"])


def test_biases_alone_make_no_gradient_of_weights(command: Command) -> None:
    wide = ("run", "resnet9", "-a", "edge_npu", "--mapper", "layers", "--format", "json", "--train", "sgd")
    names = [one["name"] for one in json.loads(command(*wide, "--train-bias-only").out)["operators"]]

    assert "fc.bias.update" in names
    assert not any("weight_gradient" in name for name in names)


def test_a_step_is_planned_in_place(command: Command) -> None:
    """Without weights an updated parameter takes no room: M_P is what comes and goes, far below all gradients."""
    outcome = command(
        "plan", "resnet9", "--train", "sgd", "--scratchpad", "M_P", "--format", "json", "--time-limit", "2"
    )
    figures = json.loads(outcome.out)

    assert (figures["network"], figures["objective_bytes"]) == ("resnet9 training", 0)
    assert figures["budgets"]["m_p_bytes"] == 2_392_064
    assert not any(one["name"].endswith(".weight.updated") for one in figures["tensors"])


def test_checkpoints_are_recomputed(command: Command) -> None:
    outcome = command(
        "plan", "resnet9", "--train", "sgd", "--checkpoint", "layer2", "--scratchpad", "M_P", "--format", "json",
        "--time-limit", "1",
    )  # fmt: skip
    assert "prep.recomputed" in json.loads(outcome.out)["schedule"]


def test_compared_with_channels_pruned(command: Command) -> None:
    outcome = command(
        "compare", "resnet9", "-a", "edge_npu", "--train", "sgd", "--train-scheme", "last:2",
        "--compress", "channel:0.5", "--mapper", "layers", "--format", "json",
    )  # fmt: skip
    cells = json.loads(outcome.out)

    assert [cell["compression"] for cell in cells] == ["dense", "channel:0.5"]
    assert cells[1]["total_cycles"] < cells[0]["total_cycles"]


@pytest.mark.parametrize(
    ("message", "arguments"),
    [
        ("optimiser is 'sdg', expected one of sgd, momentum, adam; did you mean 'sgd'?", ("--train", "sdg")),
        ("--freeze: expected --train OPTIMISER beside it, found none", ("--freeze", "fc")),
        ("--train-scheme: expected --train OPTIMISER beside it, found none", ("--train-bias-only",)),
        (
            "argument --train-scheme: not allowed with argument --train-bias-only",
            ("--train", "sgd", "--train-bias-only", "--train-scheme", "full"),
        ),
        ("--update-at-once: expected --train OPTIMISER beside it", ("--update-at-once",)),
        ("--checkpoint: expected --train OPTIMISER beside it", ("--checkpoint", "prep")),
        ("--loss: expected --train OPTIMISER beside it", ("--loss", "mean_squared")),
        ("update scheme: freezes all of network 'resnet9'", ("--train", "sgd", "--freeze", "*")),
        ("weight 'prep.weight' is compressed, expected dense weights", ("--train", "sgd", "--compress", "nm:2:4")),
    ],
)
def test_mistakes(fails: Fails, message: str, arguments: tuple[str, ...]) -> None:
    fails(message, "run", "resnet9", "-a", "edge_npu", *arguments)
    if "--compress" not in arguments:
        fails(message, "plan", "resnet9", "--scratchpad", "M_R", *arguments)
