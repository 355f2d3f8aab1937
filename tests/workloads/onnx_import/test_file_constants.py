import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workloads.errors import NetworkError
from workloads.onnx_import import load_onnx

make = helper.make_node


def ints(*values):
    return np.array(values, dtype=np.int64)


def floats(*shape):
    return np.ones(shape, dtype=np.float32)


def test_indices_and_masks_are_no_parameters(model):
    nodes = [make("Where", ["m", "x", "z"], ["a"]), make("Add", ["a", "i"], ["y"])]
    types = dict.fromkeys(("x", "z", "y"), TensorProto.INT64)
    weights = {"m": np.array([True, False]), "i": ints(3, 4)}
    assert model.load(nodes, {"x": [2], "z": [2]}, ["y"], weights=weights, types=types).num_parameters == 0


@pytest.mark.parametrize("form", ["value", "value_floats", "value_float"])
def test_constant_nodes(model, form):
    value = {"value": numpy_helper.from_array(floats(4)), "value_floats": [1.0] * 4, "value_float": 1.0}[form]
    nodes = [make("Constant", [], ["w"], **{form: value}), make("Add", ["x", "w"], ["y"])]
    network = model.load(nodes, {"x": [4]}, ["y"])
    assert network.tensors["y"].shape == (4,)


def test_data_that_is_too_short(model):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3, 4], raw_data=b"\0" * 40)
    with pytest.raises(NetworkError, match=re.escape("initialiser 'w': holds 40 bytes, expected 48 for shape [3, 4]")):
        model.load([make("MatMul", ["x", "w"], ["y"])], {"x": [2, 3]}, ["y"], weights={"w": tensor})
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3, 4], float_data=[1.0])
    with pytest.raises(NetworkError, match=re.escape("initialiser 'w': its data does not fit shape [3, 4]")):
        model.load([make("MatMul", ["x", "w"], ["y"])], {"x": [2, 3]}, ["y"], weights={"w": tensor})


def test_negative_dimension_of_an_initialiser(model):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[-3, 4])
    with pytest.raises(NetworkError, match=re.escape("tensor 'w': shape [-3, 4] has a negative dimension")):
        model.load([make("MatMul", ["x", "w"], ["y"])], {"x": [2, 3]}, ["y"], weights={"w": tensor})


def test_zero_dimension_of_an_initialiser(model):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3, 0])
    with pytest.raises(NetworkError, match="dimension 1 is 0, expected at least 1"):
        model.load([make("MatMul", ["x", "w"], ["y"])], {"x": [2, 3]}, ["y"], weights={"w": tensor})


def test_sparse_weights_count_what_they_store(model):
    """3 of 12 elements are stored; the product is as large as a dense one."""
    path = model.save([make("MatMul", ["x", "w"], ["y"])], {"x": [2, 3]}, ["y"], weights={"w": (3, 4)})
    proto = onnx.load(path)
    values = numpy_helper.from_array(floats(3), "w")
    indices = numpy_helper.from_array(ints(0, 5, 11), "i")
    proto.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [3, 4]))
    del proto.graph.initializer[:]
    onnx.save(proto, path)
    network = load_onnx(path)
    assert network.tensors["w"].shape == (3, 4)
    assert network.num_parameters == 3
