"""Losses: which operators they take, and where they begin."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import one_operator
from workloads.errors import NetworkError
from workloads.formats import INT8, INT32
from workloads.network import Network
from workloads.operators import Reduction
from workloads.tensor import TensorRole
from workloads.training import Stage, TrainingNetwork, training_network
from workloads.zoo.builder import ConvSpec, GraphBuilder


def kinds(step: TrainingNetwork) -> list[str]:
    return [str(one.kind) for one in step.operators_of(Stage.LOSS)]


def logits(shape: tuple[int, ...]) -> Network:
    builder = GraphBuilder(name="logits")
    x = builder.elementwise("y", "mul", builder.input("x", shape), builder.weight("w", (1,)))
    return builder.finish((x,))


@pytest.mark.parametrize(
    ("shape", "labels", "axis"),
    [((2, 5), (2, 1), 1), ((2, 7, 5), (2, 7, 1), 2), ((2, 5, 8, 8), (2, 1, 8, 8), 1), ((5,), (1,), 0)],
)
def test_cross_entropy_has_one_label_for_each_row_of_classes(shape, labels, axis):
    step = training_network(logits(shape))
    label = step.network.tensors["y.labels"]

    assert (label.shape, label.format, label.role) == (labels, INT32, TensorRole.INPUT)
    assert kinds(step) == ["softmax", "gather", "activation", "reduction", "elementwise"]
    assert step.operators_of(Stage.LOSS)[0].work.axis == axis
    assert step.network.tensors["y.loss"].shape == ()
    assert step.network.tensors["y.loss"].role is TensorRole.OUTPUT


def test_a_softmax_at_the_end_is_the_losss_own():
    builder = GraphBuilder(name="classified")
    x = builder.linear("fc", builder.input("x", (2, 3)), 4)
    step = training_network(builder.finish((builder.softmax("probabilities", x),)))

    assert kinds(step) == ["gather", "activation", "reduction", "elementwise"]
    assert not any(one.kind == "row_gradient" for one in step.network.operators)
    gradient = next(one for one in step.network.operators if one.name == "fc.weight_gradient")
    assert gradient.inputs == ("x", "probabilities.loss_gradient")


def test_mean_squared_compares_with_targets():
    step = training_network(logits((2, 5)), loss="mean_squared")
    targets = step.network.tensors["y.targets"]

    assert (targets.shape, targets.format, targets.role) == ((2, 5), INT8, TensorRole.INPUT)
    assert kinds(step) == ["elementwise", "reduction", "elementwise"]


def test_each_output_that_nobody_reads_has_a_loss():
    """Features that a later layer reads are no results, and leave no more."""
    builder = GraphBuilder(name="heads")
    x = builder.conv("features", builder.input("x", (1, 2, 4, 4)), ConvSpec(filters=2, kernel=1))
    heads = tuple(builder.conv(name, x, ConvSpec(filters=3, kernel=1)) for name in ("a", "b"))
    step = training_network(builder.finish((x, *heads)))
    outputs = {tensor.name for tensor in step.network.with_role(TensorRole.OUTPUT)}

    assert {"a.loss", "b.loss"} <= outputs
    assert not {"features", "features.loss", "a", "b"} & outputs


def test_cross_entropy_of_a_number():
    network = one_operator(Reduction(function="sum", axes=(0,)), ((3,),), ())

    with pytest.raises(NetworkError, match="'cross_entropy' of output 'y': it is one number, expected an axis of"):
        training_network(network)
