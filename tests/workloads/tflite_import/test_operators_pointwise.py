"""Element-wise work: axes of what broadcasts, constants of one element, conversions, softmax."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.operators import Activation, Elementwise, Normalisation, Softmax, View


def _image(model) -> str:
    """An image of three channels, made by a pooling of 1 x 1."""
    model.tensor("x", (1, 4, 5, 3))
    model.tensor("p", (1, 4, 5, 3))
    model.op("MAX_POOL_2D", ["x"], ["p"], FilterHeight=1, FilterWidth=1, StrideH=1, StrideW=1)
    return "p"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [((3,), (1, 3, 1, 1)), ((5, 3), (1, 3, 1, 5)), ((1, 4, 1, 1), (1, 1, 4, 1)), ((4, 5, 3), (1, 3, 4, 5))],
)
def test_constants_follow_the_order_of_an_image(model, shape, expected) -> None:
    values = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    _image(model)
    model.constant("w", values)
    model.tensor("y", (1, 4, 5, 3))
    model.op("ADD", ["p", "w"], ["y"])
    network = model.load(["x"], ["y"])
    assert network.tensors["y"].shape == (1, 3, 4, 5)
    assert network.tensors["w"].shape == expected
    padded = values.reshape((1,) * (4 - values.ndim) + values.shape)
    assert np.array_equal(model.weights().load("w"), padded.transpose(0, 3, 1, 2))


def test_tensors_of_fewer_axes_are_shown_in_the_order_of_an_image(model) -> None:
    _image(model)
    model.tensor("s", (5, 3))
    model.tensor("y", (1, 4, 5, 3))
    model.op("MUL", ["p", "s"], ["y"])
    network = model.load(["x", "s"], ["y"])
    shown = next(item for item in network.operators if isinstance(item.work, View) and item.inputs == ("s",))
    assert network.tensors[shown.outputs[0]].shape == (1, 3, 1, 5)


def test_without_images_axes_stay(model) -> None:
    model.tensor("x", (1, 8, 16, 16))
    model.constant("w", (16, 16))
    model.tensor("y", (1, 8, 16, 16))
    model.op("ADD", ["x", "w"], ["y"])
    network = model.load(["x"], ["y"])
    assert network.tensors["x"].shape == (1, 8, 16, 16)
    assert network.tensors["w"].shape == (16, 16)


def test_one_constant_under_two_orders_is_two_tensors_but_one_parameter(model) -> None:
    _image(model)
    values = np.arange(15, dtype=np.float32).reshape(5, 3)
    model.constant("w", values)
    model.tensor("flat", (5, 3))
    model.tensor("y", (1, 4, 5, 3))
    model.tensor("z", (5, 3))
    model.op("ADD", ["p", "w"], ["y"])
    model.op("ADD", ["flat", "w"], ["z"])
    network = model.load(["x", "flat"], ["y", "z"])
    assert network.tensors["w"].shape == (1, 3, 1, 5)
    assert network.tensors["w#2"].shape == (5, 3)
    assert network.num_parameters == 15
    assert np.array_equal(model.weights().load("w#2"), values)


def test_constants_of_one_element_are_no_tensors(model) -> None:
    model.tensor("x", (2, 3))
    model.constant("half", np.array([0.5], np.float32))
    model.tensor("y", (2, 3))
    model.op("MUL", ["x", "half"], ["y"], FusedActivationFunction=1)
    network = model.load(["x"], ["y"])
    product, activation = network.operators
    assert (product.inputs, product.work, activation.work.function) == (("x",), Elementwise(function="mul"), "relu")
    assert network.num_parameters == 0


def test_shapes_that_do_not_broadcast(model) -> None:
    model.tensor("x", (2, 3))
    model.constant("w", (4,))
    model.tensor("y", (2, 3))
    model.op("MAXIMUM", ["x", "w"], ["y"])
    with pytest.raises(NetworkError, match=r"operator 0 \(MAXIMUM\): shapes \[2, 3\] and \[4\] do not broadcast"):
        model.load(["x"], ["y"])


@pytest.mark.parametrize(
    ("op_type", "function"),
    [("RELU", "relu"), ("RELU6", "relu6"), ("LOGISTIC", "sigmoid"), ("HARD_SWISH", "hardswish"), ("GELU", "gelu")],
)
def test_activations(model, op_type: str, function: str) -> None:
    model.tensor("x", (2, 3))
    model.tensor("y", (2, 3))
    model.op(op_type, ["x"], ["y"])
    assert model.load(["x"], ["y"]).operators[0].work == Activation(function=function)


def test_prelu_keeps_its_slopes(model) -> None:
    _image(model)
    model.constant("slope", (1, 1, 3))
    model.tensor("y", (1, 4, 5, 3))
    model.op("PRELU", ["p", "slope"], ["y"])
    network = model.load(["x"], ["y"])
    assert network.tensors["slope"].shape == (1, 3, 1, 1)
    assert network.num_parameters == 3


def test_prelu_of_another_shape(model) -> None:
    model.tensor("x", (2, 3))
    model.constant("slope", (2, 2, 3))
    model.tensor("y", (2, 3))
    model.op("PRELU", ["x", "slope"], ["y"])
    with pytest.raises(NetworkError, match=r"slope \[2, 2, 3\] does not broadcast to \[2, 3\]"):
        model.load(["x"], ["y"])


def test_softmax_runs_along_the_channels_of_an_image(model) -> None:
    _image(model)
    model.tensor("y", (1, 4, 5, 3))
    model.op("SOFTMAX", ["p"], ["y"])
    assert model.load(["x"], ["y"]).operators[1].work == Softmax(axis=1)


def test_l2_normalisation(model) -> None:
    model.tensor("x", (2, 3))
    model.tensor("y", (2, 3))
    model.op("L2_NORMALIZATION", ["x"], ["y"])
    assert model.load(["x"], ["y"]).operators[0].work == Normalisation(function="l2", axes=(1,))


def test_quantised_layer(model) -> None:
    """Float in and out, int8 inside: the conversions at both ends are steps, the second fuses into the product."""
    model.tensor("x", (2, 8))
    model.tensor("q", (2, 8), "int8", scales=[0.1])
    model.constant("w", np.ones((4, 8), np.int8), scales=[0.1] * 4)
    model.constant("b", np.ones(4, np.int32), scales=[0.01] * 4)
    model.tensor("p", (2, 4), "int8", scales=[0.1])
    model.tensor("y", (2, 4))
    model.op("QUANTIZE", ["x"], ["q"])
    model.op("FULLY_CONNECTED", ["q", "w", "b"], ["p"])
    model.op("DEQUANTIZE", ["p"], ["y"])
    network = model.load(["x"], ["y"])
    assert [item.name for item in network.operators] == ["q", "p", "y"]
    assert [str(network.tensors[name].format) for name in ("x", "q", "w", "b", "p", "y")] == [
        "fp32",
        "int8",
        "int8",
        "int32",
        "int8",
        "fp32",
    ]
    assert [item.function for item in model.load(["x"], ["y"], fuse=True).fusions] == ["dequantise"]


def test_cast_to_the_same_type_is_another_name(model) -> None:
    model.tensor("x", (2, 3))
    model.tensor("c", (2, 3))
    model.tensor("y", (2, 3), "int32")
    model.op("CAST", ["x"], ["c"])
    model.op("CAST", ["c"], ["y"])
    (cast,) = model.load(["x"], ["y"]).operators
    assert (cast.inputs, cast.work) == (("x",), Activation(function="cast"))
