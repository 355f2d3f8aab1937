"""From steps to a network: names, outputs, parameters."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.tensor import TensorRole


def test_an_output_that_is_an_input_becomes_a_view(model) -> None:
    model.tensor("x", (2, 3))
    model.tensor("y", (2, 3))
    model.op("RELU", ["x"], ["y"])
    network = model.load(["x"], ["y", "x"])
    assert [tensor.name for tensor in network.with_role(TensorRole.OUTPUT)] == ["y", "x~output"]


def test_an_output_that_is_another_name(model) -> None:
    model.tensor("x", (2, 3))
    model.tensor("a", (2, 3))
    model.tensor("y", (2, 3))
    model.op("RELU", ["x"], ["a"])
    model.op("CAST", ["a"], ["y"])
    network = model.load(["x"], ["y"])
    assert [item.name for item in network.operators] == ["a", "y/output"]
    assert network.tensors["y"].role is TensorRole.OUTPUT


def test_an_output_named_twice(model) -> None:
    model.tensor("x", (2, 3))
    model.tensor("y", (2, 3))
    model.op("RELU", ["x"], ["y"])
    assert len(model.load(["x"], ["y", "y"]).operators) == 1


def test_constant_outputs(model) -> None:
    model.tensor("x", (2, 3))
    model.tensor("shape", (2,), "int32")
    model.tensor("y", (2, 3))
    model.op("SHAPE", ["x"], ["shape"])
    model.op("RELU", ["x"], ["y"])
    assert "output 'shape' is constant: nothing computes it" in model.load(["x"], ["y", "shape"]).notes
    with pytest.raises(NetworkError, match="no output of the graph depends on its inputs: there is nothing to cost"):
        model.load(["x"], ["shape"])


def test_a_weight_used_twice_is_counted_once(model) -> None:
    model.tensor("x", (2, 3))
    model.constant("w", np.ones((3, 3), np.float32))
    model.tensor("a", (2, 3))
    model.tensor("y", (2, 3))
    model.op("FULLY_CONNECTED", ["x", "w"], ["a"])
    model.op("FULLY_CONNECTED", ["a", "w"], ["y"])
    assert model.load(["x"], ["y"]).num_parameters == 9


def test_a_step_of_which_only_the_shape_is_read_is_left_out(model) -> None:
    model.tensor("x", (2, 3))
    model.tensor("a", (2, 3))
    model.tensor("shape", (2,), "int32")
    model.tensor("y", (2, 3))
    model.op("TANH", ["x"], ["a"])
    model.op("SHAPE", ["a"], ["shape"])
    model.op("RESHAPE", ["x", "shape"], ["y"], table=None)
    assert [item.name for item in model.load(["x"], ["y"]).operators] == ["y/output"]


def test_types_without_a_cost_model(model) -> None:
    model.tensor("x", (2, 3), 5)
    model.tensor("y", (2, 3), 5)
    model.op("RELU", ["x"], ["y"])
    with pytest.raises(NetworkError, match="tensor 'x': element type STRING has no cost model, expected a float"):
        model.load(["x"], ["y"])


def test_floats_by_integer_weights_are_said(model) -> None:
    """Only the weights are quantised: the runtime quantises what meets them."""
    model.tensor("x", (2, 3))
    model.constant("w", np.ones((4, 3), np.int8), scales=[0.1])
    model.tensor("y", (2, 4))
    model.op("FULLY_CONNECTED", ["x", "w"], ["y"])
    assert model.load(["x"], ["y"]).notes == (
        "1 operators multiply floats by integer weights: quantising the floats costs nothing",
    )
