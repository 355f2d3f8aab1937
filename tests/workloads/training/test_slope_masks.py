"""Masks of slopes: where they are made, what they take, and that gradients stay the same."""

from __future__ import annotations

import numpy as np
import pytest

from tests.workloads.training.execute import Meanings, execute
from tests.workloads.training.small_networks import chain, tiny
from workloads.formats import FP32, INT8
from workloads.load import load_network
from workloads.network import Network
from workloads.tensor import TensorRole
from workloads.training import Stage, TrainingNetwork, UpdateScheme, training_memory, training_network
from workloads.vector_operations import elementwise_operations
from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec


def masks_of(step: TrainingNetwork) -> list[str]:
    return [one.name for one in step.operators_of(Stage.FORWARD) if one.name.endswith(".mask")]


def pooled(activation: str = "relu") -> Network:
    """A rectified convolution that a maximum pooling reads: its values are needed by nothing later."""
    builder = GraphBuilder(name="pooled", format=FP32)
    x = builder.input("x", (2, 3, 8, 8))
    x = builder.conv("conv", x, ConvSpec(filters=4, kernel=3, padding=1, bias=True, activation=activation))
    x = builder.pool("pool", x, PoolSpec(function="max", kernel=2, stride=2))
    return builder.finish((builder.linear("fc", builder.flatten("flat", x), 5),))


def test_a_tensor_that_a_weight_gradient_reads_is_saved_whole():
    """Of fc's input, which is a view of the convolution's output; and between all layers of a chain."""
    assert masks_of(training_network(tiny())) == []
    assert masks_of(training_network(chain(3))) == []


def test_with_biases_alone_a_bit_an_element_is_saved():
    """Three outputs of 64 elements; the loss reads the last as it is."""
    step = training_network(chain(3), update=UpdateScheme(weights=()))

    assert masks_of(step) == ["conv0.mask", "conv1.mask"]
    assert training_memory(step).saved_activation_bytes == 2 * 8 + 64
    assert step.roles["conv0.mask"].forward_operator == "conv0"


def test_a_rectified_tensor_that_is_pooled():
    """4 x 8 x 8 elements of two images, a bit each; positions of 128 maxima, two bits; x and fc's input in fp32."""
    step = training_network(pooled())

    assert masks_of(step) == ["conv.mask"]
    assert training_memory(step).saved_activation_bytes == 512 // 8 + 128 * 2 // 8 + 2 * 192 * 4 + 128 * 4
    (reader,) = (one for one in step.network.operators if "conv.mask" in one.inputs)
    assert (reader.name, reader.inputs[1]) == ("conv.relu_gradient", "conv.mask")


def test_gradients_are_those_of_the_whole_tensor():
    """The slope from the mask against the slope from the tensor itself, worked by hand."""
    step = training_network(pooled())
    rng = np.random.default_rng(1)
    values = {one.name: rng.normal(size=one.shape) for one in step.network.with_role(TensorRole.WEIGHT)}
    values["x"] = rng.normal(size=(2, 3, 8, 8))
    values["fc.labels"] = np.array([[1], [3]])
    known = execute(
        step.network, values, Meanings(moves={"fc.loss_of_label": lambda p, i: np.take_along_axis(p, i, 1)})
    )

    assert set(np.unique(known["conv.mask"])) == {0.0, 1.0}
    before = known[
        step.network.operators[[one.name for one in step.network.operators].index("conv.relu_gradient")].inputs[0]
    ]
    assert np.array_equal(known["conv.relu_gradient"], before * (known["conv"] > 0))


@pytest.mark.parametrize("function", ["relu6", "clip"])
def test_two_bounds_take_two_operations(function):
    assert elementwise_operations(f"{function}_mask", 1) == 2
    assert elementwise_operations("relu_mask", 1) == 1


def test_a_tensor_of_one_bit_needs_no_mask():
    builder = GraphBuilder(name="bits", format=INT8)
    network = builder.finish((builder.conv("conv", builder.input("x", (1, 1, 4, 4)), ConvSpec(filters=1, kernel=1)),))
    assert masks_of(training_network(network)) == []


def test_mobilenet_saves_an_eighth_of_what_slopes_need():
    network = load_network("mobilenet_v2")
    step = training_network(network, update=UpdateScheme(weights=()))
    elements = sum(step.network.tensors[name].num_elements for name in masks_of(step))

    assert len(masks_of(step)) == 35  # all that is rectified: stem, 16 expansions, 17 filters of channels, last layer
    assert training_memory(step).saved_activation_bytes < elements / 8 + 3000
