"""Which parameters are trained, and what a scheme spares the backward pass."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import chain, tiny
from workloads.errors import ConfigError
from workloads.formats import FP32
from workloads.operators import Convolution
from workloads.training import ChannelShare, Stage, UpdateScheme, training_memory, training_network
from workloads.training.channel_parts import TrainedPart
from workloads.training.update_scheme import trained_parts
from workloads.zoo.builder import ConvSpec, GraphBuilder


def trained(scheme: UpdateScheme) -> set[str]:
    return set(trained_parts(tiny(), scheme))


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (UpdateScheme(), {"conv.weight", "conv.bias", "fc.weight", "fc.bias"}),
        (UpdateScheme(weights=()), {"conv.bias", "fc.bias"}),
        (UpdateScheme(biases=(), frozen=("c*",)), {"fc.weight"}),
        (UpdateScheme(weights=("fc",)), {"conv.bias", "fc.weight", "fc.bias"}),
    ],
)
def test_globs_choose_weights_and_biases(scheme, expected):
    assert trained(scheme) == expected


def test_shifts_and_added_constants_are_biases():
    builder = GraphBuilder(name="biases")
    x = builder.elementwise("place", "add", builder.input("x", (2, 3)), builder.weight("table", (3,)))
    x = builder.elementwise("gain", "mul", builder.layer_norm("norm", x), builder.weight("factor", (3,)))
    network = builder.finish((x,))

    assert set(trained_parts(network, UpdateScheme(weights=()))) == {"table", "norm.shift"}
    assert set(trained_parts(network, UpdateScheme(biases=()))) == {"factor", "norm.scale"}


def test_no_backward_pass_below_the_lowest_trained_layer():
    step = training_network(chain(5), update=UpdateScheme(weights=("conv3",), biases=()))
    touched = {step.roles[one.name].forward_operator for one in step.operators_of(Stage.BACKWARD)}

    assert touched == {"conv3", "conv4"}
    assert [one.name for one in step.operators_of(Stage.WEIGHT_GRADIENT)] == ["conv3.weight_gradient"]


def test_biases_alone_save_slopes_only():
    """The chain's ReLUs need their outputs, of 64 bytes each, from conv0 to conv4; the input is not saved."""
    builder = GraphBuilder(name="biased")
    x = builder.input("x", (1, 4, 4, 4))
    for index in range(3):
        x = builder.conv(f"conv{index}", x, ConvSpec(filters=4, kernel=1, bias=True))
    network = builder.finish((x,))

    assert training_memory(training_network(network)).saved_activation_bytes == 3 * 64
    assert training_memory(training_network(network, update=UpdateScheme(weights=()))).saved_activation_bytes == 0


@pytest.mark.parametrize(("fraction", "num_channels"), [(0.5, 2), (0.26, 2), (0.01, 1), (1.0, None)])
def test_a_share_of_channels_rounds_up(fraction, num_channels):
    parts = trained_parts(chain(1), UpdateScheme(channel_shares=(ChannelShare(layers="conv0", fraction=fraction),)))

    assert parts["conv0.weight"] == TrainedPart(num_channels=num_channels)


def test_a_share_of_a_grouped_convolution_is_whole_groups():
    """0.3 of 4 groups are 2 of them: 4 of 8 channels, which read 6 of 12 channels of the input."""
    builder = GraphBuilder(name="grouped", format=FP32)
    x = builder.conv("conv", builder.input("x", (1, 12, 4, 4)), ConvSpec(filters=8, kernel=1, groups=4))
    shares = (ChannelShare(layers="conv", fraction=0.3),)
    step = training_network(builder.finish((x,)), update=UpdateScheme(channel_shares=shares))

    assert step.network.tensors["conv.weight_gradient"].shape == (4, 3, 1, 1)
    assert step.network.tensors["conv.input_part"].shape == (1, 6, 4, 4)


@pytest.mark.parametrize(("groups", "gradient"), [(1, (4, 3, 2, 2)), (2, (2, 3, 2, 2))])
def test_a_share_of_a_transposed_convolution(groups, gradient):
    """Half of 6 channels: 3 of each of 4 input channels' filters; or one of two groups of 3."""
    builder = GraphBuilder(name="up")
    window = ConvSpec(filters=1, kernel=2, stride=2).window([6, 6])
    w = builder.weight("up.weight", (4, 6 // groups, 2, 2))
    work = Convolution(window=window, groups=groups, transposed=True)
    up = builder._append("up", work, (builder.input("x", (1, 4, 3, 3)), w), (1, 6, 6, 6))
    shares = (ChannelShare(layers="up", fraction=0.5),)
    step = training_network(builder.finish((up,)), update=UpdateScheme(channel_shares=shares))

    assert step.network.tensors["up.weight_gradient"].shape == gradient
    assert step.network.tensors["up.weight.updated"].shape == gradient


def test_a_share_shrinks_gradient_states_and_work():
    """Half of 5 outputs, rounded up: 3 of them, 48 weights each, in a Gemm of that width; biases stay whole."""
    shares = (ChannelShare(layers="fc", fraction=0.5),)
    step = training_network(tiny(), optimiser="momentum", update=UpdateScheme(channel_shares=shares))

    assert step.network.tensors["fc.weight_gradient"].shape == (48, 3)
    assert step.network.tensors["fc.weight.momentum"].shape == (48, 3)
    assert step.network.tensors["fc.bias.updated"].shape == (5,)
    assert step.replaced["fc.weight.updated"] == "fc.weight"


def test_constants_that_are_no_parameters_are_not_trained():
    builder = GraphBuilder(name="constant")
    x = builder.linear("fc", builder.input("x", (2, 3)), 3)
    network = builder.finish((builder.elementwise("masked", "add", x, builder.weight("mask", (3,))),))
    from dataclasses import replace

    mask = replace(network.tensors["mask"], num_file_parameters=0)
    network = replace(network, tensors={**network.tensors, "mask": mask})

    assert set(trained_parts(network, UpdateScheme())) == {"fc.weight", "fc.bias"}


def test_everything_frozen():
    with pytest.raises(ConfigError, match="freezes all of network 'tiny'; expected at least one trained parameter"):
        trained(UpdateScheme(frozen=("*",)))


@pytest.mark.parametrize(
    ("field", "scheme"),
    [
        ("weights", UpdateScheme(weights=("fd",))),
        ("biases", UpdateScheme(biases=("fd",))),
        ("frozen", UpdateScheme(frozen=("fd",))),
        ("channel_shares", UpdateScheme(channel_shares=(ChannelShare(layers="fd", fraction=0.5),))),
    ],
)
def test_a_glob_that_names_nothing(field, scheme):
    with pytest.raises(ConfigError, match=f"{field} names 'fd', which is no operator of network 'tiny'; nearest: 'fc'"):
        trained(scheme)


@pytest.mark.parametrize("fraction", [0, -0.5, 1.5])
def test_a_share_outside_its_range(fraction):
    with pytest.raises(ConfigError, match=rf"fraction of 'fc' is {fraction}, expected in \(0, 1\]"):
        ChannelShare(layers="fc", fraction=fraction)


def test_a_part_of_a_weight_that_two_operators_read():
    builder = GraphBuilder(name="tied")
    w = builder.weight("w", (3, 3))
    x = builder.matmul("b", builder.matmul("a", builder.input("x", (2, 3)), w), w)
    scheme = UpdateScheme(channel_shares=(ChannelShare(layers="*", fraction=0.5),))

    with pytest.raises(ConfigError, match=r"weight 'w' is read by 'a', 'b'; a part of its channels"):
        trained_parts(builder.finish((x,)), scheme)
