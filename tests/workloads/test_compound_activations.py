"""Activations spelt out in steps: each step is (function, inputs); x is the input, the last result is handed out."""

import pytest

from workloads.compound_activations import merge_compound_activations
from workloads.formats import FP32
from workloads.network import Network
from workloads.operators import Activation, Elementwise, Operator
from workloads.tensor import Tensor, TensorRole

ARITHMETIC = ("add", "mul", "div", "sub", "pow")


def network(*steps, outputs=()):
    tensors = {"x": Tensor(name="x", shape=(2, 3), format=FP32, role=TensorRole.INPUT)}
    operators = []
    for index, (function, *inputs) in enumerate(steps):
        name = f"t{index}"
        work = Elementwise(function=function) if function in ARITHMETIC else Activation(function=function)
        operators.append(Operator(name=name, work=work, inputs=tuple(inputs), outputs=(name,)))
        is_output = index == len(steps) - 1 or name in outputs
        role = TensorRole.OUTPUT if is_output else TensorRole.ACTIVATION
        tensors[name] = Tensor(name=name, shape=(2, 3), format=FP32, role=role)
    return Network(name="n", operators=tuple(operators), tensors=tensors)


SILU = [("sigmoid", "x"), ("mul", "x", "t0")]
GELU = [("div", "x"), ("erf", "t0"), ("add", "t1"), ("mul", "x", "t2"), ("mul", "t3")]


@pytest.mark.parametrize(
    ("steps", "function"),
    [
        (SILU, "silu"),
        ([("hardsigmoid", "x"), ("mul", "x", "t0")], "hardswish"),
        ([("add", "x"), ("clip", "t0"), ("mul", "x", "t1"), ("div", "t2")], "hardswish"),
        ([("add", "x"), ("clip", "t0"), ("div", "t1"), ("mul", "x", "t2")], "hardswish"),
        ([("softplus", "x"), ("tanh", "t0"), ("mul", "x", "t1")], "mish"),
        (GELU, "gelu"),
        ([("mul", "x"), ("mul", "x"), ("erf", "t1"), ("add", "t2"), ("mul", "t0", "t3")], "gelu"),
        ([("mul", "x"), ("sigmoid", "t0"), ("mul", "x", "t1")], "gelu"),
    ],
)
def test_recognised(steps, function):
    (operator,) = merge_compound_activations(network(*steps)).operators
    assert operator.work == Activation(function=function)
    assert operator.inputs == ("x",)
    assert operator.outputs == (f"t{len(steps) - 1}",)
    assert [fusion.name for fusion in operator.fusions] == [f"t{index}" for index in range(len(steps) - 1)]


def test_what_follows_is_left_alone():
    after = merge_compound_activations(network(*GELU, ("mul", "t4"), ("relu", "t5")))
    assert [operator.work.function for operator in after.operators] == ["gelu", "mul", "relu"]
    assert set(after.tensors) == {"x", "t4", "t5", "t6"}


def test_a_step_that_others_read_stays():
    after = merge_compound_activations(network(*SILU, ("add", "t0", "t1")))
    assert [operator.work.function for operator in after.operators] == ["sigmoid", "mul", "add"]


def test_a_step_that_is_handed_out_stays():
    assert len(merge_compound_activations(network(*SILU, outputs=("t0",))).operators) == 2


def test_a_group_without_a_name_stays():
    steps = [("relu", "x"), ("add", "x", "t0")]
    assert len(merge_compound_activations(network(*steps)).operators) == 2


def test_two_in_a_row():
    steps = [*SILU, ("sigmoid", "t1"), ("mul", "t1", "t2")]
    after = merge_compound_activations(network(*steps))
    assert [operator.work.function for operator in after.operators] == ["silu", "silu"]
