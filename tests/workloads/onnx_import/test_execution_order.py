import re

import pytest
from onnx import helper

from workloads.errors import NetworkError

make = helper.make_node


def fails(model, message, *arguments, error=NetworkError, **keywords):
    with pytest.raises(error, match=re.escape(message)) as caught:
        model.load(*arguments, **keywords)
    assert "model.onnx" in str(caught.value)


def test_cycle_names_its_nodes(model):
    nodes = [make("Add", ["x", "b"], ["a"], name="first"), make("Relu", ["a"], ["b"], name="second")]
    fails(model, "the graph has a cycle: first -> second -> first", nodes, {"x": [2]}, ["a"])


def test_dangling_input(model):
    nodes = [make("Add", ["x", "ghost"], ["y"], name="a")]
    message = "node 'a' (Add): reads value 'ghost', which no node, input or initialiser makes"
    fails(model, message, nodes, {"x": [2]}, ["y"])


def test_value_made_twice(model):
    nodes = [make("Relu", ["x"], ["y"], name="a"), make("Neg", ["x"], ["y"], name="b")]
    fails(model, "node 'b' (Neg): makes value 'y', which is already made elsewhere", nodes, {"x": [2]}, ["y"])


def test_nodes_out_of_order_are_sorted(model):
    nodes = [make("Relu", ["a"], ["y"], name="second"), make("Neg", ["x"], ["a"], name="first")]
    assert [operator.name for operator in model.load(nodes, {"x": [2]}, ["y"]).operators] == ["first", "second"]
