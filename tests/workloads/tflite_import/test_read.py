"""Files that cannot be read: each gives one error, and a corrupt one never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.tflite_import import TfliteWeights, load_tflite
from workloads.tflite_import.read import read_model


def _network(model) -> None:
    """A convolution with int8 weights, a sparse one, a pooling, a reshape by a computed shape, a product."""
    model.tensor("x", (1, 8, 8, 2), signature=(-1, 8, 8, 2))
    model.constant("w", np.ones((4, 3, 3, 2), np.int8), scales=[0.1] * 4, axis=0)
    model.constant("b", np.ones(4, np.int32), scales=[0.1])
    sparsity = {"order": (0, 1, 2, 3), "levels": [4, 1, 1, ([0, 1, 2, 3, 4], [0, 1, 2, 3])]}
    model.constant("s", (4, 1, 1, 4), data=np.ones(4, np.float32).tobytes(), sparsity=sparsity)
    model.tensor("dense", (4, 1, 1, 4))
    model.ints("pads", [[0, 0], [1, 1], [1, 1], [0, 0]])
    model.tensor("p", (1, 10, 10, 2))
    model.tensor("c", (1, 8, 8, 4))
    model.tensor("d", (1, 8, 8, 4))
    model.tensor("m", (1, 4, 4, 4))
    model.tensor("shape", (4,), "int32")
    model.ints("zero", [0])
    model.ints("one", [1])
    model.tensor("batch", (), "int32")
    model.ints("rest", 64)
    model.tensor("to", (2,), "int32")
    model.tensor("r", (1, 64))
    model.constant("f", (10, 64))
    model.tensor("y", (1, 10))
    model.op("DENSIFY", ["s"], ["dense"])
    model.op("PAD", ["x", "pads"], ["p"])
    model.op("CONV_2D", ["p", "w", "b"], ["c"], FusedActivationFunction=1)
    model.op("CONV_2D", ["c", "dense"], ["d"])
    model.op("MAX_POOL_2D", ["d"], ["m"])
    model.op("SHAPE", ["m"], ["shape"])
    model.op("STRIDED_SLICE", ["shape", "zero", "one", "one"], ["batch"], ShrinkAxisMask=1)
    model.op("PACK", ["batch", "rest"], ["to"])
    model.op("RESHAPE", ["m", "to"], ["r"])
    model.op("FULLY_CONNECTED", ["r", "f"], ["y"])


def test_the_network_that_the_others_alter(model) -> None:
    _network(model)
    network = model.load(["x"], ["y"], bindings={"x.0": 3})
    assert network.tensors["y"].shape == (3, 10)


def _try(path: Path) -> bool:
    """Load network and weights; True when all went well, False for an error of ours, anything else is raised."""
    try:
        network = load_tflite(path, bindings={"x.0": 1}, approximate_unsupported=True)
        weights = TfliteWeights(path)
        for name in network.tensors:
            weights.load(name)
    except NetworkError as error:
        if not str(error).startswith(f"{path}: "):
            raise AssertionError(f"{error} does not name its file") from error
        return False
    return True


def test_every_truncation(model) -> None:
    _network(model)
    content = model.build(["x"], ["y"])
    for size in range(0, len(content), 7):
        model.path.write_bytes(content[:size])
        assert not _try(model.path) or size > len(content) // 2


@pytest.mark.parametrize("seed", range(8))
def test_flipped_bits(model, seed: int) -> None:
    _network(model)
    content = model.build(["x"], ["y"])
    generator = random.Random(seed)
    outcomes = set()
    for _ in range(60):
        altered = bytearray(content)
        for _ in range(generator.choice((1, 1, 2, 8))):
            altered[generator.randrange(8, len(altered))] ^= 1 << generator.randrange(8)
        model.path.write_bytes(altered)
        outcomes.add(_try(model.path))
    assert outcomes == {True, False}


@pytest.mark.parametrize("word", [b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\x00\x00\x00\x80", b"\x00\x00\x00\x00"])
def test_overwritten_words(model, word: bytes) -> None:
    _network(model)
    content = model.build(["x"], ["y"])
    for place in range(8, len(content) - 4, 12):
        model.path.write_bytes(content[:place] + word + content[place + 4 :])
        _try(model.path)


def test_truncated(model) -> None:
    _network(model)
    path = model.save(["x"], ["y"])
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(NetworkError, match=r"model\.tflite: truncated or corrupt: its .* cannot be read"):
        load_tflite(path)


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="no such file"):
        read_model(tmp_path / "none.tflite")
    with pytest.raises(NetworkError, match="not a file"):
        read_model(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a TensorFlow Lite file, or a truncated one: it has 0 bytes"),
        (b"\x08\x00\x00\x00TFL", "not a TensorFlow Lite file, or a truncated one: it has 7 bytes"),
        (
            b"\x08\x00\x00\x00ONNX" + bytes(64),
            "not a TensorFlow Lite file: its identifier is b'ONNX', expected b'TFL3'",
        ),
        (b"\x08\x00\x00\x00TFL3", "truncated or corrupt: its header cannot be read"),
    ],
)
def test_other_files(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "net.tflite"
    path.write_bytes(content)
    with pytest.raises(NetworkError) as caught:
        read_model(path)
    assert str(caught.value) == message


def test_another_version(model) -> None:
    _network(model)
    model.version = 2
    with pytest.raises(NetworkError, match="schema version is 2, expected 3"):
        model.load(["x"], ["y"])


def test_no_graph(model) -> None:
    _network(model)
    model.num_subgraphs = 0
    with pytest.raises(NetworkError, match="truncated or corrupt: it holds no graph"):
        model.load(["x"], ["y"])


def test_no_operators(model) -> None:
    model.tensor("x", (1,))
    with pytest.raises(NetworkError, match="its main graph holds no operators: there is nothing to cost"):
        model.load(["x"], ["x"])


def test_several_graphs(model) -> None:
    model.tensor("x", (1,))
    model.tensor("y", (1,))
    model.op("RELU", ["x"], ["y"])
    model.num_subgraphs = 3
    assert "the file holds 3 graphs: only the main one is costed" in model.load(["x"], ["y"]).notes


def test_a_buffer_that_is_not_there(model) -> None:
    _network(model)
    model.tensors["w"].buffer = 99
    with pytest.raises(NetworkError, match=r"tensor 'w': its content is in buffer 99 of \d+"):
        model.load(["x"], ["y"])


def test_a_tensor_that_is_not_there(model) -> None:
    _network(model)
    model.operators[0][1][0] = 77
    with pytest.raises(NetworkError, match=r"operator 0 \(DENSIFY\) reads tensor 77 of 19"):
        model.load(["x"], ["y"])
    model.operators[0][1][0] = 3
    model.operators[1][2][0] = -1
    with pytest.raises(NetworkError, match=r"operator 1 \(PAD\) makes tensor -1 of 19"):
        model.load(["x"], ["y"])


def test_options_of_another_operator(model) -> None:
    _network(model)
    name, inputs, outputs, _ = model.operators[2]
    model.operators[2] = (name, inputs, outputs, ("AddOptions", {}))
    with pytest.raises(NetworkError, match=r"operator 2 \(CONV_2D\): its options are kind 11, expected Conv2DOptions"):
        model.load(["x"], ["y"])
    model.operators[2] = (name, inputs, outputs, None)
    with pytest.raises(NetworkError, match=r"operator 2 \(CONV_2D\): its options are none, expected Conv2DOptions"):
        model.load(["x"], ["y"])
