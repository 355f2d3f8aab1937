"""Which tensor is which operand, and what of the operand's bits each is."""

from __future__ import annotations

import pytest

from workloads.formats import INT8
from workloads.loop_nest import MatrixNest, nests_of
from workloads.nest_operands import NestOperands, nest_operands
from workloads.network import Network
from workloads.operators import (
    ConvolutionWeightGradient,
    Operator,
    OperatorKind,
    Recurrent,
    Reduction,
    RowGradient,
)
from workloads.tensor import Tensor, TensorRole
from workloads.zoo import registry
from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec


def parts(network: Network, name: str) -> list[NestOperands]:
    """By alternative nest of operator ``name``."""
    operator = next(one for one in network.operators if one.name == name)
    return [nest_operands(operator, network.tensors, nest) for nest in nests_of(operator, network.tensors)]


def operands(inputs=(), weights=(), residents=(), outputs=()) -> NestOperands:
    return NestOperands(inputs=dict(inputs), weights=dict(weights), residents=dict(residents), outputs=dict(outputs))


def test_convolution_and_its_unfolded_twin():
    builder = GraphBuilder(name="conv")
    x = builder.conv("conv", builder.input("x", (1, 2, 4, 4)), ConvSpec(filters=3, kernel=3))
    expected = operands({"x": 1.0}, {"conv.weight": 1.0}, {"conv.bias": 1.0}, {"conv": 1.0})

    assert parts(builder.finish((x,)), "conv") == [expected, expected]


def test_product_with_and_without_bias():
    builder = GraphBuilder(name="gemm")
    x = builder.linear("with", builder.input("x", (4, 8)), 2)
    network = builder.finish((builder.linear("without", x, 2, bias=False),))

    assert parts(network, "with") == [
        operands({"x": 1.0}, {"with.weight": 1.0}, {"with.bias": 1.0}, {"with": 1.0}),
    ]
    assert parts(network, "without") == [operands({"with": 1.0}, {"without.weight": 1.0}, {}, {"without": 1.0})]


def test_product_of_activations_and_one_that_is_swapped():
    builder = GraphBuilder(name="matmul")
    q, k = builder.input("q", (2, 4, 8)), builder.input("k", (2, 8, 4))
    both = builder.matmul("both", q, k)
    swapped = builder.matmul("swapped", builder.weight("w", (2, 4, 4)), both)
    network = builder.finish((swapped, builder.matmul("square", both, both)))

    assert parts(network, "both") == [operands({"q": 1.0}, {"k": 1.0}, {}, {"both": 1.0})]
    assert parts(network, "swapped") == [operands({"both": 1.0}, {"w": 1.0}, {}, {"swapped": 1.0})]
    assert parts(network, "square") == [operands({"both": 1.0}, {"both": 1.0}, {}, {"square": 1.0})]


def recurrent_network() -> Network:
    """4 gates, 3 inputs and 4 hidden units: w 48 weights, r 64; results 40 and a last state 8."""
    shapes = {
        "x": ((5, 2, 3), TensorRole.INPUT),
        "w": ((1, 16, 3), TensorRole.WEIGHT),
        "r": ((1, 16, 4), TensorRole.WEIGHT),
        "b": ((1, 32), TensorRole.WEIGHT),
        "h0": ((1, 2, 4), TensorRole.INPUT),
        "y": ((5, 1, 2, 4), TensorRole.OUTPUT),
        "h": ((1, 2, 4), TensorRole.OUTPUT),
    }
    work = Recurrent(num_gates=4, num_steps=5, batch=2, input_size=3, hidden_size=4)
    return Network(
        name="recurrent",
        operators=(Operator(name="lstm", work=work, inputs=("x", "w", "r", "b", "h0"), outputs=("y", "h")),),
        tensors={
            name: Tensor(name=name, shape=shape, format=INT8, role=role) for name, (shape, role) in shapes.items()
        },
    )


def test_recurrent_cell_has_two_weights_and_two_results():
    assert parts(recurrent_network(), "lstm") == [
        operands({"x": 1.0}, {"w": 48 / 112, "r": 64 / 112}, {"b": 32 / 40, "h0": 8 / 40}, {"y": 40 / 48, "h": 8 / 48})
    ]


