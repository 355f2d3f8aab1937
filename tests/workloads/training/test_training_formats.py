"""Formats of work and gradients."""

from __future__ import annotations

from tests.workloads.training.small_networks import tiny
from workloads.formats import FP16, FP32, INT8, INT32, INT64
from workloads.training import Stage, TrainingFormats, training_network
from workloads.training.training_formats import with_format
from workloads.zoo.builder import GraphBuilder


def test_gradients_have_the_format_of_what_they_are_the_gradient_of():
    step = training_network(tiny(batch=2))
    found = {name: step.network.tensors[gradient].format for name, gradient in step.gradients.items()}

    assert found == {"conv.weight": INT8, "conv.bias": INT32, "fc.weight": INT8, "fc.bias": INT32}


def test_gradients_in_a_format_of_their_own():
    step = training_network(tiny(batch=2), formats=TrainingFormats(gradient=FP16))
    made = [name for one in step.operators_of(Stage.WEIGHT_GRADIENT) for name in one.outputs]

    assert {step.network.tensors[name].format for name in (*made, "fc.loss_gradient", "fc.input_gradient")} == {FP16}
    assert step.network.tensors["conv"].format == INT8


def test_work_in_another_format_leaves_indices_alone():
    builder = GraphBuilder(name="rows", format=FP32)
    ids = builder.input("ids", (3,), INT64)
    x = builder.gather("rows", builder.weight("table", (5, 4)), ids)
    network = builder.finish((builder.linear("fc", x, 2),))
    found = with_format(network, FP16)

    assert found.tensors["ids"].format == INT64
    assert {tensor.format for name, tensor in found.tensors.items() if name != "ids"} == {FP16}
    assert with_format(network, None) is network
