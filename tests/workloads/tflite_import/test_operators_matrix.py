"""Convolutions and matrix products: axes of weights, padding, groups, what does not fit."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.loop_nest import MatrixNest, lower
from workloads.operators import Convolution, Gemm, MatMul, Movement, View

SAME = {"Padding": 0}


def _macs(network) -> int:
    nests = [lower(operator, network.tensors) for operator in network.operators]
    return sum(nest.num_macs for nest in nests if isinstance(nest, MatrixNest))


def test_convolution(model) -> None:
    """SAME at stride 2 on 5 x 7: 3 x 4 windows reach 2 * 2 + 3 = 7 and 2 * 3 + 3 = 9, so 2 and 2 are padded."""
    model.tensor("x", (1, 5, 7, 6))
    values = np.arange(4 * 3 * 3 * 6, dtype=np.float32).reshape(4, 3, 3, 6)
    model.constant("w", values)
    model.constant("b", (4,))
    model.tensor("y", (1, 3, 4, 4))
    model.op("CONV_2D", ["x", "w", "b"], ["y"], StrideH=2, StrideW=2, **SAME)
    network = model.load(["x"], ["y"])
    (operator,) = network.operators
    assert operator.inputs == ("x", "w", "b")
    assert network.tensors["x"].shape == (1, 6, 5, 7)
    assert network.tensors["w"].shape == (4, 6, 3, 3)
    assert network.tensors["y"].shape == (1, 4, 3, 4)
    assert isinstance(operator.work, Convolution)
    assert (operator.work.window.pads_begin, operator.work.window.pads_end) == ((1, 1), (1, 1))
    assert _macs(network) == 3 * 4 * 4 * 6 * 9
    assert network.num_parameters == 4 * 6 * 9 + 4
    assert np.array_equal(model.weights().load("w"), values.transpose(0, 3, 1, 2))


def test_an_odd_element_of_padding_goes_after_the_image(model) -> None:
    """SAME at stride 2 on 4: two windows of 3 reach 5, one more than 4."""
    model.tensor("x", (1, 4, 4, 1))
    model.constant("w", (1, 3, 3, 1))
    model.tensor("y", (1, 2, 2, 1))
    model.op("CONV_2D", ["x", "w"], ["y"], StrideH=2, StrideW=2, **SAME)
    window = model.load(["x"], ["y"]).operators[0].work.window
    assert (window.pads_begin, window.pads_end) == ((0, 0), (1, 1))


def test_dilation(model) -> None:
    """VALID: a kernel of 3 dilated by 2 reaches 5; 9 - 5 + 1 = 5 rows and 9 - 3 + 1 = 7 columns."""
    model.tensor("x", (1, 9, 9, 2))
    model.constant("w", (3, 3, 3, 2))
    model.tensor("y", (1, 5, 7, 3))
    model.op("CONV_2D", ["x", "w"], ["y"], DilationHFactor=2, DilationWFactor=1)
    window = model.load(["x"], ["y"]).operators[0].work.window
    assert window.dilations == (2, 1)


def test_groups_follow_from_the_weight(model) -> None:
    model.tensor("x", (1, 4, 4, 6))
    model.constant("w", (4, 1, 1, 3))
    model.tensor("y", (1, 4, 4, 4))
    model.op("CONV_2D", ["x", "w"], ["y"])
    assert model.load(["x"], ["y"]).operators[0].work.groups == 2


def test_depthwise(model) -> None:
    """Two filters a channel: file (1, 3, 3, 6), network (6, 1, 3, 3); filters 0 and 1 read channel 0."""
    values = np.arange(54, dtype=np.float32).reshape(1, 3, 3, 6)
    model.tensor("x", (2, 5, 5, 3))
    model.constant("w", values)
    model.tensor("y", (2, 3, 3, 6))
    model.op("DEPTHWISE_CONV_2D", ["x", "w"], ["y"])
    network = model.load(["x"], ["y"])
    assert network.operators[0].work.groups == 3
    assert _macs(network) == 2 * 3 * 3 * 6 * 9
    assert np.array_equal(model.weights().load("w")[:, 0], values[0].transpose(2, 0, 1))


def test_convolution_3d(model) -> None:
    values = np.arange(2 * 3 * 3 * 4 * 5, dtype=np.float32).reshape(2, 3, 3, 4, 5)
    model.tensor("x", (1, 4, 6, 6, 4))
    model.constant("w", values)
    model.tensor("y", (1, 3, 4, 4, 5))
    model.op("CONV_3D", ["x", "w"], ["y"])
    network = model.load(["x"], ["y"])
    assert network.tensors["x"].shape == (1, 4, 4, 6, 6)
    assert network.tensors["w"].shape == (5, 4, 2, 3, 3)
    assert np.array_equal(model.weights().load("w"), values.transpose(4, 3, 0, 1, 2))


@pytest.mark.parametrize(("padding", "size", "begin", "end"), [(0, 6, 0, 1), (1, 7, 0, 0), (1, 8, 0, -1), (0, 5, 1, 1)])
def test_transposed(model, padding: int, size: int, begin: int, end: int) -> None:
    """Three positions at stride 2 of a kernel of 3 reach 7; SAME cuts what is beyond the output."""
    values = np.arange(2 * 3 * 3 * 4, dtype=np.float32).reshape(2, 3, 3, 4)
    model.ints("shape", (1, size, size, 2))
    model.constant("w", values)
    model.tensor("x", (1, 3, 3, 4))
    model.tensor("y", (1, size, size, 2))
    model.op("TRANSPOSE_CONV", ["shape", "w", "x"], ["y"], StrideH=2, StrideW=2, Padding=padding)
    network = model.load(["x"], ["y"])
    (operator,) = network.operators
    assert operator.work.transposed
    assert network.tensors["w"].shape == (4, 2, 3, 3)
    assert (operator.work.window.pads_begin[0], operator.work.window.pads_end[0]) == (begin, end)
    assert np.array_equal(model.weights().load("w"), values.transpose(3, 0, 1, 2))


def test_transposed_of_a_shape_that_the_network_computes(model) -> None:
    model.tensor("shape", (4,), "int32")
    model.constant("w", (2, 3, 3, 4))
    model.tensor("x", (1, 3, 3, 4))
    model.tensor("y", (1, 3, 3, 2))
    model.op("TRANSPOSE_CONV", ["shape", "w", "x"], ["y"])
    with pytest.raises(UnsupportedOperator, match=r"its output's sizes are known only when the network runs"):
        model.load(["x", "shape"], ["y"])


def test_fully_connected_of_an_image(model) -> None:
    """The image is read in the file's order of bytes: (H, W, C) a row."""
    values = np.arange(5 * 12, dtype=np.float32).reshape(5, 12)
    model.tensor("x", (2, 2, 2, 3))
    model.tensor("p", (2, 2, 2, 3))
    model.constant("w", values)
    model.constant("b", (5,))
    model.tensor("y", (2, 5))
    model.op("MAX_POOL_2D", ["x"], ["p"], FilterHeight=1, FilterWidth=1, StrideH=1, StrideW=1)
    model.op("FULLY_CONNECTED", ["p", "w", "b"], ["y"])
    network = model.load(["x"], ["y"])
    _, *views, product = network.operators
    assert all(isinstance(step.work, View) for step in views)
    assert product.work == Gemm(transpose_b=True)
    assert network.tensors[product.inputs[0]].shape == (2, 12)
    assert np.array_equal(model.weights().load("w"), values)
    assert _macs(network) == 2 * 5 * 12


