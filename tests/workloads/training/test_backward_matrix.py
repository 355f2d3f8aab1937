"""Gradients of convolutions and products: which operands, stored how."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import one_operator
from workloads.errors import UnsupportedOperator
from workloads.operators import Convolution, ConvolutionWeightGradient, Gemm, MatMul, Operator, Reduction
from workloads.training import TrainingNetwork, training_network
from workloads.zoo.builder import ConvSpec, GraphBuilder

WINDOW = ConvSpec(filters=1, kernel=3, stride=2, padding=1).window([8, 8])


def by_name(step: TrainingNetwork) -> dict[str, Operator]:
    return {one.name: one for one in step.network.operators}


@pytest.mark.parametrize("transposed", [False, True])
def test_the_gradient_of_a_convolution_is_a_transposed_one_and_the_other_way_round(transposed):
    builder = GraphBuilder(name="conv")
    wide, narrow = (2, 4, 8, 8), (2, 6, 4, 4)
    a, b = (narrow, wide) if transposed else (wide, narrow)
    x = builder.elementwise("x", "mul", builder.input("in", a), builder.weight("w", (1,)))
    weight, bias = builder.weight("weight", (6, 2, 3, 3)), builder.bias("bias", b[1:2])
    work = Convolution(window=WINDOW, groups=2, transposed=transposed)
    step = training_network(builder.finish((builder._append("op", work, (x, weight, bias), b),)))
    found = by_name(step)

    assert found["op.input_gradient"].work == Convolution(window=WINDOW, groups=2, transposed=not transposed)
    assert found["op.input_gradient"].inputs == ("op.loss_gradient", "weight")
    assert found["op.weight_gradient"].work == ConvolutionWeightGradient(window=WINDOW, groups=2)
    operands = ("x", "op.loss_gradient")
    assert found["op.weight_gradient"].inputs == (operands[::-1] if transposed else operands)
    assert step.network.tensors["op.weight_gradient"].shape == (6, 2, 3, 3)
    assert found["op.bias_gradient"].work == Reduction(function="sum", axes=(0, 2, 3))


@pytest.mark.parametrize("transpose_a", [False, True])
@pytest.mark.parametrize("transpose_b", [False, True])
def test_gradients_of_a_product_have_the_shapes_of_its_matrices(transpose_a, transpose_b):
    """Shape checks of the network prove that the operands fit; 2 x 3 by 3 x 5 are 30 products each time."""
    a, b = ((3, 2) if transpose_a else (2, 3)), ((5, 3) if transpose_b else (3, 5))
    builder = GraphBuilder(name="gemm")
    x, w = builder.elementwise("x", "mul", builder.input("in", a), builder.weight("f", (1,))), builder.weight("w", b)
    work = Gemm(transpose_a=transpose_a, transpose_b=transpose_b)
    step = training_network(builder.finish((builder._append("op", work, (x, w), (2, 5)),)))

    assert step.network.tensors["op.input_gradient"].shape == a
    assert step.network.tensors["op.weight_gradient"].shape == b
    assert {type(by_name(step)[f"op.{part}_gradient"].work) for part in ("input", "weight")} == {Gemm}


def test_a_layer_of_deep_tensors_has_one_product_for_its_weights():
    """(2, 7, 3) by (3, 5): views of 14 rows, so that batch and positions are summed inside the product."""
    builder = GraphBuilder(name="deep")
    step = training_network(builder.finish((builder.linear("fc", builder.input("x", (2, 7, 3)), 5),)))
    found = by_name(step)

    assert found["fc.weight_gradient"].inputs == ("fc.input_rows", "fc.gradient_rows")
    assert found["fc.weight_gradient"].work == Gemm(transpose_a=True)
    assert found["fc.input_rows"].kind == found["fc.gradient_rows"].kind == "view"
    assert found["fc.gradient_reduced2"].work == Reduction(function="sum", axes=(0, 1))


def test_products_of_activations_stay_batched():
    builder = GraphBuilder(name="scores")
    x = builder.input("x", (2, 7, 4))
    q, k = (builder.linear(name, x, 4) for name in "qk")
    step = training_network(builder.finish((builder.matmul("scores", q, k, transpose_b=True),)))
    found = by_name(step)

    assert found["scores.input_gradient"].work == MatMul()
    assert found["scores.input_gradient"].inputs == ("scores.loss_gradient", "k")
    assert found["scores.input_gradient1"].work == MatMul(transpose_a=True)
    assert found["scores.input_gradient1"].inputs == ("scores.loss_gradient", "q")


def test_a_product_with_a_vector_is_named():
    network = one_operator(MatMul(), ((2, 3), (3,)), (2,))

    with pytest.raises(
        UnsupportedOperator, match=r"'op' \(matmul\) .* a product of \[2, 3\] and \[3\], expected two axes"
    ):
        training_network(network)
