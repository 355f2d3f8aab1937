import os
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError
from workloads.onnx_import import load_onnx


def relu(model, **keywords):
    return model.save([helper.make_node("Relu", ["x"], ["y"], name="r")], {"x": [2, 3]}, ["y"], **keywords)


def fails(path, message, **keywords):
    with pytest.raises(NetworkError, match=re.escape(message)) as caught:
        load_onnx(path, **keywords)
    assert str(path) in str(caught.value)


def test_missing_file(tmp_path):
    fails(tmp_path / "none.onnx", "no such file")


def test_folder(tmp_path):
    fails(tmp_path, "not a file")


@pytest.mark.parametrize("content", [b"", b"not a model at all", b"\x00" * 100, b"PK\x03\x04abcdef"])
def test_not_onnx(tmp_path, content):
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    fails(path, "not an ONNX model, or a truncated one")


def test_every_truncation_is_one_network_error(model):
    whole = relu(model).read_bytes()
    for length in range(len(whole)):
        model.path.write_bytes(whole[:length])
        try:
            load_onnx(model.path)
        except NetworkError as error:
            assert str(model.path) in str(error)  # noqa: PT017 - some truncations leave a whole model


def test_opset_below_seven(model):
    fails(relu(model, opset=6), "written for operator set 6, expected 7 or newer")


@pytest.mark.parametrize("opset", range(7, onnx.defs.onnx_opset_version() + 1))
def test_every_opset_from_seven(model, opset):
    assert len(load_onnx(relu(model, opset=opset)).operators) == 1


def with_external(model, location, **extra):
    tensor = TensorProto(name="w", data_type=TensorProto.FLOAT, dims=[3, 4], data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, **extra}.items():
        tensor.external_data.add(key=key, value=value)
    return model.save(
        [helper.make_node("MatMul", ["x", "w"], ["y"], name="m")], {"x": [2, 3]}, ["y"], weights={"w": tensor}
    )


def test_missing_external_data_is_fine(model):
    network = load_onnx(with_external(model, "weights.bin"))
    assert network.num_parameters == 12


@pytest.mark.parametrize("location", ["/etc/passwd", "../weights.bin", "a/../../weights.bin", "..\\weights.bin"])
def test_external_data_outside_is_refused(model, location):
    fails(with_external(model, location), f"external data at {location!r} is outside the model's folder; refused")


def test_external_data_through_a_link_is_refused(model, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.bin"
    outside.write_bytes(b"\0" * 48)
    os.symlink(outside, model.path.parent / "weights.bin")
    fails(with_external(model, "weights.bin"), "is outside the model's folder; refused")


def test_external_data_without_location(model):
    fails(with_external(model, ""), "external data without a location")


def test_external_data_with_a_nul_in_its_name(model):
    fails(with_external(model, "a\0b"), "external data at 'a\\x00b': a file's name holds no NUL")


def test_short_external_shape_is_named(model):
    (model.path.parent / "shape.bin").write_bytes(b"\0" * 4)
    tensor = TensorProto(name="s", data_type=TensorProto.INT64, dims=[2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="shape.bin")
    path = model.save(
        [helper.make_node("Reshape", ["x", "s"], ["y"], name="v")], {"x": [2, 3]}, ["y"], weights={"s": tensor}
    )
    fails(path, "external data in 'shape.bin' is shorter than 16 bytes")


def test_small_external_data_steers_shapes(model):
    (model.path.parent / "shape.bin").write_bytes(np.array([9, 3, 2], dtype=np.int64).tobytes())
    tensor = TensorProto(name="s", data_type=TensorProto.INT64, dims=[2], data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="shape.bin")
    tensor.external_data.add(key="offset", value="8")
    path = model.save(
        [helper.make_node("Reshape", ["x", "s"], ["y"], name="v")], {"x": [2, 3]}, ["y"], weights={"s": tensor}
    )
    assert load_onnx(path).tensors["y"].shape == (3, 2)


def test_local_function_is_inlined(model):
    inner = [helper.make_node("Relu", ["a"], ["b"]), helper.make_node("Neg", ["b"], ["c"])]
    function = helper.make_function("mine", "Twice", ["a"], ["c"], inner, [helper.make_opsetid("", 13)])
    call = helper.make_node("Twice", ["x"], ["y"], domain="mine", name="call")
    network = model.load([call], {"x": [2, 3]}, ["y"], functions=[function])
    assert [operator.work.function for operator in network.operators] == ["relu", "neg"]
