import numpy as np
import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError

make = helper.make_node


def branch(name, *op_types):
    names = ["x", *(f"{name}{index}" for index in range(len(op_types)))]
    nodes = [make(op_type, [names[index]], [names[index + 1]], name=op_type) for index, op_type in enumerate(op_types)]
    return helper.make_graph(nodes, name, [], [helper.make_tensor_value_info(names[-1], TensorProto.FLOAT, None)])


def conditional(then_branch, else_branch):
    return make("If", ["c"], ["y"], name="if", then_branch=then_branch, else_branch=else_branch)


@pytest.mark.parametrize(("condition", "expected"), [(True, "relu"), (False, "neg")])
def test_constant_condition_chooses(model, condition, expected):
    node = conditional(branch("a", "Relu"), branch("b", "Neg", "Neg"))
    network = model.load([node], {"x": [2]}, ["y"], weights={"c": np.array(condition)})
    assert network.operators[0].work.function == expected
    assert not any("condition" in note for note in network.notes)


def test_condition_from_a_shape_chooses(model):
    nodes = [
        make("Shape", ["x"], ["s"]),
        make("Equal", ["s", "two"], ["e"]),
        make("Squeeze", ["e"], ["c"]),
        conditional(branch("a", "Relu"), branch("b", "Neg")),
    ]
    network = model.load(nodes, {"x": ["n"]}, ["y"], weights={"two": np.array([2])}, bindings={"n": 2})
    assert [operator.work.function for operator in network.operators[:1]] == ["relu"]


@pytest.mark.parametrize(("then_length", "else_length", "costed"), [(1, 2, "else"), (2, 1, "then"), (1, 1, "else")])
def test_unknown_condition_costs_the_longer_branch(model, then_length, else_length, costed):
    node = conditional(branch("a", *["Relu"] * then_length), branch("b", *["Neg"] * else_length))
    network = model.load([node], {"x": [2], "c": []}, ["y"], types={"c": TensorProto.BOOL})
    function = {"then": "relu", "else": "neg"}[costed]
    assert network.operators[0].work.function == function
    assert any(f"known only when the network runs; its {costed} branch is costed" in note for note in network.notes)


def test_missing_branch(model):
    node = make("If", ["c"], ["y"], name="if", then_branch=branch("a", "Relu"))
    with pytest.raises(NetworkError, match="node 'if' \\(If\\): has no sub-graph 'else_branch'"):
        model.load([node], {"x": [2]}, ["y"], weights={"c": np.array(True)})
