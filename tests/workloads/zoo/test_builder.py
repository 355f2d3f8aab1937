"""The graph builder: shapes, roles and parameters of single operators, by hand."""

from __future__ import annotations

import pytest

from workloads.errors import NetworkError
from workloads.formats import FP16, INT32
from workloads.loop_nest import VectorNest, lower
from workloads.operators import OperatorKind
from workloads.tensor import TensorRole
from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec, fused


def test_example_of_the_docstring() -> None:
    builder = GraphBuilder(name="tiny")
    x = builder.input("x", (1, 3, 8, 8))
    x = builder.conv("conv", x, ConvSpec(filters=16, kernel=3, padding=1, activation="relu"))
    assert builder.shape(x) == (1, 16, 8, 8)
    network = builder.finish((builder.linear("fc", builder.flatten("flat", x), 10),))
    assert network.tensors["fc"].role is TensorRole.OUTPUT
    assert [operator.kind for operator in network.operators] == [
        OperatorKind.CONV,
        OperatorKind.VIEW,
        OperatorKind.GEMM,
    ]
    assert network.num_parameters == (16 * 27 + 16) + (1024 * 10 + 10)


def test_batch_norm_keeps_its_parameters() -> None:
    """27 x 16 weights, 16 shifts that are the bias now, 16 scales that are no tensor any more."""
    builder = GraphBuilder(name="bn")
    x = builder.conv("conv", builder.input("x", (1, 3, 8, 8)), ConvSpec(filters=16, kernel=3, batch_norm=True))
    network = builder.finish((x,))
    assert builder.shape(x) == (1, 16, 6, 6)
    assert network.num_parameters == 27 * 16 + 16 + 16
    assert [(fusion.function, fusion.num_folded_parameters) for fusion in network.fusions] == [
        ("batch_normalisation", 16)
    ]


def test_strides_groups_and_pooling() -> None:
    builder = GraphBuilder(name="windows")
    x = builder.input("x", (2, 8, 15, 15))
    y = builder.conv("conv", x, ConvSpec(filters=16, kernel=3, stride=2, padding=1, groups=4))
    assert builder.shape("conv.weight") == (16, 2, 3, 3)
    assert builder.shape(y) == (2, 16, 8, 8)
    assert builder.shape(builder.pool("pool", y, PoolSpec(function="max", kernel=3, stride=2))) == (2, 16, 3, 3)
    assert builder.shape(builder.global_pool("mean", y)) == (2, 16)


def test_products() -> None:
    builder = GraphBuilder(name="products", format=FP16)
    x = builder.input("x", (2, 4, 5, 8))
    scores = builder.matmul("scores", x, builder.input("keys", (2, 4, 7, 8)), transpose_b=True)
    assert builder.shape(scores) == (2, 4, 5, 7)
    assert builder.shape(builder.matmul("context", scores, builder.input("values", (2, 4, 7, 8)))) == (2, 4, 5, 8)
    assert builder.shape(builder.linear("linear", x, 3, bias=False)) == (2, 4, 5, 3)
    network = builder.finish(("linear",))
    assert {operator.kind for operator in network.operators} == {OperatorKind.MATMUL}
    assert "linear.bias" not in network.tensors


def test_pointwise_and_moved() -> None:
    builder = GraphBuilder(name="moved")
    x = builder.gather("rows", builder.weight("table", (9, 4)), builder.input("ids", (2, 3), INT32))
    assert builder.shape(x) == (2, 3, 4)
    assert builder.shape(builder.transpose("turned", x, (2, 0, 1))) == (4, 2, 3)
    assert builder.shape(builder.elementwise("sum", "add", x, builder.weight("row", (4,)))) == (2, 3, 4)
    assert builder.shape(builder.softmax("softmax", x)) == (2, 3, 4)
    assert builder.shape(builder.activation("gelu", "gelu", x)) == (2, 3, 4)
    assert builder.shape(builder.layer_norm("norm", x)) == builder.shape(builder.rms_norm("rms", x)) == (2, 3, 4)
    network = builder.finish(("turned", "sum", "softmax", "gelu", "norm", "rms"))
    assert network.num_parameters == 9 * 4 + 4 + 2 * 4 + 4


def test_fused_activation_of_an_addition_takes_a_vector_operation() -> None:
    """10 additions and 10 maxima."""
    builder = GraphBuilder(name="fused")
    x = builder.input("x", (1, 10))
    network = builder.finish((builder.elementwise("sum", "add", x, x, fusions=(fused("relu", "relu"),)),))
    (nest,) = lower(network.operators[0], network.tensors)  # type: ignore[misc]
    assert isinstance(nest, VectorNest)
    assert nest.num_operations == 20


def test_three_axes() -> None:
    """3 x 4 weights of a 3 x 1 x 1 kernel over 2 channels; the mean over 4 x 6 x 6 positions."""
    builder = GraphBuilder(name="clip")
    x = builder.input("x", (1, 2, 8, 6, 6))
    x = builder.conv("conv", x, ConvSpec(filters=4, kernel=(3, 1, 1), stride=(2, 1, 1), padding=(1, 0, 0), bias=False))
    assert builder.shape(x) == (1, 4, 4, 6, 6)
    assert builder.shape(builder.pool_image("image", x)) == (1, 4, 1, 1, 1)
    assert builder.shape(builder.global_pool("mean", x)) == (1, 4)
    network = builder.finish(("image", "mean.flatten"))
    assert network.num_parameters == 3 * 2 * 4
    assert "conv.bias" not in network.tensors


def test_channels_are_normalised_concatenated_and_resized() -> None:
    builder = GraphBuilder(name="channels")
    x, y = builder.input("x", (2, 8, 5, 5)), builder.input("y", (2, 3, 5, 5))
    assert builder.shape(builder.concat("both", x, y, x)) == (2, 19, 5, 5)
    assert builder.shape(builder.batch_norm("norm", "both")) == (2, 19, 5, 5)
    assert builder.shape(builder.resize("resize", "norm", (9, 10))) == (2, 19, 9, 10)
    network = builder.finish(("resize",))
    assert network.num_parameters == 2 * 19
    (nest,) = lower(network.operators[-1], network.tensors)  # type: ignore[misc]
    assert nest.num_operations == 4 * 2 * 19 * 90  # four taps an element


def test_a_size_that_vanishes_is_an_error() -> None:
    builder = GraphBuilder(name="small")
    with pytest.raises(NetworkError, match=r"tensor 'conv': dimension 2 is -1, expected at least 1"):
        builder.conv("conv", builder.input("x", (1, 3, 3, 3)), ConvSpec(filters=4, kernel=5))
