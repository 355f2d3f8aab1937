"""Parts of weights by hand."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import tiny
from workloads.operators import Gemm, MatMul
from workloads.training import ChannelAxis, ChannelShare, Stage, UpdateScheme, training_memory, training_network
from workloads.training.channel_parts import WHOLE, TrainedPart, input_part_shape, part_of
from workloads.zoo.builder import ConvSpec, GraphBuilder

INPUT, OUTPUT = ChannelAxis.INPUT, ChannelAxis.OUTPUT


@pytest.mark.parametrize(
    ("groups", "axis", "num_channels", "read"),
    [(1, OUTPUT, 4, 12), (1, INPUT, 6, 6), (4, OUTPUT, 4, 6), (4, INPUT, 4, 6)],
)
def test_half_of_a_convolution(groups, axis, num_channels, read):
    """12 channels to 8; in 4 groups, half are two groups: 4 filters that read 6 channels."""
    builder = GraphBuilder(name="conv")
    x = builder.conv("conv", builder.input("x", (2, 12, 4, 4)), ConvSpec(filters=8, kernel=1, groups=groups))
    network = builder.finish((x,))
    part = part_of(network.operators[0], network.tensors, 0.5, axis)

    assert part == TrainedPart(num_channels=num_channels, axis=axis)
    assert input_part_shape(network.operators[0], network.tensors, part) == (2, read, 4, 4)


@pytest.mark.parametrize(("work", "shape"), [(Gemm(), (6, 10)), (Gemm(transpose_b=True), (10, 6)), (MatMul(), (6, 10))])
@pytest.mark.parametrize(("axis", "num_channels"), [(OUTPUT, 5), (INPUT, 3)])
def test_half_of_a_matrix(work, shape, axis, num_channels):
    builder = GraphBuilder(name="product")
    x = builder._append("op", work, (builder.input("x", (4, 6)), builder.weight("w", shape)), (4, 10))
    network = builder.finish((x,))
    part = part_of(network.operators[0], network.tensors, 0.5, axis)
    gradient = training_network(
        network, update=UpdateScheme(channel_shares=(ChannelShare(layers="op", fraction=0.5, axis=axis),))
    ).network.tensors["op.weight_gradient"]

    assert part == TrainedPart(num_channels=num_channels, axis=axis)
    assert sorted(gradient.shape) == sorted((6, 5) if axis is OUTPUT else (3, 10))


def test_weights_that_are_no_single_matrix_are_not_cut():
    builder = GraphBuilder(name="batched")
    x = builder.matmul("op", builder.input("x", (2, 4, 6)), builder.weight("w", (2, 6, 10)))
    network = builder.finish((x,))

    assert part_of(network.operators[0], network.tensors, 0.5, OUTPUT) == WHOLE


def test_a_part_of_the_input_is_copied_in_the_forward_pass_and_saved():
    """Of conv's 48 activations fc saves 24; conv saves one of two channels of x, 16; ReLU needs its 48, a bit each."""
    shares = (ChannelShare(layers="*", fraction=0.5, axis=INPUT),)
    step = training_network(tiny(), update=UpdateScheme(channel_shares=shares))
    copies = [one.name for one in step.operators_of(Stage.FORWARD) if one.kind == "slice"]

    assert copies == ["conv.input_part", "fc.input_part"]
    assert step.roles["fc.input_part"].forward_operator == "fc"
    assert training_memory(step).saved_activation_bytes == 24 + 16 + 48 // 8
