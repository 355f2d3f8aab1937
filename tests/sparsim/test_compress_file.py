"""A compressed copy of a file: read again, it is what compression made of the network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from sparsim.compress_file import CompressedFile, compress_file
from tests.sparsim.trained import trained_weights
from workloads.compression import compress, parse_spec, recognise
from workloads.load import load_network
from workloads.weight_files import open_weights

SPECS = (
    "nm:2:4",
    "unstructured:0.8",
    "nm:2:4+int8",
    "int4",
    "w3",
    "ternary",
    "binary",
    "pow2",
    "fp8",
    "codebook:16",
    "conv1=nm:1:4+int8; fc=codebook:4",
    "int8; keep=first,last",
)


def written(source: Path, spec: str) -> CompressedFile:
    return compress_file(load_network(source), source, spec, source.with_name("out.onnx"))


def check_values(path: Path, spec: str) -> CompressedFile:
    """Write the file, and compare what it holds with what compression makes of the network."""
    file = written(path, spec)
    expected = compress(load_network(path), parse_spec(spec), weights=open_weights(path))
    found = open_weights(file.written.path)
    assert found is not None
    for layer in expected.layers:
        stored, wanted = found.load(layer.tensor), expected.weights.load(layer.tensor)
        assert stored is not None
        assert wanted is not None
        assert np.allclose(stored, wanted, rtol=1e-5, atol=1e-7)
        assert np.array_equal(stored == 0, wanted == 0)
    assert file.layers == expected.layers
    onnx.checker.check_model(str(file.written.path))
    return file


@pytest.mark.parametrize("spec", SPECS)
def test_the_file_holds_the_compressed_values(trained: Path, spec: str) -> None:
    check_values(trained, spec)


@pytest.mark.parametrize("spec", ["nm:2:4+int8", "int4", "ternary", "conv2=binary", "codebook:4"])
def test_it_runs(trained: Path, spec: str) -> None:
    """ONNX Runtime computes the same from the written file as from the original with the values put into it.

    Without its optimisations, which round activations to 8 bits where they find products with quantised weights.
    """
    image = np.random.default_rng(1).standard_normal((1, 8, 6, 6)).astype(np.float32)
    model = onnx.load(str(trained))
    compressed = compress(load_network(trained), parse_spec(spec), weights=open_weights(trained))
    for tensor in model.graph.initializer:
        values = compressed.weights.load(tensor.name)
        assert values is not None
        tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    expected, found = (
        onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"]).run(None, {"x": image})[0]
        for content in (model.SerializeToString(), written(trained, spec).written.path.read_bytes())
    )
    assert np.allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_written_weights_are_recognised(trained: Path) -> None:
    file = written(trained, "nm:2:4+int8")
    weights = open_weights(file.written.path)
    assert weights is not None
    layers = recognise(load_network(file.written.path), weights)
    assert [str(layer.tightest) for layer in layers[:2]] == ["2:4", "2:4"]
    assert all(layer.used_bits is not None and layer.used_bits <= 8 for layer in layers)


def test_sizes_by_hand(trained: Path) -> None:
    """2:4 of int8: a bit a weight says which half is kept, or 2 bits a kept one: 5 bits a weight either way."""
    file = written(trained, "conv2=nm:2:4+int8")
    assert (file.dense_bits_before, file.stored_bits) == (256 * 32, 256 * 5)
    assert [(name, stored.total_bits) for name, stored in file.storage.items()] == [("w2", 1280)]
    assert file.written.num_bytes_before == trained.stat().st_size
    assert file.written.num_bytes_after == file.written.path.stat().st_size < trained.stat().st_size


def test_scales_are_a_filter_each(trained: Path) -> None:
    """The largest magnitude of each filter is code 127; a product stored (K, N) has its filters along axis 1."""
    model = onnx.load(str(written(trained, "int8").written.path))
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    scales = {name.removesuffix("_scale"): array.reshape(-1) for name, array in arrays.items() if "_scale" in name}
    weights = trained_weights()
    assert np.allclose(scales["w1"], np.abs(weights["w1"]).max(axis=(1, 2, 3)) / 127)
    assert np.allclose(scales["w3"], np.abs(weights["w3"]).max(axis=0) / 127)


def test_grouped_and_transposed_convolutions(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    weights = {
        "grouped": rng.standard_normal((8, 2, 3, 3)).astype(np.float32),
        "up": rng.standard_normal((8, 4, 2, 2)).astype(np.float32),
    }
    nodes = [
        helper.make_node("Conv", ["x", "grouped"], ["c"], name="grouped_conv", group=4, pads=[1, 1, 1, 1]),
        helper.make_node("ConvTranspose", ["c", "up"], ["y"], name="up_conv", group=2, strides=[2, 2]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8, 4, 4])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 8, 8, 8])
    initialisers = [numpy_helper.from_array(values, name) for name, values in weights.items()]
    graph = helper.make_graph(nodes, "graph", [x], [y], initialisers)
    path = tmp_path / "net.onnx"
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    path.write_bytes(model.SerializeToString())
    check_values(path, "int8")


def test_a_transposed_convolution_has_a_scale_an_output_channel(tmp_path: Path) -> None:
    """3 output channels of 2 x 2 taps: 3 scales, of all 8 x 4 weights that a channel has, and not 12."""
    weight = np.random.default_rng(0).standard_normal((8, 3, 2, 2)).astype(np.float32)
    node = helper.make_node("ConvTranspose", ["x", "up"], ["y"], name="up_conv", strides=[2, 2])
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8, 4, 4])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 3, 8, 8])
    graph = helper.make_graph([node], "graph", [x], [y], [numpy_helper.from_array(weight, "up")])
    path = tmp_path / "net.onnx"
    model = helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 13)])
    path.write_bytes(model.SerializeToString())
    file = check_values(path, "int8")
    stored = {one.name: numpy_helper.to_array(one) for one in onnx.load(str(file.written.path)).graph.initializer}
    (scale,) = (array for name, array in stored.items() if "_scale" in name)
    assert np.allclose(scale.reshape(-1), np.abs(weight).max(axis=(0, 2, 3)) / 127)
