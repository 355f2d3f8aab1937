import re

import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError

make = helper.make_node


def fails(model, message, *arguments, error=NetworkError, **keywords):
    with pytest.raises(error, match=re.escape(message)) as caught:
        model.load(*arguments, **keywords)
    assert "model.onnx" in str(caught.value)


def test_text_has_no_cost_model(model):
    nodes = [make("Concat", ["x", "x"], ["y"], axis=0)]
    types = {"x": TensorProto.STRING, "y": TensorProto.STRING}
    fails(model, "tensor 'x': element type STRING has no cost model", nodes, {"x": [2]}, ["y"], types=types)


def test_element_types(model):
    types = {"x": TensorProto.FLOAT16, "y": TensorProto.FLOAT16}
    assert str(model.load([make("Relu", ["x"], ["y"])], {"x": [2]}, ["y"], types=types).tensors["y"].format) == "fp16"
    types = {"x": TensorProto.BFLOAT16, "y": TensorProto.BFLOAT16}
    assert str(model.load([make("Relu", ["x"], ["y"])], {"x": [2]}, ["y"], types=types).tensors["y"].format) == "bf16"
