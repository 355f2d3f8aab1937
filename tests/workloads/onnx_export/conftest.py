"""Small models in a file, and what ONNX Runtime makes of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper


class Models:
    """Saves models of a few nodes with input ``x`` and output ``y``, and runs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, nodes, weights, *, shape, opset=17, name="source.onnx", external=False, dtype=np.float32, rank=None):
        element_type = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        graph = helper.make_graph(
            list(nodes),
            "graph",
            [helper.make_tensor_value_info("x", element_type, shape)],
            [helper.make_tensor_value_info("y", element_type, [None] * (rank or len(shape)))],
            [numpy_helper.from_array(np.asarray(value), key) for key, value in weights.items()],
        )
        opsets = [helper.make_opsetid("", opset), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        path = self.folder / name
        if external:
            onnx.save_model(model, path, save_as_external_data=True, location="weights.bin", size_threshold=0)
        else:
            onnx.save(model, path)
        return path

    def run(self, path, x):
        runtime = pytest.importorskip("onnxruntime", reason="needs onnxruntime: pip install 'sparsim[activations]'")
        options = runtime.SessionOptions()
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = runtime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        return session.run(["y"], {"x": x})[0]


@pytest.fixture
def models(tmp_path):
    return Models(tmp_path)