def test_fully_connected_that_keeps_its_axes(model) -> None:
    model.tensor("x", (2, 7, 12))
    model.constant("w", (5, 12))
    model.tensor("y", (2, 7, 5))
    model.op("FULLY_CONNECTED", ["x", "w", ""], ["y"], KeepNumDims=True)
    network = model.load(["x"], ["y"])
    (operator,) = network.operators
    assert operator.work == MatMul(transpose_b=True)
    assert _macs(network) == 14 * 5 * 12


def test_batch_matmul(model) -> None:
    """Attention's scores: heads stay where the file has them, nothing is an image."""
    model.tensor("q", (2, 3, 5, 4))
    model.tensor("k", (2, 3, 7, 4))
    model.tensor("y", (2, 3, 5, 7))
    model.op("BATCH_MATMUL", ["q", "k"], ["y"], AdjY=True)
    network = model.load(["q", "k"], ["y"])
    (operator,) = network.operators
    assert operator.work == MatMul(transpose_b=True)
    assert network.tensors["q"].shape == (2, 3, 5, 4)
    assert _macs(network) == 6 * 5 * 7 * 4


def test_batch_matmul_of_a_turned_left_matrix(model) -> None:
    model.tensor("a", (4, 5))
    model.tensor("b", (3, 4, 6))
    model.tensor("y", (3, 5, 6))
    model.op("BATCH_MATMUL", ["a", "b"], ["y"], AdjX=True)
    turn, product = model.load(["a", "b"], ["y"]).operators
    assert isinstance(turn.work, Movement)
    assert product.work == MatMul()


