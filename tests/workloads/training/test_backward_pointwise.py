"""Gradients of element-wise work: what each function reads."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import one_operator
from workloads.errors import UnsupportedOperator
from workloads.formats import FP32
from workloads.operators import Activation, Elementwise, Fusion, Operator, Work
from workloads.training import Stage, training_network
from workloads.zoo.builder import GraphBuilder


def gradients(work: Work, num_others: int = 0) -> list[tuple[str, tuple[str, ...]]]:
    """Functions and inputs of what makes the gradient of ``a`` from that of ``op``."""
    shapes = ((2, 3),) * (1 + num_others)
    step = training_network(one_operator(work, shapes, (2, 3)))
    return [
        (one.work.function, one.inputs)
        for one in step.network.operators
        if step.roles[one.name].forward_operator == "op"
        and step.roles[one.name].stage is Stage.BACKWARD
        and isinstance(one.work, Elementwise | Activation)
    ]


DY = "y.loss_gradient"


@pytest.mark.parametrize(
    ("work", "num_others", "expected"),
    [
        (Elementwise(function="add"), 1, []),
        (Elementwise(function="mean"), 1, [("mul", (DY,))]),
        (Elementwise(function="sub"), 1, []),
        (Elementwise(function="mul"), 2, [("mul", (DY, "i1", "i2"))]),
        (Elementwise(function="mul"), 0, [("mul", (DY,))]),
        (Elementwise(function="div"), 1, [("div", (DY, "i1"))]),
        (Elementwise(function="pow"), 1, [("pow_gradient", (DY, "a", "i1"))]),
        (Elementwise(function="max"), 1, [("max_gradient", (DY, "a", "y"))]),
        (Elementwise(function="rotary"), 2, [("rotary", (DY, "i1", "i2"))]),
        (Activation(function="relu"), 0, [("relu_gradient", (DY, "y"))]),
        (Activation(function="gelu"), 0, [("gelu_gradient", (DY, "a"))]),
        (Activation(function="prelu"), 1, [("prelu_gradient", (DY, "a", "i1"))]),
        (Activation(function="neg"), 0, [("neg", (DY,))]),
        (Activation(function="cast"), 0, []),
    ],
)
def test_what_a_gradient_is_made_of(work, num_others, expected):
    assert gradients(work, num_others) == expected


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (Elementwise(function="mod"), r"'op' \(elementwise\) has no gradient rule: element-wise function 'mod'"),
        (Activation(function="tan"), r"'op' \(activation\) has no gradient rule: activation 'tan'"),
    ],
)
def test_functions_without_a_rule(work, message):
    with pytest.raises(UnsupportedOperator, match=message):
        gradients(work)


def test_a_condition_chooses_the_gradient_too():
    builder = GraphBuilder(name="chosen", format=FP32)
    x = builder.linear("fc", builder.input("x", (2, 3)), 4)
    y = builder.elementwise("y", "where", builder.input("mask", (2, 4)), x, builder.weight("fill", (1,)))
    step = training_network(builder.finish((y,)))
    found = {one.name: one for one in step.network.operators}

    assert found["y.gradient1"].inputs == found["y.gradient2"].inputs == ("mask", DY)
    assert found["y.gradient_reduced2"].inputs == ("y.gradient2",)


def test_fused_steps_are_undone_last_first():
    """The slope of ReLU, then the factor; what folds into weights or adds a constant has no work."""
    builder = GraphBuilder(name="fused", format=FP32)
    counts = {"bias": 1, "scale": 1, "batch_normalisation": 0, "relu": 1}
    fusions = tuple(
        Fusion(name=f"fc.{name}", function=name, num_operations_per_output=count) for name, count in counts.items()
    )
    x = builder.linear("fc", builder.input("x", (2, 3)), 4, fusions=fusions)
    step = training_network(builder.finish((x,)))
    found = [(one.name, one.inputs) for one in step.operators_of(Stage.BACKWARD)]

    assert found == [
        ("fc.relu_gradient3", ("fc.loss_gradient", "fc")),
        ("fc.scale_gradient1", ("fc.relu_gradient3",)),
    ]


def test_a_fused_step_without_a_rule():
    builder = GraphBuilder(name="odd")
    odd = Fusion(name="fc.odd", function="odd", num_operations_per_output=1)
    network = builder.finish((builder.linear("fc", builder.input("x", (2, 3)), 4, fusions=(odd,)),))

    with pytest.raises(UnsupportedOperator, match=r"operator 'fc' \(gemm\) has no .*: step 'odd' fused into it"):
        training_network(network)


def test_edges_of_a_weighted_sum_have_a_factor_each():
    builder = GraphBuilder(name="edges")
    x = builder.linear("fc", builder.input("x", (2, 3)), 4)
    weights = Fusion(name="edges", function="edge_weights", num_operations_per_output=2)
    parts = tuple(builder.activation(name, "relu", x) for name in ("a", "b"))
    step = training_network(builder.finish((builder.elementwise("y", "add", *parts, fusions=(weights,)),)))
    scaled: list[Operator] = [one for one in step.network.operators if one.name.startswith("y.gradient_scaled")]

    assert [one.inputs for one in scaled] == [(DY,), (DY,)]
    assert step.network.notes[-1].startswith("weights of edges, which are folded into the sums")
