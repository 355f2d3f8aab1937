"""The walk: what is live, what is made twice or never, operators without a cost model."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.operators import OperatorKind
from workloads.tflite_import.walk import read_as_images


def _chain(model, *op_types: str, shape=(2, 3)) -> None:
    """x -> t1 -> ... -> y."""
    model.tensor("x", shape)
    names = ["x", *(f"t{i}" for i in range(1, len(op_types))), "y"]
    for name in names[1:]:
        model.tensor(name, shape)
    for index, op_type in enumerate(op_types):
        model.op(op_type, [names[index]], [names[index + 1]])


def test_unsupported_operator_names_itself_and_what_would_help(model) -> None:
    _chain(model, "RELU", "MATRIX_DIAG")
    with pytest.raises(UnsupportedOperator) as caught:
        model.load(["x"], ["y"])
    assert str(caught.value) == (
        f"{model.path}: operator 1 (MATRIX_DIAG) cannot be costed: there is no translation for it; "
        "--unsupported=approximate costs it as a copy of its inputs to its outputs"
    )


@pytest.mark.parametrize("op_type", ["MATRIX_DIAG", "MyCustomOperator"])
def test_approximated(model, op_type: str) -> None:
    _chain(model, "RELU", op_type)
    network = model.load(["x"], ["y"], approximate_unsupported=True)
    assert network.operators[1].kind is OperatorKind.COPY
    assert network.notes == (f"operator 1 ({op_type}) is costed as a copy of its inputs to its outputs",)


def test_custom_operators_have_their_own_name_and_reason(model) -> None:
    _chain(model, "MyCustomOperator")
    with pytest.raises(UnsupportedOperator, match=r"operator 0 \(MyCustomOperator\) .* it is a custom operator"):
        model.load(["x"], ["y"])


def test_control_flow(model) -> None:
    _chain(model, "WHILE")
    model.num_subgraphs = 3
    with pytest.raises(UnsupportedOperator, match="it runs another graph of the file, and only the main graph is"):
        model.load(["x"], ["y"])


def test_no_copy_where_the_user_changed_sizes(model) -> None:
    _chain(model, "MATRIX_DIAG")
    with pytest.raises(UnsupportedOperator, match="nor as a copy, since the shape of its output 'y' is not known"):
        model.load(["x"], ["y"], approximate_unsupported=True, bindings={"x.0": 4})


def test_operators_that_nobody_reads_are_left_out(model) -> None:
    _chain(model, "RELU", "TANH")
    model.tensor("unread", (2, 3))
    model.op("MATRIX_DIAG", ["x"], ["unread"])
    network = model.load(["x"], ["y"])
    assert [item.name for item in network.operators] == ["t1", "y"]
    assert network.notes == ("1 operators whose results nobody reads are left out: operator 2 (MATRIX_DIAG)",)


def test_a_tensor_that_nobody_makes(model) -> None:
    model.tensor("x", (2, 3))
    model.tensor("lost", (2, 3))
    model.tensor("y", (2, 3))
    model.op("ADD", ["x", "lost"], ["y"])
    with pytest.raises(NetworkError, match=r"operator 0 \(ADD\): reads tensor 'lost', which no earlier operator makes"):
        model.load(["x"], ["y"])


def test_operators_out_of_order(model) -> None:
    _chain(model, "RELU", "TANH")
    model.operators.reverse()
    with pytest.raises(NetworkError, match="reads tensor 't1', which no earlier operator makes"):
        model.load(["x"], ["y"])


def test_a_tensor_that_two_make(model) -> None:
    _chain(model, "RELU")
    model.op("TANH", ["x"], ["y"])
    with pytest.raises(NetworkError, match=r"operator 1 \(TANH\): makes tensor 'y', which is already made elsewhere"):
        model.load(["x"], ["y"])


def test_an_output_that_nobody_makes(model) -> None:
    _chain(model, "RELU")
    model.tensor("lost", (2, 3))
    with pytest.raises(NetworkError, match="output 'lost' is made by no operator"):
        model.load(["x"], ["y", "lost"])


def test_kept_states_are_inputs(model) -> None:
    model.tensor("x", (2, 3))
    model.tensor("state", (2, 3), is_variable=True)
    model.tensor("y", (2, 3))
    model.op("ADD", ["x", "state"], ["y"])
    network = model.load(["x"], ["y"])
    assert network.tensors["state"].role.value == "input"
    assert network.notes == ("tensor 'state' is kept between runs: costed as an input",)


def test_what_constants_alone_make_costs_nothing(model) -> None:
    """The product of two constants is a weight of 6 elements, made of 12 parameters of the file."""
    model.constant("a", np.ones((2, 3), np.float32))
    model.constant("b", np.ones((2, 3), np.float32))
    model.tensor("ab", (2, 3))
    model.tensor("x", (2, 3))
    model.tensor("y", (2, 3))
    model.op("MUL", ["a", "b"], ["ab"])
    model.op("ADD", ["x", "ab"], ["y"])
    network = model.load(["x"], ["y"])
    assert len(network.operators) == 1
    assert network.num_parameters == 12
    assert model.weights().load("ab") is None


def test_images_are_found_through_operators_that_keep_axes(model) -> None:
    for name in ("x", "a", "b", "turned"):
        model.tensor(name, (1, 4, 4, 4))
    model.ints("perm", [0, 3, 1, 2])
    model.tensor("y", (1, 2, 2, 4))
    model.op("TRANSPOSE", ["x", "perm"], ["turned"])
    model.op("RELU", ["turned"], ["a"])
    model.op("ADD", ["a", "turned"], ["b"])
    model.op("MAX_POOL_2D", ["b"], ["y"])
    record = model.record(["x"], ["y"])
    names = {record.tensors[index].name for index in read_as_images(record)}
    assert names == {"a", "b", "turned"}
