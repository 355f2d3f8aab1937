"""A network of three matrix operators: x -> conv -> relu -> flatten -> product -> product -> y."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workloads.load import load_network

make = helper.make_node
RNG = np.random.default_rng(5)
KERNEL = RNG.normal(size=(4, 3, 3, 3)).astype(np.float32)
LEFT = RNG.normal(size=(64, 8)).astype(np.float32)
RIGHT = RNG.normal(size=(8, 2)).astype(np.float32)


@pytest.fixture
def save(tmp_path):
    def write(nodes, weights, inputs, *, outputs=("y",), types=None, opset=17):
        graph = helper.make_graph(
            list(nodes),
            "graph",
            [
                helper.make_tensor_value_info(name, (types or {}).get(name, TensorProto.FLOAT), shape)
                for name, shape in inputs.items()
            ],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
            [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()],
        )
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
        onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), tmp_path / "m.onnx")
        return tmp_path / "m.onnx"

    return write


@pytest.fixture
def path(save):
    nodes = [
        make("Conv", ["x", "k"], ["c"], name="conv"),
        make("Relu", ["c"], ["r"]),
        make("Flatten", ["r"], ["f"]),
        make("MatMul", ["f", "l"], ["p"], name="left"),
        make("MatMul", ["p", "q"], ["y"], name="right"),
    ]
    return save(nodes, {"k": KERNEL, "l": LEFT, "q": RIGHT}, {"x": ["n", 3, 6, 6]})


@pytest.fixture
def network(path):
    return load_network(path, batch=1)
