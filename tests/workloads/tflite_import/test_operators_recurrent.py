"""The sequence LSTM: gates joined, steps and batch, what has no cost model."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.operators import Recurrent

WIDTH, HIDDEN = 5, 4


def _lstm(model, time_major: bool = True, first_gate: int = 0, **extra: str) -> list[np.ndarray]:
    """Declare an LSTM over x (7, 2, 5); returns the matrices that act on x."""
    model.tensor("x", (7, 2, WIDTH))
    generator = np.random.default_rng(1)
    w = [generator.random((HIDDEN, WIDTH), dtype=np.float32) for _ in range(4)]
    inputs = [""] * 24
    inputs[0] = "x"
    for gate in range(first_gate, 4):
        inputs[1 + gate] = model.constant(f"w{gate}", w[gate])
        inputs[5 + gate] = model.constant(f"r{gate}", (HIDDEN, HIDDEN))
        inputs[12 + gate] = model.constant(f"b{gate}", (HIDDEN,))
    for place, name in ((18, "h"), (19, "c")):
        inputs[place] = model.tensor(name, (2, HIDDEN), is_variable=True)
    for place, name in extra.items():
        inputs[int(place[1:])] = name
    model.tensor("y", (7, 2, HIDDEN))
    model.op("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, ["y"], TimeMajor=time_major, FusedActivationFunction=4)
    return w[first_gate:]


def test_gates_are_joined(model) -> None:
    w = _lstm(model)
    network = model.load(["x"], ["y"])
    (operator,) = network.operators
    assert operator.work == Recurrent(num_gates=4, num_steps=7, batch=2, input_size=WIDTH, hidden_size=HIDDEN)
    assert [network.tensors[name].shape for name in operator.inputs[1:]] == [(1, 16, 5), (1, 16, 4), (1, 16)]
    assert np.array_equal(model.weights().load(operator.inputs[1]), np.concatenate(w)[None])
    assert network.num_parameters == 4 * (5 * 4 + 4 * 4 + 4)


def test_batch_in_front_and_joined_input_gate(model) -> None:
    _lstm(model, time_major=False, first_gate=1)
    (operator,) = model.load(["x"], ["y"]).operators
    assert operator.work == Recurrent(num_gates=3, num_steps=2, batch=7, input_size=WIDTH, hidden_size=HIDDEN)


def test_peepholes(model) -> None:
    model.constant("peep", (HIDDEN,))
    _lstm(model, p9="peep")
    with pytest.raises(UnsupportedOperator, match="cannot be costed: it has peepholes; expected a plain LSTM"):
        model.load(["x"], ["y"])


def test_gates_of_different_shapes(model) -> None:
    model.constant("odd", (HIDDEN, WIDTH + 1))
    _lstm(model, p3="odd")
    with pytest.raises(NetworkError, match=r"4 gates have inputs of shapes .*, expected \[4, 5\] each"):
        model.load(["x"], ["y"])


def test_an_input_of_another_width(model) -> None:
    _lstm(model)
    model.tensors["x"].shape = (7, 2, WIDTH + 1)
    with pytest.raises(NetworkError, match=r"input \[7, 2, 6\] has rows of 6, weights \[4, 5\] take 5"):
        model.load(["x"], ["y"])


def test_too_few_gates(model) -> None:
    _lstm(model, first_gate=2)
    with pytest.raises(NetworkError, match="and 2 gates do not make a sequence of an LSTM"):
        model.load(["x"], ["y"])
