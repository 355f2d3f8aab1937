import re

import numpy as np
import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError, UnsupportedOperator

make = helper.make_node


def fails(model, message, *arguments, error=NetworkError, **keywords):
    with pytest.raises(error, match=re.escape(message)) as caught:
        model.load(*arguments, **keywords)
    assert "model.onnx" in str(caught.value)


@pytest.mark.parametrize(
    "node", [make("Foo", ["x"], ["y"], name="f"), make("Foo", ["x"], ["y"], name="f", domain="com.microsoft")]
)
def test_unknown_operator_is_named(model, node):
    domain = node.domain or "ai.onnx"
    message = (
        f"node 'f': operator Foo (domain {domain}) cannot be costed: there is no translation for it; "
        "--unsupported=approximate costs it as a copy of its inputs to its outputs"
    )
    fails(model, message, [node], {"x": [2]}, ["y"], error=UnsupportedOperator)


def test_shape_that_depends_on_data_is_named(model):
    nodes = [make("NonZero", ["x"], ["y"], name="nz")]
    message = "node 'nz': operator NonZero (domain ai.onnx) cannot be costed: the shape of its output depends on values"
    fails(model, message, nodes, {"x": [2]}, ["y"], types={"y": 7})


def test_loop_is_named(model):
    body = helper.make_graph(
        [make("Identity", ["c"], ["c2"]), make("Relu", ["v"], ["v2"])],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", TensorProto.FLOAT, [2]),
        ],
        [
            helper.make_tensor_value_info("c2", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v2", TensorProto.FLOAT, [2]),
        ],
    )
    nodes = [make("Loop", ["n", "", "x"], ["y"], name="loop", body=body)]
    fails(
        model,
        "node 'loop': operator Loop (domain ai.onnx) cannot be costed: its body runs a number of times",
        nodes,
        {"x": [2]},
        ["y"],
        weights={"n": np.array(3)},
        error=UnsupportedOperator,
    )


def test_sequences_are_named(model):
    nodes = [make("SequenceConstruct", ["x"], ["s"], name="q"), make("SequenceLength", ["s"], ["y"])]
    message = "node 'q': operator SequenceConstruct (domain ai.onnx) cannot be costed: sequences and optional values"
    fails(model, message, nodes, {"x": [2]}, ["y"], types={"y": TensorProto.INT64}, error=UnsupportedOperator)
