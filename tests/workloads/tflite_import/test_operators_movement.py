"""Pads, resizes, blocks and repetitions: shapes of images, and what costs nothing."""

from __future__ import annotations

import pytest

from workloads.errors import NetworkError
from workloads.operators import OperatorKind


def _image(model, shape=(1, 4, 6, 8)) -> None:
    model.tensor("x", shape)
    model.tensor("p", shape)
    model.op("MAX_POOL_2D", ["x"], ["p"], FilterHeight=1, FilterWidth=1, StrideH=1, StrideW=1)


@pytest.mark.parametrize(
    ("op_type", "numbers", "options", "file_shape", "shape", "kind", "function"),
    [
        ("PAD", [[0, 0], [1, 2], [0, 1], [0, 0]], {}, (1, 7, 7, 8), (1, 8, 7, 7), OperatorKind.PAD, "constant"),
        ("MIRROR_PAD", [[0, 0], [1, 1], [1, 1], [0, 0]], {}, (1, 6, 8, 8), (1, 8, 6, 8), OperatorKind.PAD, "reflect"),
        ("RESIZE_BILINEAR", [8, 12], {}, (1, 8, 12, 8), (1, 8, 8, 12), OperatorKind.RESIZE, "linear"),
        ("RESIZE_NEAREST_NEIGHBOR", [8, 6], {}, (1, 8, 6, 8), (1, 8, 8, 6), OperatorKind.RESIZE, "nearest"),
        ("SPACE_TO_DEPTH", None, {"BlockSize": 2}, (1, 2, 3, 32), (1, 32, 2, 3), OperatorKind.TRANSPOSE, None),
        ("DEPTH_TO_SPACE", None, {"BlockSize": 2}, (1, 8, 12, 2), (1, 2, 8, 12), OperatorKind.TRANSPOSE, None),
        ("TILE", [2, 1, 1, 1], {}, (2, 4, 6, 8), (2, 8, 4, 6), OperatorKind.COPY, "tile"),
        ("BROADCAST_TO", [3, 4, 6, 8], {}, (3, 4, 6, 8), (3, 8, 4, 6), OperatorKind.COPY, "expand"),
        ("REVERSE_V2", [1], {}, (1, 4, 6, 8), (1, 8, 4, 6), OperatorKind.COPY, "reverse"),
    ],
)
def test_images(model, op_type, numbers, options, file_shape, shape, kind, function) -> None:
    _image(model)
    inputs = ["p"]
    if numbers is not None:
        inputs.append(model.ints("numbers", numbers))
    model.tensor("y", file_shape)
    model.op(op_type, inputs, ["y"], **options)
    network = model.load(["x"], ["y"])
    assert network.operators[-1].kind is kind
    assert network.operators[-1].work.function == (function or op_type.lower())
    assert network.tensors["y"].shape == shape


def test_blocks_to_batch_and_back(model) -> None:
    """4 + 2 and 6 + 0 in blocks of 2: four pieces of 3 x 3."""
    _image(model)
    model.ints("block", [2, 2])
    model.ints("pads", [[1, 1], [0, 0]])
    model.tensor("cut", (4, 3, 3, 8))
    model.tensor("y", (1, 4, 6, 8))
    model.op("SPACE_TO_BATCH_ND", ["p", "block", "pads"], ["cut"])
    model.op("BATCH_TO_SPACE_ND", ["cut", "block", "pads"], ["y"])
    network = model.load(["x"], ["y"])
    assert network.tensors["cut"].shape == (4, 8, 3, 3)
    assert network.tensors["y"].shape == (1, 8, 4, 6)


def test_nothing_padded_resized_or_repeated(model) -> None:
    _image(model)
    model.ints("pads", [[0, 0]] * 4)
    model.ints("sizes", [4, 6])
    model.ints("times", [1, 1, 1, 1])
    for name in ("a", "b", "c", "y"):
        model.tensor(name, (1, 4, 6, 8))
    model.op("PAD", ["p", "pads"], ["a"])
    model.op("RESIZE_BILINEAR", ["a", "sizes"], ["b"])
    model.op("TILE", ["b", "times"], ["c"])
    model.op("RELU", ["c"], ["y"])
    network = model.load(["x"], ["y"])
    assert [item.kind for item in network.operators if item.kind is not OperatorKind.VIEW] == [
        OperatorKind.POOL,
        OperatorKind.ACTIVATION,
    ]


def test_one_hot(model) -> None:
    model.tensor("x", (2, 3), "int32")
    model.ints("depth", 10)
    model.constant("on", (1,))
    model.tensor("y", (2, 3, 10))
    model.op("ONE_HOT", ["x", "depth", "on", "on"], ["y"])
    assert model.load(["x"], ["y"]).operators[0].inputs == ("x",)


def test_an_update_reads_what_it_writes(model) -> None:
    model.tensor("x", (8, 4))
    model.tensor("u", (1, 4))
    model.tensor("at", (2,), "int32")
    model.tensor("y", (8, 4))
    model.op("DYNAMIC_UPDATE_SLICE", ["x", "u", "at"], ["y"])
    assert model.load(["x", "u", "at"], ["y"]).operators[0].inputs == ("x", "u")


def test_mistakes(model) -> None:
    _image(model)
    model.ints("three", [1, 2, 3])
    model.ints("five", [5, 5])
    model.ints("none", [[0, 0], [0, 0]])
    model.tensor("y", (1, 4, 6, 8))
    for op_type, inputs, options, message in (
        ("PAD", ["p", "three"], {}, r"pads \[1, 2, 3\], expected 8 sizes of at least 0"),
        ("RESIZE_BILINEAR", ["p", "three"], {}, r"resizes to \[1, 2, 3\], expected a height and a width"),
        ("SPACE_TO_DEPTH", ["p"], {"BlockSize": 4}, r"input \[1, 4, 6, 8\] does not divide into blocks of 4"),
        ("DEPTH_TO_SPACE", ["p"], {"BlockSize": 3}, r"input \[1, 4, 6, 8\] does not divide into blocks of 3"),
        ("TILE", ["p", "three"], {}, r"repeats \[1, 2, 3\] times, expected 4 numbers"),
        (
            "SPACE_TO_BATCH_ND",
            ["p", "five", "none"],
            {},
            r"padded sizes \[4, 6\] do not divide into blocks of \[5, 5\]",
        ),
        ("BATCH_TO_SPACE_ND", ["p", "five", "none"], {}, r"batch 1 does not divide into blocks of \[5, 5\]"),
        (
            "BATCH_TO_SPACE_ND",
            ["p", "five", "three"],
            {},
            r"blocks \[5, 5\] with borders \[1, 2, 3\] do not fit 4 axes",
        ),
    ):
        del model.operators[1:]
        model.op(op_type, inputs, ["y"], **options)
        with pytest.raises(NetworkError, match=message):
            model.load(["x"], ["y"])
