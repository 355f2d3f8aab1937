"""Specs, densities and formats that cannot be: one message that names the thing, and nothing written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.sparsim.running import Command, Fails
from tests.sparsim.trained import save_trained, trained_weights

COMMANDS = (
    ("run", "-a", "edge_npu", "--compress"),
    ("compare", "-a", "edge_npu", "--compress"),
)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("nm:4:2", "compression method 'nm:4:2': expected a whole number N from 1 to 2, found 4"),
        ("nm:0:2", "expected a whole number N from 1 to 2, found 0"),
        ("unstructured:1.5", "unstructured:1.5: expected a removed fraction in [0, 1], found 1.5"),
        ("unstructured:-0.5", "found -0.5"),
        ("unstructured:nan", "nan"),
        ("block:4x1:1.01", "expected a removed fraction in [0, 1], found 1.01"),
        ("int8; cnov*=nm:2:4", "compression spec: 'cnov*' matches no layer of 'trained'; nearest: 'conv"),
        ("channel:1", "channel"),
        ("lowrank:17", "low rank: operator 'conv1' is asked for rank 17, expected 1 to its full rank 16"),
        ("lowrank:0", "expected a whole number as rank from 1 to 999999999, found 0"),
        ("codebook:1", "expected a whole number of codes from 2 to 65536, found 1"),
        ("binary+nm:2:4", "binary weights are never zero, so they cannot be pruned"),
        ("nm:2:4+unstructured:0.5", "contradict each other"),
        ("frobnicate", "frobnicate"),
        ("", "compression spec '' says nothing"),
        ("int8; activation_density=1.5", "is 1.5, expected a fraction in [0, 1]"),
        ("missing.yaml", "missing.yaml"),
        ("masks:missing.npz", "missing.npz: cannot be read: No such file or directory"),
    ],
)
@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: str(words[0]))
def test_specs(trained: Path, fails: Fails, words: tuple[str, ...], spec: str, message: str) -> None:
    fails(message, words[0], trained, *words[1:-1], f"{words[-1]}={spec}")
    assert list(trained.parent.iterdir()) == [trained]


def test_channel_pruning_that_empties_a_layer_names_it(trained: Path, fails: Fails) -> None:
    fails("conv1", "run", trained, "-a", "edge_npu", "--compress", "channel:1")


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        ({"w1": np.ones((16, 8, 3), np.bool_)}, "mask 'w1' has shape [16, 8, 3], expected [16, 8, 3, 3]"),
        ({"w4": np.ones((16, 10), np.bool_)}, "mask 'w4' is for no weight of the network"),
        ({"w3": np.full((16, 10), 0.5)}, "mask 'w3' holds float64, expected booleans or whole numbers 0 and 1"),
        ({"w3": np.full((16, 10), 2)}, "mask 'w3' holds other numbers than 0 and 1"),
    ],
)
def test_masks(trained: Path, fails: Fails, masks: dict[str, np.ndarray], message: str) -> None:
    path = trained.parent / "masks.npz"
    np.savez(path, **masks)
    fails(f"{path}: {message}", "run", trained, "-a", "edge_npu", "--compress", f"masks:{path}")


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize(
    "words", [("inspect",), ("run", "-a", "edge_npu", "--compress", "int8"), ("compress", "int8", "-o", "out.onnx")]
)
def test_weights_that_are_no_numbers(
    tmp_path: Path, fails: Fails, monkeypatch: pytest.MonkeyPatch, value: float, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    weights = trained_weights()
    weights["w2"][3, 5, 0, 0] = value
    path = save_trained(tmp_path / "net.onnx", weights)
    command, *options = words
    if command == "compress":
        arguments: list[object] = [command, path, *options]
    else:
        arguments = [command, path, *options]
    fails("'w2'", *arguments)
    fails("[3, 5, 0, 0]", *arguments)
    assert not (tmp_path / "out.onnx").exists()


def test_padding_is_stated(trained: Path, command: Command) -> None:
    """Rows of 16 channels in groups of 6: two whole groups and one of 4, so 2 of 18 positions are padding."""
    outcome = command("run", trained, "-a", "edge_npu", "--compress", "conv2=nm:2:6")
    assert outcome.code == 0
    printed = " ".join(outcome.out.split())
    assert "nm:2:6: the last group of channels is shorter than 6 in w2 (16 channels): 11.1% of the positions" in printed


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--weight-format", "zip"), "weight format 'zip': edge_npu decodes dense, "),
        (("--weight-format", ""), "weight format '': edge_npu decodes dense, "),
        (("--activation-density", "1.5"), "1.5, expected a fraction in [0, 1]"),
        (("--activation-density=-0.1",), "-0.1, expected a fraction in [0, 1]"),
        (("--activation-density", "nan"), "nan, expected a fraction in [0, 1]"),
        (("--activation-density", "half"), "activation density 'half': expected a fraction in [0, 1], measure, or a"),
        (("--activation-density", "none.json"), "none.json: cannot be read: No such file or directory"),
        (("--inputs", "x.npz"), "inputs 'x.npz' are what activations are measured on: they need measure"),
        (("--activation-density", "0.5", "--inputs", "x.npz"), "they need measure"),
        (("--activation-density", "measure", "--inputs", "none.npz"), "none.npz: cannot be read: No such file"),
    ],
)
def test_options(trained: Path, fails: Fails, options: tuple[str, ...], message: str) -> None:
    fails(message, "run", trained, "-a", "edge_npu", *options)


def test_an_accelerator_without_a_decoder(trained: Path, fails: Fails) -> None:
    message = "weight format 'bitmap': os_array decodes dense; compression.weight.formats of the accelerator says which"
    fails(message, "run", trained, "-a", "os_array", "--weight-format", "bitmap")


@pytest.mark.parametrize("network", ["resnet9", "light:squeezenet"])
def test_networks_that_cannot_be_measured(fails: Fails, network: str) -> None:
    message = "cannot be measured: only an ONNX file with its weights can be run; give a fraction or a file"
    fails(message, "run", network, "-a", "edge_npu", "--activation-density", "measure")


def test_densities_of_other_tensors(trained: Path, fails: Fails) -> None:
    path = trained.parent / "densities.csv"
    path.write_text("tensor,density_fraction\nhiden,0.5\n")
    message = "density of tensor 'hiden': network 'trained' has no such tensor"
    fails(message, "run", trained, "-a", "edge_npu", "--activation-density", path)


def test_inputs_of_another_shape(trained: Path, fails: Fails) -> None:
    path = trained.parent / "images.npz"
    np.savez(path, x=np.ones((1, 8, 5, 5), np.float32))
    message = "array 'x' has shape [1, 8, 5, 5], expected [1, 8, 6, 6]"
    fails(message, "run", trained, "-a", "edge_npu", "--activation-density", "measure", "--inputs", path)


@pytest.mark.parametrize("size", [0, 4, 7, 8, 100])
def test_truncated_tensorflow_lite(tmp_path: Path, fails: Fails, size: int) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes((b"\x1c\x00\x00\x00TFL3" + bytes(range(200)))[:size])
    for words in (("run", "-a", "edge_npu"), ("inspect",), ("compress", "int8", "-o", tmp_path / "out.onnx")):
        command, *options = words
        fails(str(path), command, path, *options)
    assert list(tmp_path.iterdir()) == [path]
