import re

import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError

make = helper.make_node


def fails(model, message, *arguments, error=NetworkError, **keywords):
    with pytest.raises(error, match=re.escape(message)) as caught:
        model.load(*arguments, **keywords)
    assert "model.onnx" in str(caught.value)


def test_dangling_output(model):
    fails(model, "output 'ghost' is made by no node", [make("Relu", ["x"], ["y"])], {"x": [2]}, ["ghost"])


def test_dead_nodes_are_noted(model):
    nodes = [make("Relu", ["x"], ["y"], name="r"), make("Neg", ["x"], ["a"], name="n"), make("Abs", ["a"], ["b"])]
    network = model.load(nodes, {"x": [2]}, ["y"])
    assert [operator.name for operator in network.operators] == ["r"]
    assert "2 nodes whose results nobody reads are left out: n, Abs_b" in network.notes


def test_constant_output_is_noted(model):
    nodes = [make("Relu", ["x"], ["y"]), make("Shape", ["x"], ["s"])]
    network = model.load(nodes, {"x": [2]}, ["y", "s"], types={"s": TensorProto.INT64})
    assert "output 's' is constant: nothing computes it" in network.notes


def test_nothing_to_cost(model):
    message = "no output of the graph depends on its inputs: there is nothing to cost"
    fails(model, message, [make("Shape", ["x"], ["s"])], {"x": [2]}, ["s"], types={"s": TensorProto.INT64})


def test_output_that_is_another_name_becomes_a_view(model):
    nodes = [make("Relu", ["x"], ["a"]), make("Identity", ["a"], ["y"])]
    network = model.load(nodes, {"x": [2]}, ["y"])
    assert [operator.kind for operator in network.operators] == ["activation", "view"]
