"""Reductions: axes of images, shapes, what is only known when the network runs."""

from __future__ import annotations

import pytest

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.operators import Reduction


def _image(model) -> None:
    model.tensor("x", (2, 4, 5, 3))
    model.tensor("p", (2, 4, 5, 3))
    model.op("MAX_POOL_2D", ["x"], ["p"], FilterHeight=1, FilterWidth=1, StrideH=1, StrideW=1)


@pytest.mark.parametrize(
    ("keeps", "file_shape", "shape"), [(True, (2, 1, 1, 3), (2, 3, 1, 1)), (False, (2, 3), (2, 3))]
)
def test_mean_over_an_image(model, keeps: bool, file_shape, shape) -> None:
    _image(model)
    model.ints("axes", [1, -2])
    model.tensor("y", file_shape)
    model.op("MEAN", ["p", "axes"], ["y"], KeepDims=keeps)
    network = model.load(["x"], ["y"])
    assert network.operators[-1].work == Reduction(function="mean", axes=(2, 3))
    assert network.tensors["y"].shape == shape


def test_no_axes(model) -> None:
    model.tensor("x", (2, 3))
    model.ints("axes", [])
    model.tensor("y", (2, 3))
    model.op("SUM", ["x", "axes"], ["y"])
    assert model.load(["x"], ["y"]).operators[0].work.axes == ()


def test_arg_max(model) -> None:
    _image(model)
    model.ints("axis", 3)
    model.tensor("y", (2, 4, 5), "int64")
    model.op("ARG_MAX", ["p", "axis"], ["y"])
    assert model.load(["x"], ["y"]).operators[-1].work == Reduction(function="arg_max", axes=(1,))


def test_top_k(model) -> None:
    model.tensor("x", (2, 9))
    model.ints("k", 4)
    model.tensor("y", (2, 4))
    model.tensor("places", (2, 4), "int32")
    model.op("TOPK_V2", ["x", "k"], ["y", "places"])
    (operator,) = model.load(["x"], ["y"]).operators
    assert operator.outputs == ("y", "places")


def test_cumulative_sum(model) -> None:
    model.tensor("x", (2, 9))
    model.ints("axis", 0)
    model.tensor("y", (2, 9))
    model.op("CUMSUM", ["x", "axis"], ["y"])
    assert model.load(["x"], ["y"]).operators[0].work == Reduction(function="cumulative_sum", axes=(0,))


def test_mistakes(model) -> None:
    model.tensor("x", (2, 9))
    model.tensor("computed", (1,), "int32")
    model.ints("far", [5])
    model.ints("two", [0, 1])
    model.tensor("y", (9,))
    for op_type, axes, kind, message in (
        ("SUM", "computed", UnsupportedOperator, "its axes are known only when the network runs"),
        ("SUM", "far", NetworkError, "axis 5 is not in a tensor of 2 dimensions"),
        ("ARG_MAX", "two", NetworkError, r"has axes \[0, 1\], expected one"),
    ):
        model.operators.clear()
        model.op(op_type, ["x", axes], ["y"])
        with pytest.raises(kind, match=message):
            model.load(["x", "computed"], ["y"])
