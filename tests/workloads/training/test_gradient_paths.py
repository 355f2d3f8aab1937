"""Through which inputs gradients flow."""

from __future__ import annotations

import pytest

from tests.workloads.training.small_networks import chain
from workloads.operators import (
    Activation,
    Elementwise,
    Gemm,
    Movement,
    Normalisation,
    Operator,
    OperatorKind,
    Recurrent,
    Reduction,
    Work,
)
from workloads.training.gradient_paths import (
    FROM_INPUT,
    FROM_OUTPUT,
    differentiable_inputs,
    differentiable_outputs,
    needing_gradients,
)

CELL = Recurrent(num_gates=4, num_steps=2, batch=1, input_size=3, hidden_size=5)


@pytest.mark.parametrize(
    ("work", "num_inputs", "expected"),
    [
        (Elementwise(function="add"), 3, [0, 1, 2]),
        (Elementwise(function="where"), 3, [1, 2]),
        (Elementwise(function="pow"), 2, [0]),
        (Elementwise(function="greater"), 2, []),
        (Activation(function="round"), 1, []),
        (Activation(function="relu"), 2, [0]),
        (Activation(function="prelu"), 2, [0, 1]),
        (Gemm(), 3, [0, 1, 2]),
        (Normalisation(function="batch_normalisation"), 5, [0, 1, 2]),
        (Reduction(function="arg_max", axes=(1,)), 1, []),
        (Reduction(function="sum", axes=(1,)), 1, [0]),
        (Movement(kind=OperatorKind.GATHER), 2, [0]),
        (Movement(kind=OperatorKind.CONCAT), 3, [0, 1, 2]),
        (CELL, 4, [0, 1, 2, 3]),
    ],
)
def test_inputs_that_a_result_changes_smoothly_with(work: Work, num_inputs, expected):
    inputs = tuple(f"i{index}" for index in range(num_inputs))

    assert list(differentiable_inputs(Operator(name="op", work=work, inputs=inputs, outputs=("y",)))) == expected


def test_indices_of_a_maximum_carry_none_and_parts_all():
    top = Operator(name="op", work=Reduction(function="top_k", axes=(0,)), inputs=("x",), outputs=("y", "places"))
    split = Operator(name="op", work=Movement(kind=OperatorKind.SPLIT), inputs=("x",), outputs=("y", "z"))

    assert differentiable_outputs(top) == ("y",)
    assert differentiable_outputs(split) == ("y", "z")


def test_what_a_weight_changes_is_all_that_follows():
    assert needing_gradients(chain(4), ["conv2.weight"]) == {"conv2.weight", "conv2", "conv3"}


def test_a_slope_is_known_from_one_of_the_two():
    assert not FROM_INPUT & FROM_OUTPUT
