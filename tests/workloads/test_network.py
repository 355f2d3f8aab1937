"""Graphs by hand: x -> relu a -> y, and what can be wrong with them."""

from dataclasses import replace

import pytest

from workloads.errors import NetworkError
from workloads.formats import INT8
from workloads.network import Network, topological_order
from workloads.operators import Activation, Fusion, Operator, OperatorKind, View
from workloads.tensor import Tensor, TensorRole

RELU = Activation(function="relu")


def tensor(name, role, shape=(2, 3)):
    return Tensor(name=name, shape=shape, format=INT8, role=role)


X = tensor("x", TensorRole.INPUT)
H = tensor("h", TensorRole.ACTIVATION)
Y = tensor("y", TensorRole.OUTPUT)
FIRST = Operator(name="first", work=RELU, inputs=("x",), outputs=("h",))
SECOND = Operator(name="second", work=RELU, inputs=("h",), outputs=("y",))


def network(operators=(FIRST, SECOND), tensors=(X, H, Y)):
    return Network(name="n", operators=tuple(operators), tensors={item.name: item for item in tensors})


def test_valid_graph_is_kept_as_given():
    assert [operator.name for operator in network().operators] == ["first", "second"]
    assert [item.name for item in network().with_role(TensorRole.INPUT, TensorRole.OUTPUT)] == ["x", "y"]


def test_order_that_cannot_be_executed_names_operator_and_tensor():
    with pytest.raises(NetworkError, match="operator 'second' reads tensor 'h', which no earlier operator makes"):
        network((SECOND, FIRST))


def test_tensor_made_twice():
    again = replace(SECOND, outputs=("h",))
    with pytest.raises(NetworkError, match="operator 'second' writes tensor 'h', which is already made elsewhere"):
        network((FIRST, again))


def test_weight_cannot_be_written():
    weight = tensor("h", TensorRole.WEIGHT)
    with pytest.raises(NetworkError, match="operator 'first' writes tensor 'h', which is already made elsewhere"):
        network(tensors=(X, weight, Y))


def test_output_that_nobody_makes():
    with pytest.raises(NetworkError, match=r"tensor 'y' \(output\) is made by no operator"):
        network((FIRST,))


def test_undeclared_tensor():
    with pytest.raises(NetworkError, match="operator 'second' uses tensor 'y', which is not declared"):
        network(tensors=(X, H))


def test_name_used_twice():
    with pytest.raises(NetworkError, match="two operators are called 'first'"):
        network((FIRST, replace(SECOND, name="first")))


def test_shapes_are_checked():
    with pytest.raises(
        NetworkError, match=r"operator 'second' \(activation\): output shape is \(9, 9\), expected \(2, 3\)"
    ):
        network(tensors=(X, H, tensor("y", TensorRole.OUTPUT, (9, 9))))


def test_topological_order_keeps_what_it_can():
    assert topological_order((SECOND, FIRST)) == (FIRST, SECOND)
    assert topological_order((FIRST, SECOND)) == (FIRST, SECOND)


def test_cycle_names_the_operators_on_it():
    back = replace(FIRST, inputs=("y",))
    with pytest.raises(
        NetworkError, match=r"the graph has a cycle: (first -> second -> first|second -> first -> second)"
    ):
        topological_order((back, SECOND))


def test_parameters_count_what_fusion_folded_away():
    """A 2 x 3 weight and 4 parameters of a folded normalisation."""
    fused = replace(FIRST, fusions=(Fusion(name="bn", function="batch_normalisation", num_folded_parameters=4),))
    made = network((fused, SECOND), (X, H, Y, tensor("w", TensorRole.WEIGHT)))
    assert made.num_parameters == 10
    assert [fusion.name for fusion in made.fusions] == ["bn"]


def test_views_are_not_costed():
    view = Operator(name="view", work=View(), inputs=("h",), outputs=("y",))
    made = network((FIRST, view), (X, H, tensor("y", TensorRole.OUTPUT, (6,))))
    assert made.num_costed_operators == 1
    assert view.kind is OperatorKind.VIEW
