import re

import pytest
from onnx import helper

from workloads.errors import NetworkError

RELU = [helper.make_node("Relu", ["x"], ["y"], name="r")]
ADD = [helper.make_node("Add", ["x", "z"], ["y"], name="a")]


def fails(model, message, nodes, inputs, **keywords):
    with pytest.raises(NetworkError, match=re.escape(message)):
        model.load(nodes, inputs, ["y"], **keywords)


def test_every_unbound_dimension_is_named_in_one_error(model):
    fails(
        model,
        "unbound dynamic dimensions: batch (input 'x' axis 0, input 'z' axis 0); x.1 (input 'x' axis 1); "
        "give each a size with --bind NAME=VALUE: --bind batch=VALUE --bind x.1=VALUE",
        ADD,
        {"x": ["batch", None], "z": ["batch", 3]},
    )


def test_bound_by_name_and_by_place(model):
    network = model.load(ADD, {"x": ["batch", None], "z": ["batch", 3]}, ["y"], bindings={"batch": 4, "x.1": 3})
    assert network.tensors["y"].shape == (4, 3)


def test_minus_one_is_dynamic(model):
    network = model.load(RELU, {"x": [-1, 3]}, ["y"], bindings={"x.0": 5})
    assert network.tensors["y"].shape == (5, 3)


def test_fixed_size_can_be_replaced_by_place(model):
    network = model.load(RELU, {"x": [1, 3]}, ["y"], bindings={"x.0": 8})
    assert network.tensors["y"].shape == (8, 3)


@pytest.mark.parametrize("placeholder", ["?", "-1", "None", " ", "a=b"])
def test_placeholders_are_no_names(model, placeholder):
    """Two axes called ``?`` may differ, and nothing can be bound to ``a=b``."""
    shapes = {"x": [1, placeholder, placeholder]}
    fails(
        model,
        "unbound dynamic dimensions: x.1 (input 'x' axis 1); x.2 (input 'x' axis 2); give each a size with "
        "--bind NAME=VALUE: --bind x.1=VALUE --bind x.2=VALUE",
        RELU,
        shapes,
    )
    network = model.load(RELU, shapes, ["y"], bindings={"x.1": 5, "x.2": 7})
    assert network.tensors["x"].shape == (1, 5, 7)
    message = "matches no dimension of an input; dynamic dimensions: x.1, x.2; by place: x.0, x.1, x.2"
    fails(model, message, RELU, shapes, bindings={placeholder: 5})


def test_names_that_a_shell_would_split_are_quoted(model):
    fails(model, "--bind 'past + 1=VALUE' --bind x.1=VALUE", RELU, {"x": ["past + 1", None]})
    assert model.load(RELU, {"x": ["past + 1", 3]}, ["y"], bindings={"past + 1": 2}).tensors["x"].shape == (2, 3)


def test_binding_that_matches_nothing(model):
    fails(
        model,
        "binding sequence=4 matches no dimension of an input; dynamic dimensions: batch; by place: x.0, x.1",
        RELU,
        {"x": ["batch", 3]},
        bindings={"sequence": 4},
    )
    fails(model, "no dimension is dynamic", RELU, {"x": [2, 3]}, bindings={"batch": 4})


@pytest.mark.parametrize("size", [0, -3])
def test_binding_below_one(model, size):
    fails(
        model,
        f"binding batch={size}: expected a size of at least 1",
        RELU,
        {"x": ["batch", 3]},
        bindings={"batch": size},
    )


@pytest.mark.parametrize("size", [0, -2])
def test_impossible_dimension(model, size):
    fails(model, f"input 'x': dimension 1 is {size}, expected at least 1", RELU, {"x": [2, size]})


def test_huge_dimensions_are_an_error_and_no_allocation(model):
    fails(model, "more than the", RELU, {"x": [2**40, 2**40]})
    fails(model, "more than the", RELU, {"x": ["batch", 3]}, bindings={"batch": 2**62})


def test_input_without_a_shape(model):
    fails(model, "input 'x' has no shape in the file", RELU, {"x": None})


def test_input_that_is_no_tensor(model):
    import onnx

    path = model.save(RELU, {"x": [2]}, ["y"])
    proto = onnx.load(path)
    proto.graph.input[0].type.CopyFrom(
        helper.make_sequence_type_proto(helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, [2]))
    )
    onnx.save(proto, path)
    from workloads.onnx_import import load_onnx

    with pytest.raises(NetworkError, match="input 'x' is no tensor"):
        load_onnx(path)


def test_initialiser_that_is_also_an_input_is_a_weight(model):
    network = model.load(
        [helper.make_node("MatMul", ["x", "w"], ["y"], name="m")],
        {"x": [2, 3]},
        ["y"],
        weights={"w": (3, 4)},
        extra_inputs={"w": ["rows", 4]},
    )
    assert network.tensors["w"].role == "weight"
    assert network.num_parameters == 12
