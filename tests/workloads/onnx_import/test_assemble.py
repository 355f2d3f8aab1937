import re

import pytest
from onnx import helper

from workloads.errors import NetworkError

make = helper.make_node


def fails(model, message, *arguments, error=NetworkError, **keywords):
    with pytest.raises(error, match=re.escape(message)) as caught:
        model.load(*arguments, **keywords)
    assert "model.onnx" in str(caught.value)


def test_two_nodes_of_one_name(model):
    nodes = [make("Relu", ["x"], ["a"], name="r"), make("Relu", ["a"], ["y"], name="r")]
    assert [operator.name for operator in model.load(nodes, {"x": [2]}, ["y"]).operators] == ["r", "r#2"]


def test_unused_input_stays_an_input(model):
    network = model.load([make("Relu", ["x"], ["y"])], {"x": [2], "z": [3]}, ["y"])
    assert network.tensors["z"].role == "input"