def test_fused_activation(model) -> None:
    model.tensor("x", (1, 4, 4, 2))
    model.constant("w", (2, 1, 1, 2))
    model.tensor("y", (1, 4, 4, 2))
    model.op("CONV_2D", ["x", "w"], ["y"], FusedActivationFunction=3)
    apart = model.load(["x"], ["y"])
    assert [(item.name, item.kind.value) for item in apart.operators] == [("y", "conv"), ("y/relu6", "activation")]
    (fused,) = model.load(["x"], ["y"], fuse=True).operators
    assert fused.outputs == ("y",)
    assert [(item.name, item.function, item.num_operations_per_output) for item in fused.fusions] == [
        ("y/relu6", "relu6", 1)
    ]


@pytest.mark.parametrize(
    ("x", "w", "options", "message"),
    [
        ((1, 4, 4, 5), (2, 1, 1, 2), {}, "weight [2, 1, 1, 2] has channels that do not divide the 5 of its input"),
        ((1, 4, 4), (2, 1, 1, 2), {}, "input 0 has shape [1, 4, 4], expected 4 axes"),
        ((1, 4, 4, 2), (2, 2), {}, "weight [2, 2] does not have 4 dimensions"),
        ((1, 4, 4, 2), (2, 5, 5, 2), {}, "a window of [5, 5] does not fit an image of [4, 4]"),
        ((1, 4, 4, 2), (2, 1, 1, 2), {"StrideH": 0}, "option 'StrideH' is 0, expected at least 1"),
        ((1, 4, 4, 2), (2, 1, 1, 2), {"Padding": 7}, "padding is number 7, expected 0 (SAME) or 1 (VALID)"),
        ((1, 4, 4, 2), (2, 1, 1, 2), {"FusedActivationFunction": 9}, "fused activation is number 9, expected 0 to 5"),
        ((1, 4, 4, 2), (2, 3, 3, 2), {}, "output 'y' has shape [1, 4, 4, 2] in the file, but [1, 2, 2, 2] follows"),
    ],
)
def test_convolutions_that_do_not_fit(model, x, w, options, message: str) -> None:
    model.tensor("x", x)
    model.constant("w", w)
    model.tensor("y", (1, 4, 4, 2))
    model.op("CONV_2D", ["x", "w"], ["y"], **options)
    with pytest.raises(NetworkError, match=r"model\.tflite: operator 0 \(CONV_2D\): ") as caught:
        model.load(["x"], ["y"])
    assert message in str(caught.value)


def test_other_products_that_do_not_fit(model) -> None:
    model.tensor("x", (1, 4, 4, 3))
    model.tensor("y", (3, 4))
    model.constant("w", (2, 1, 1, 2))
    model.constant("m", (4, 7))
    model.constant("b", (3,))
    model.constant("m2", (4, 16))
    cases = (
        ("DEPTHWISE_CONV_2D", ["x", "w"], {}, r"filters that are no multiple of the 3 input channels"),
        ("FULLY_CONNECTED", ["x", "m"], {}, r"input \[1, 4, 4, 3\] is no stack of rows of 7"),
        ("FULLY_CONNECTED", ["x", "m2", "b"], {}, r"bias \[3\] does not have one element for each of 4"),
        ("FULLY_CONNECTED", ["x", "m2"], {"KeepNumDims": True}, r"has rows of 3, weight \[4, 16\] takes 16"),
        ("FULLY_CONNECTED", ["x", "m2"], {"WeightsFormat": 1}, "weights are shuffled for a CPU"),
        ("BATCH_MATMUL", ["m", "m2"], {}, r"have inner sizes 7 and 4"),
        ("BATCH_MATMUL", ["b", "m2"], {}, r"not both matrices"),
        ("CONV_2D", ["x", ""], {}, "input 1 is missing"),
    )
    for op_type, inputs, options, message in cases:
        model.operators.clear()
        model.op(op_type, inputs, ["y"], **options)
        with pytest.raises(NetworkError, match=message):
            model.load(["x"], ["y"])