def test_windows_rows_and_reductions():
    builder = GraphBuilder(name="rows")
    image = builder.pool("pool", builder.input("x", (1, 2, 4, 4)), PoolSpec(function="max", kernel=2, stride=2))
    x = builder.flatten("flat", image)
    x = builder.softmax("softmax", x)
    x = builder.layer_norm("norm", x)
    network = builder.finish((x,))

    assert parts(network, "pool") == [operands({"x": 1.0}, outputs={"pool": 1.0})]
    assert parts(network, "softmax") == [operands({"flat": 1.0}, outputs={"softmax": 1.0})] * 2
    norm = operands({"softmax": 1.0}, {}, {"norm.scale": 0.5, "norm.shift": 0.5}, {"norm": 1.0})
    assert parts(network, "norm") == [norm, norm]


def test_reduction():
    tensors = {
        "x": Tensor(name="x", shape=(4, 8), format=INT8, role=TensorRole.INPUT),
        "y": Tensor(name="y", shape=(4,), format=INT8, role=TensorRole.OUTPUT),
    }
    work = Reduction(function="mean", axes=(1,))
    network = Network(
        name="mean",
        operators=(Operator(name="mean", work=work, inputs=("x",), outputs=("y",)),),
        tensors=tensors,
    )

    assert parts(network, "mean") == [operands({"x": 1.0}, outputs={"y": 1.0})]


def test_normalisation_whose_statistics_are_given():
    builder = GraphBuilder(name="batch_norm")
    network = builder.finish((builder.batch_norm("norm", builder.input("x", (1, 2, 4, 4))),))

    assert parts(network, "norm") == [operands({"x": 1.0}, {}, {"norm.scale": 0.5, "norm.shift": 0.5}, {"norm": 1.0})]


def test_element_wise_operands_of_one_size():
    builder = GraphBuilder(name="add")
    x, y = builder.input("x", (4, 8)), builder.input("y", (4, 8))
    total = builder.elementwise("add", "add", x, y)
    network = builder.finish((builder.elementwise("twice", "add", total, total), builder.activation("act", "tanh", x)))

    assert parts(network, "add") == [operands({"x": 0.5, "y": 0.5}, outputs={"add": 1.0})]
    assert parts(network, "twice") == [operands({"add": 1.0}, outputs={"twice": 1.0})]
    assert parts(network, "act") == [operands({"x": 1.0}, outputs={"act": 1.0})]


def test_broadcast_operand_kept_or_streamed_again():
    # 32 elements and a row of 8: kept once, or 8 bits with every element
    builder = GraphBuilder(name="broadcast")
    x, row = builder.input("x", (4, 8)), builder.input("row", (8,))
    network = builder.finish((builder.elementwise("add", "add", x, row),))

    assert parts(network, "add") == [
        operands({"x": 1.0}, {}, {"row": 1.0}, {"add": 1.0}),
        operands({"x": 0.5, "row": 0.5}, {}, {}, {"add": 1.0}),
    ]


def test_nothing_but_broadcast_operands():
    builder = GraphBuilder(name="outer")
    col, row = builder.input("col", (4, 1)), builder.input("row", (1, 8))
    network = builder.finish((builder.elementwise("add", "add", col, row),))

    assert parts(network, "add") == [
        operands({}, {}, {"col": 4 / 12, "row": 8 / 12}, {"add": 1.0}),
        operands({"col": 0.5, "row": 0.5}, {}, {}, {"add": 1.0}),
    ]


def test_concatenation_by_size_a_tensor_read_twice_twice():
    # 2, 6 and 2 channels, and the first again: 4 of 12
    builder = GraphBuilder(name="concat")
    a, b = builder.input("a", (1, 2, 3, 3)), builder.input("b", (1, 6, 3, 3))
    network = builder.finish((builder.concat("plain", a, b), builder.concat("twice", a, b, a)))

    assert parts(network, "plain") == [operands({"a": 2 / 8, "b": 6 / 8}, outputs={"plain": 1.0})]
    assert parts(network, "twice") == [operands({"a": 4 / 10, "b": 6 / 10}, outputs={"twice": 1.0})]


def test_split_has_several_results():
    builder = GraphBuilder(name="split")
    x = builder.input("x", (1, 8))
    builder.move("kept", OperatorKind.SLICE, (x,), (1, 3))
    network = builder.finish((builder.move("padded", OperatorKind.PAD, (x,), (1, 9)),))
    shapes = {"x": (1, 8), "left": (1, 2), "right": (1, 6)}
    roles = {"x": TensorRole.INPUT}
    work = next(one.work for one in network.operators if one.name == "padded")
    split = Network(
        name="split",
        operators=(Operator(name="split", work=work, inputs=("x",), outputs=("left", "right")),),
        tensors={
            name: Tensor(name=name, shape=shape, format=INT8, role=roles.get(name, TensorRole.OUTPUT))
            for name, shape in shapes.items()
        },
    )

    assert parts(network, "kept") == [operands({"x": 1.0}, outputs={"kept": 1.0})]
    assert parts(split, "split") == [operands({"x": 1.0}, outputs={"left": 0.25, "right": 0.75})]


