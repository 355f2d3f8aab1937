"""A small ONNX file with real weights: two convolutions and a matrix product, and a pruned one of the same shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = dict[str, NDArray[Any]]


def trained_weights() -> Weights:
    """First filters (16, 8, 3, 3), second (16, 16, 1, 1), matrix (16, 10); none of them zero."""
    rng = np.random.default_rng(0)
    shapes = {"w1": (16, 8, 3, 3), "w2": (16, 16, 1, 1), "w3": (16, 10)}
    return {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


def save_trained(path: Path, weights: Weights | None = None) -> Path:
    """Write the file with these weights, those of ``trained_weights`` by default; the input ``x`` is (1, 8, 6, 6)."""
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "w1"], ["c1"], name="conv1", pads=[1, 1, 1, 1]),
        node("Relu", ["c1"], ["hidden"], name="relu1"),
        node("Conv", ["hidden", "w2"], ["c2"], name="conv2"),
        node("Relu", ["c2"], ["active"], name="relu2"),
        node("GlobalAveragePool", ["active"], ["pooled"], name="pool"),
        node("Flatten", ["pooled"], ["flat"], name="flatten"),
        node("MatMul", ["flat", "w3"], ["y"], name="fc"),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8, 6, 6])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 10])
    chosen = trained_weights() if weights is None else weights
    initialisers = [numpy_helper.from_array(values, name) for name, values in chosen.items()]
    graph = helper.make_graph(nodes, "graph", [x], [y], initialisers)
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    path.write_bytes(model.SerializeToString())
    return path
