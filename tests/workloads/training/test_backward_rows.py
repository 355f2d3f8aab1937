"""Gradients along rows and windows."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import one_operator
from workloads.errors import UnsupportedOperator
from workloads.operators import Normalisation, Operator, Pooling, PoolingGradient, Reduction, RowGradient, Softmax
from workloads.training import Stage, UpdateScheme, training_network
from workloads.zoo.builder import GraphBuilder, PoolSpec

DY = "y.loss_gradient"
WINDOW = PoolSpec(function="max", kernel=2, stride=2).window([4, 4])


def found(network, scheme=None) -> dict[str, Operator]:
    return {one.name: one for one in training_network(network, update=scheme).network.operators}


def test_layer_normalisation_has_gradients_of_input_scale_and_shift():
    builder = GraphBuilder(name="norm")
    x = builder.linear("fc", builder.input("x", (2, 3, 4)), 4)
    step = training_network(builder.finish((builder.layer_norm("y", x),)))
    by_name = {one.name: one for one in step.network.operators}

    assert by_name["y.input_gradient"].work == RowGradient(function="layer_normalisation", axes=(2,))
    assert by_name["y.input_gradient"].inputs == (DY, "fc", "y.scale")
    assert by_name["y.scale_gradient"].work == Reduction(function="normalisation_parameters", axes=(0, 1))
    assert by_name["y.scale_gradient"].inputs == (DY, "fc")
    assert by_name["y.shift_gradient"].inputs == (DY,)
    assert {step.roles[f"y.{part}_gradient"].stage for part in ("scale", "shift")} == {Stage.WEIGHT_GRADIENT}


def test_a_frozen_batch_normalisation_is_a_factor():
    builder = GraphBuilder(name="norm")
    x = builder.elementwise("a", "mul", builder.input("x", (2, 3, 4, 4)), builder.weight("w", (1,)))
    network = builder.finish((builder.batch_norm("y", x),))
    gradient = found(network, UpdateScheme(frozen=("y",)))["y.input_gradient"]

    assert gradient.work == RowGradient(function="batch_normalisation", axes=())
    assert gradient.inputs == (DY, "y.scale")


def test_normalisation_by_windows_of_channels():
    network = one_operator(Normalisation(function="lrn", axes=(1,)), ((2, 3, 4, 4),), (2, 3, 4, 4))

    assert found(network)["op.input_gradient"].inputs == (DY, "a")


def test_softmax_reads_its_output():
    builder = GraphBuilder(name="inner")
    x = builder.softmax("inner", builder.linear("fc", builder.input("x", (2, 3)), 4))
    gradient = found(builder.finish((builder.activation("y", "tanh", x),)))["inner.input_gradient"]

    assert gradient.inputs == ("y.gradient", "inner")
    assert gradient.work == RowGradient(function="softmax", axes=(1,))


def test_cross_entropy_needs_the_softmax_along_its_own_axis():
    """A softmax along the rows is no end of a classifier: the loss takes its own, and this one has a gradient."""
    network = one_operator(Softmax(axis=0), ((2, 3),), (2, 3))

    assert found(network)["op.input_gradient"].work == RowGradient(function="softmax", axes=(0,))


@pytest.mark.parametrize(
    ("function", "inputs"),
    [
        ("sum", [("op.gradient_view", (DY,)), ("op.gradient_expanded", ("op.gradient_view",))]),
        (
            "mean",
            [
                ("op.gradient_scaled", (DY,)),
                ("op.gradient_view", ("op.gradient_scaled",)),
                ("op.gradient_expanded", ("op.gradient_view",)),
            ],
        ),
        (
            "max",
            [
                ("op.gradient_view", (DY,)),
                ("op.output_view", ("y",)),
                ("op.input_gradient", ("op.gradient_view", "a", "op.output_view")),
            ],
        ),
        ("sum_square", [("op.gradient_view", (DY,)), ("op.input_gradient", ("op.gradient_view", "a"))]),
    ],
)
def test_reductions_spread_or_weigh_their_gradient(function, inputs):
    step = training_network(one_operator(Reduction(function=function, axes=(1,)), ((2, 3, 4),), (2, 4)))
    made = [one for one in step.operators_of(Stage.BACKWARD) if step.roles[one.name].forward_operator == "op"]

    assert [(one.name, one.inputs) for one in made] == inputs
    assert step.network.tensors[made[-1].outputs[0]].shape == (2, 3, 4)


def test_a_cumulative_sum_runs_back():
    work = Reduction(function="cumulative_sum", axes=(1,))

    assert found(one_operator(work, ((2, 3),), (2, 3)))["op.input_gradient"].work == work


@pytest.mark.parametrize(("function", "inputs"), [("max", (DY, "y.positions")), ("average", (DY,))])
def test_pooling_reads_what_was_chosen_or_nothing(function, inputs):
    network = one_operator(Pooling(function=function, window=WINDOW), ((1, 3, 4, 4),), (1, 3, 2, 2))
    gradient = found(network)["op.input_gradient"]

    assert gradient.work == PoolingGradient(function=function, window=WINDOW)
    assert gradient.inputs == inputs


@pytest.mark.parametrize(
    ("work", "output", "message"),
    [
        (Pooling(function="lp", window=WINDOW), (1, 3, 2, 2), r"'op' \(pool\) has no gradient rule: pooling 'lp'"),
        (Reduction(function="prod", axes=(1,)), (1, 4, 4), r"'op' \(reduction\) .*: reduction 'prod'"),
    ],
)
def test_functions_without_a_rule(work, output, message):
    with pytest.raises(UnsupportedOperator, match=message):
        training_network(one_operator(work, ((1, 3, 4, 4),), output))