def test_gather_reads_what_it_writes_and_its_indices():
    # 3 indices of a byte, rows of 5: 15 bytes of the table of 50, 3 of indices
    builder = GraphBuilder(name="gather")
    table, indices = builder.input("table", (10, 5)), builder.input("indices", (3,))
    network = builder.finish((builder.gather("rows", table, indices),))

    assert parts(network, "rows") == [operands({"table": 15 / 18, "indices": 3 / 18}, outputs={"rows": 1.0})]


NETWORKS = ["resnet9", "mobilenet_v2", "mobilenet_v3_large", "densenet121", "bert_base", "vit_small", "llama_7b_decode"]


@pytest.mark.parametrize("name", NETWORKS)
def test_bits_by_tensor_add_up_to_the_nests(name):
    network = registry.build(name)
    seen = set()
    for operator in network.operators:
        for nest in nests_of(operator, network.tensors):
            found = nest_operands(operator, network.tensors, nest)
            check(operator, network, nest, found)
            seen.add(operator.kind)
    assert len(seen) >= 3


def check(operator: Operator, network: Network, nest, found: NestOperands) -> None:
    """Shares times the nest's bits are whole tensors, once, or several times where the nest says so."""
    tensors = network.tensors
    for shares in (found.inputs, found.weights, found.residents, found.outputs):
        assert sum(shares.values()) == pytest.approx(1.0 if shares else 0.0)
    assert set(found.outputs) == set(operator.outputs)
    assert {*found.inputs, *found.weights, *found.residents} == set(operator.inputs)
    for name, share in found.residents.items():
        assert share * nest.resident_bits == pytest.approx(tensors[name].size_bits)
    if isinstance(nest, MatrixNest):
        assert len(found.inputs) == 1
        return
    assert not found.weights
    if nest.axes:  # bits are of one element
        assert list(found.inputs) == [operator.inputs[0]]
        return
    positions = tensors[operator.outputs[0]].num_elements
    for name, share in found.inputs.items():
        one = tensors[name]
        times = share * nest.input_bits / one.size_bits
        if operator.kind in (OperatorKind.SLICE, OperatorKind.GATHER):
            assert times <= 1 or name == operator.inputs[0]
        elif operator.kind is OperatorKind.ELEMENTWISE:
            assert times == pytest.approx(positions / one.num_elements)
        else:
            assert times == pytest.approx(1) or times == pytest.approx(2)
    for name, share in found.outputs.items():
        assert share * nest.output_bits == pytest.approx(tensors[name].size_bits)


def test_row_gradient_streams_what_was_saved_and_keeps_parameters():
    tensors = {
        name: Tensor(name=name, shape=shape, format=INT8, role=TensorRole.ACTIVATION)
        for name, shape in {"dy": (5, 4), "x": (5, 4), "scale": (4,), "dx": (5, 4)}.items()
    }
    work = RowGradient(function="layer_normalisation", axes=(1,))
    operator = Operator(name="op", work=work, inputs=("dy", "x", "scale"), outputs=("dx",))
    expected = operands({"dy": 0.5, "x": 0.5}, {}, {"scale": 1.0}, {"dx": 1.0})

    assert [nest_operands(operator, tensors, nest) for nest in nests_of(operator, tensors)] == [expected, expected]


def test_weight_gradient_multiplies_the_wide_tensor_by_the_narrow_one():
    tensors = {
        name: Tensor(name=name, shape=shape, format=INT8, role=TensorRole.ACTIVATION)
        for name, shape in {"x": (1, 2, 4, 4), "dy": (1, 3, 4, 4), "dw": (3, 2, 1, 1)}.items()
    }
    window = ConvSpec(filters=3, kernel=1).window([4, 4])
    work = ConvolutionWeightGradient(window=window)
    operator = Operator(name="op", work=work, inputs=("x", "dy"), outputs=("dw",))
    expected = operands({"x": 1.0}, {"dy": 1.0}, {}, {"dw": 1.0})

    assert [nest_operands(operator, tensors, nest) for nest in nests_of(operator, tensors)] == [expected, expected]
