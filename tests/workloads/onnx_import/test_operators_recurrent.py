import re

import pytest
from onnx import helper

from workloads.errors import NetworkError
from workloads.loop_nest import lower

make = helper.make_node


@pytest.mark.parametrize(("op_type", "gates"), [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
@pytest.mark.parametrize(("direction", "directions"), [("forward", 1), ("reverse", 1), ("bidirectional", 2)])
def test_layers(model, op_type, gates, direction, directions):
    """5 steps, batch 2, 7 inputs, 3 hidden: each step and gate multiplies (7 + 3) x 3."""
    node = make(op_type, ["x", "w", "r", "b"], ["y", "h"], hidden_size=3, direction=direction)
    weights = {"w": (directions, gates * 3, 7), "r": (directions, gates * 3, 3), "b": (directions, gates * 6)}
    network = model.load([node], {"x": [5, 2, 7]}, ["y", "h"], weights=weights)
    (operator,) = network.operators
    assert lower(operator, network.tensors).num_macs == directions * gates * 5 * 2 * (7 + 3) * 3
    assert network.num_parameters == directions * gates * (21 + 9 + 6)
    assert network.tensors["y"].shape == (5, directions, 2, 3)


def test_only_the_last_state_is_read(model):
    node = make("LSTM", ["x", "w", "r", "", "", "h0", "c0"], ["", "h", ""], hidden_size=3)
    weights = {"w": (1, 12, 7), "r": (1, 12, 3), "h0": (1, 2, 3), "c0": (1, 2, 3)}
    network = model.load([node], {"x": [5, 2, 7]}, ["h"], weights=weights, opset=14)
    assert network.operators[0].outputs == ("h",)
    assert network.operators[0].inputs == ("x", "w", "r", "h0", "c0")


def test_batch_first(model):
    node = make("LSTM", ["x", "w", "r"], ["y"], hidden_size=3, layout=1)
    network = model.load([node], {"x": [2, 5, 7]}, ["y"], weights={"w": (1, 12, 7), "r": (1, 12, 3)}, opset=14)
    assert (network.operators[0].work.num_steps, network.operators[0].work.batch) == (5, 2)


@pytest.mark.parametrize(
    ("w", "r", "message"),
    [
        ((1, 13, 7), (1, 12, 3), "x, w, r have shapes [5, 2, 7], [1, 13, 7], [1, 12, 3]"),
        ((1, 12, 8), (1, 12, 3), "weights [1, 12, 8] and [1, 12, 3] do not fit input [5, 2, 7]"),
        ((1, 12, 7), (1, 12, 4), "weights [1, 12, 7] and [1, 12, 4] do not fit input [5, 2, 7]"),
    ],
)
def test_weights_that_do_not_fit(model, w, r, message):
    node = make("LSTM", ["x", "w", "r"], ["y"], name="l", hidden_size=3)
    with pytest.raises(NetworkError, match=re.escape(f"node 'l' (LSTM): {message}")):
        model.load([node], {"x": [5, 2, 7]}, ["y"], weights={"w": w, "r": r})
