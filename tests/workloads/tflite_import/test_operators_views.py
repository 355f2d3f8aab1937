"""Views and transposes: what costs nothing, sizes left open, constants under other shapes."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.operators import OperatorKind, View


def test_reshape_of_an_image_is_a_view(model) -> None:
    """The file's bytes stay: (2, 4, 5, 3) read on as rows of 60."""
    model.tensor("x", (2, 4, 5, 3))
    model.tensor("p", (2, 4, 5, 3))
    model.ints("shape", [2, -1])
    model.tensor("y", (2, 60))
    model.op("MAX_POOL_2D", ["x"], ["p"], FilterHeight=1, FilterWidth=1, StrideH=1, StrideW=1)
    model.op("RESHAPE", ["p", "shape"], ["y"])
    network = model.load(["x"], ["y"])
    assert isinstance(network.operators[-1].work, View)
    assert network.tensors["y"].shape == (2, 60)


@pytest.mark.parametrize("inputs", [["x"], ["x", ""]])
def test_reshape_by_its_options(model, inputs) -> None:
    model.tensor("x", (2, 6))
    model.tensor("y", (3, 4))
    model.op("RESHAPE", inputs, ["y"], NewShape=(3, -1))
    assert model.load(["x"], ["y"]).tensors["y"].shape == (3, 4)


def test_reshape_without_options_takes_the_shape_of_the_file(model) -> None:
    model.tensor("x", (2, 6))
    model.tensor("to", (2,), "int32")
    model.tensor("y", (3, 4))
    model.op("RESHAPE", ["x", "to"], ["y"], table=None)
    assert model.load(["x", "to"], ["y"]).tensors["y"].shape == (3, 4)
    with pytest.raises(UnsupportedOperator, match="the shape of its output 'y' is known only when it runs"):
        model.load(["x", "to"], ["y"], bindings={"x.0": 4})


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        ([5, -1], r"input \[2, 6\] does not divide into shape \[5, -1\]"),
        ([-1, -1], r"asks for shape \[-1, -1\], expected sizes of at least 0 and at most one -1"),
        ([3, 5], r"input \[2, 6\] has 12 elements, shape \[3, 5\] 15"),
        ([-1, 0], "does not divide into shape"),
    ],
)
def test_reshapes_that_do_not_fit(model, shape, message: str) -> None:
    model.tensor("x", (2, 6))
    model.ints("shape", shape)
    model.tensor("y", (3, 4))
    model.op("RESHAPE", ["x", "shape"], ["y"])
    with pytest.raises(NetworkError, match=message):
        model.load(["x"], ["y"])


def test_squeeze_and_expand(model) -> None:
    model.tensor("x", (1, 6, 1))
    model.tensor("one", (1, 6))
    model.tensor("all", (6,))
    model.ints("axis", -1)
    model.tensor("y", (6, 1))
    model.op("SQUEEZE", ["x"], ["one"], SqueezeDims=[-1])
    model.op("SQUEEZE", ["one"], ["all"])
    model.op("EXPAND_DIMS", ["all", "axis"], ["y"])
    network = model.load(["x"], ["y"])
    assert [network.tensors[name].shape for name in ("one", "all", "y")] == [(1, 6), (6,), (6, 1)]
    assert network.num_costed_operators == 0


def test_squeeze_of_a_longer_axis(model) -> None:
    model.tensor("x", (1, 6))
    model.tensor("y", (1,))
    model.op("SQUEEZE", ["x"], ["y"], SqueezeDims=[1])
    with pytest.raises(NetworkError, match=r"axes \[1\] of \[1, 6\] are not all of size 1"):
        model.load(["x"], ["y"])


@pytest.mark.parametrize(
    ("permutation", "shape", "kind"),
    [([0, 2, 1], (1, 3, 2), OperatorKind.TRANSPOSE), ([1, 0, 2], (2, 1, 3), OperatorKind.VIEW)],
)
def test_transpose(model, permutation, shape, kind) -> None:
    model.tensor("x", (1, 2, 3))
    model.ints("perm", permutation)
    model.tensor("y", shape)
    model.op("TRANSPOSE", ["x", "perm"], ["y"])
    assert model.load(["x"], ["y"]).operators[0].kind is kind


def test_transpose_before_a_convolution(model) -> None:
    """An input (B, C, H, W) that the file turns into an image: the input keeps its axes."""
    model.tensor("x", (1, 3, 8, 8))
    model.ints("perm", [0, 2, 3, 1])
    model.tensor("image", (1, 8, 8, 3))
    model.constant("w", (4, 1, 1, 3))
    model.tensor("y", (1, 8, 8, 4))
    model.op("TRANSPOSE", ["x", "perm"], ["image"])
    model.op("CONV_2D", ["image", "w"], ["y"])
    network = model.load(["x"], ["y"])
    assert network.tensors["x"].shape == network.tensors["image"].shape == (1, 3, 8, 8)
    assert [item.kind for item in network.operators] == [OperatorKind.TRANSPOSE, OperatorKind.CONV]


def test_transpose_of_another_rank(model) -> None:
    model.tensor("x", (1, 2, 3))
    model.ints("perm", [0, 1])
    model.tensor("y", (1, 2, 3))
    model.op("TRANSPOSE", ["x", "perm"], ["y"])
    with pytest.raises(NetworkError, match=r"permutes axes \[0, 1\], expected each of \[1, 2, 3\] once"):
        model.load(["x"], ["y"])


def test_constants_under_other_shapes_keep_their_values(model) -> None:
    """A weight that the graph itself reshapes and turns is still the file's."""
    values = np.arange(24, dtype=np.float16).reshape(2, 12)
    model.constant("w", values)
    model.tensor("wide", (2, 12))
    model.ints("shape", [4, 6])
    model.tensor("other", (4, 6))
    model.ints("perm", [1, 0])
    model.tensor("turned", (6, 4))
    model.tensor("x", (3, 4))
    model.tensor("y", (3, 6))
    model.op("DEQUANTIZE", ["w"], ["wide"])
    model.op("RESHAPE", ["wide", "shape"], ["other"])
    model.op("TRANSPOSE", ["other", "perm"], ["turned"])
    model.op("FULLY_CONNECTED", ["x", "turned"], ["y"])
    network = model.load(["x"], ["y"])
    assert len(network.operators) == 1
    assert (network.tensors["w"].shape, str(network.tensors["w"].format)) == ((6, 4), "fp16")
    assert network.num_parameters == 24
    assert np.array_equal(model.weights().load("w"), values.reshape(4, 6).T)
