from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workloads.onnx_import.weights import OnnxWeights
from workloads.tflite_import.weights import TfliteWeights
from workloads.weight_files import open_weights


@pytest.mark.parametrize("source", ["resnet50", "light:resnet50", "light_resnet50", Path("layers.csv")])
def test_networks_of_shapes_alone_have_no_values(source):
    assert open_weights(source) is None


def test_the_kind_of_file_decides_and_nothing_is_read_yet():
    assert isinstance(open_weights("missing.onnx"), OnnxWeights)
    assert isinstance(open_weights(Path("missing.ONNX")), OnnxWeights)
    assert isinstance(open_weights("missing.tflite"), TfliteWeights)


def test_values_of_an_onnx_file(tmp_path):
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(values, "w")],
    )
    onnx.save(helper.make_model(graph), tmp_path / "m.onnx")
    np.testing.assert_array_equal(open_weights(tmp_path / "m.onnx").load("w"), values)
