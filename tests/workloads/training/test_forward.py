"""The forward pass of a step: what its backward pass reads is there to be read."""

from __future__ import annotations

import pytest

from workloads.formats import FP32, parse_format
from workloads.load import load_network
from workloads.loop_nest import lower
from workloads.network import Network
from workloads.operators import Activation, Fusion, Normalisation, Operator, Pooling
from workloads.tensor import TensorRole
from workloads.training import Stage, UpdateScheme, training_network
from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec


def forward(network: Network, scheme: UpdateScheme | None = None) -> tuple[Operator, ...]:
    """Operators of the forward pass, without those that make masks of slopes."""
    found = training_network(network, update=scheme).operators_of(Stage.FORWARD)
    return tuple(one for one in found if not one.name.endswith(".mask"))


def steps(*fusions: tuple[str, int]) -> Network:
    builder = GraphBuilder(name="steps", format=FP32)
    fused = tuple(Fusion(name=f"fc.{name}", function=name, num_operations_per_output=count) for name, count in fusions)
    return builder.finish((builder.linear("fc", builder.input("x", (2, 3)), 4, fusions=fused),))


def shape_of(operators: tuple[Operator, ...]) -> list[tuple[str, list[str]]]:
    return [(one.name, [fusion.function for fusion in one.fusions]) for one in operators]


@pytest.mark.parametrize(
    ("fusions", "expected"),
    [
        ([("relu", 1)], [("fc", ["relu"])]),
        ([("scale", 1), ("relu", 1)], [("fc", ["scale", "relu"])]),
        ([("gelu", 5)], [("fc", []), ("fc.gelu", [])]),
        ([("bias", 1), ("silu", 4), ("scale", 1)], [("fc", ["bias"]), ("fc.silu", []), ("fc.scale", [])]),
        ([("relu", 1), ("tanh", 3)], [("fc", ["relu"]), ("fc.tanh", [])]),
        ([("sigmoid", 0), ("mul", 0), ("silu", 4)], [("fc", ["sigmoid", "mul"]), ("fc.silu", [])]),
        ([("relu", 1), ("scale", 0)], [("fc", ["relu", "scale"])]),
    ],
)
def test_activations_leave_their_operator_where_their_slope_needs_what_it_hides(fusions, expected):
    assert shape_of(forward(steps(*fusions))) == expected


def test_what_is_taken_out_is_read_by_the_slope():
    """The layer writes its sums, gelu reads them, and so does its slope: 10 operations for each of 8 elements."""
    step = training_network(steps(("gelu", 5)))
    by_name = {one.name: one for one in step.network.operators}
    (nest,) = lower(by_name["fc.gelu.gradient"], step.network.tensors)

    assert by_name["fc"].outputs == ("fc.before_gelu",)
    assert by_name["fc.gelu"].work == Activation(function="gelu")
    assert by_name["fc.gelu.gradient"].inputs == ("fc.loss_gradient", "fc.before_gelu")
    assert nest.num_operations == 80


def test_what_needs_no_gradient_stays_fused():
    builder = GraphBuilder(name="two", format=FP32)
    gelu = Fusion(name="a.gelu", function="gelu", num_operations_per_output=5)
    x = builder.linear("a", builder.input("x", (2, 3)), 4, fusions=(gelu,))
    network = builder.finish((builder.linear("b", x, 4),))

    assert shape_of(forward(network, UpdateScheme(frozen=("a",)))) == [("a", ["gelu"]), ("b", [])]


@pytest.mark.parametrize(("kernel", "format"), [(1, "uint1"), (2, "uint2"), (3, "uint4"), (5, "uint5")])
def test_maximum_pooling_saves_positions_in_few_bits(kernel, format):
    """9 positions of a 3 x 3 window are told apart by 4 bits, 25 by 5."""
    builder = GraphBuilder(name="pooled")
    x = builder.conv("conv", builder.input("x", (1, 2, 8, 8)), ConvSpec(filters=2, kernel=1))
    x = builder.pool("pool", x, PoolSpec(function="max", kernel=kernel, stride=1))
    step = training_network(builder.finish((x,)))
    positions = step.network.tensors["pool.positions"]

    assert positions.format == parse_format(format)
    assert positions.shape == step.network.tensors["pool"].shape
    pools = [one for one in step.network.operators if isinstance(one.work, Pooling)]
    assert [one.outputs for one in pools] == [("pool", "pool.positions")]


def standalone() -> Network:
    builder = GraphBuilder(name="norms")
    x = builder.batch_norm("norm", builder.input("x", (2, 3, 4, 4)))
    return builder.finish((builder.conv("conv", x, ConvSpec(filters=2, kernel=1)),))


def test_batch_normalisation_that_is_trained_takes_the_statistics_of_the_batch():
    norm = forward(standalone())[0]

    assert norm.work == Normalisation(function="batch_normalisation", axes=(0, 2, 3))
    assert norm.inputs == ("x", "norm.scale", "norm.shift")


def test_batch_normalisation_of_which_nothing_is_trained_keeps_its_own():
    norm = forward(standalone(), UpdateScheme(frozen=("norm",)))[0]

    assert norm.work == Normalisation(function="batch_normalisation")


def test_given_statistics_of_a_file_are_dropped():
    """The light models normalise by two tables of statistics, which training does not read."""
    network = load_network("light:resnet50", fuse=False)
    step = training_network(network)
    norms = [one for one in step.operators_of(Stage.FORWARD) if isinstance(one.work, Normalisation)]

    assert {len(one.inputs) for one in norms} == {3}
    assert {len(one.work.axes) for one in norms if isinstance(one.work, Normalisation)} == {3}
    assert len(step.network.with_role(TensorRole.INPUT)) == 2  # the image and its label
