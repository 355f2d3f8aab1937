import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.onnx_import import load_onnx

make = helper.make_node


def fails(model, message, *arguments, error=NetworkError, **keywords):
    with pytest.raises(error, match=re.escape(message)) as caught:
        model.load(*arguments, **keywords)
    assert "model.onnx" in str(caught.value)


def test_initialiser_twice(model):
    path = model.save([make("Add", ["x", "w"], ["y"])], {"x": [2]}, ["y"], weights={"w": (2,)})
    proto = onnx.load(path)
    proto.graph.initializer.append(proto.graph.initializer[0])
    onnx.save(proto, path)
    with pytest.raises(NetworkError, match="value 'w' is made twice"):
        load_onnx(path)


def test_shapes_that_do_not_fit_name_the_node(model):
    nodes = [make("MatMul", ["x", "z"], ["y"], name="m")]
    fails(model, "node 'm' (MatMul): its inputs do not fit", nodes, {"x": [2, 3], "z": [4, 5]}, ["y"])


def test_missing_operator_set(model):
    nodes = [make("Foo", ["x"], ["y"], name="f", domain="other")]
    fails(model, "node 'f' (Foo): the file imports no operator set for domain 'other'", nodes, {"x": [2]}, ["y"])


def test_unknown_operator_as_a_copy(model):
    nodes = [make("Foo", ["x"], ["a"], name="f"), make("Relu", ["a"], ["y"], name="r")]
    network = model.load(
        nodes, {"x": ["n", 3]}, ["y"], value_info={"a": ["n", 5]}, approximate_unsupported=True, bindings={"n": 2}
    )
    assert [operator.kind for operator in network.operators] == ["copy", "activation"]
    assert network.tensors["y"].shape == (2, 5)
    assert "node 'f' (Foo) is costed as a copy of its inputs to its outputs" in network.notes


def test_unknown_operator_of_unknown_shape_is_no_copy(model):
    nodes = [make("Foo", ["x"], ["a"], name="f"), make("Relu", ["a"], ["y"])]
    message = "nor as a copy, since the file does not state the shape of its output 'a'"
    fails(model, message, nodes, {"x": [2]}, ["y"], approximate_unsupported=True, error=UnsupportedOperator)


def test_reshape_by_an_input_is_named(model):
    nodes = [make("Reshape", ["x", "s"], ["y"], name="v")]
    message = "the shape of its output 'y' is not known before the network runs"
    fails(model, message, nodes, {"x": [6], "s": [2]}, ["y"], types={"s": TensorProto.INT64})


def test_an_empty_part_of_a_concat_is_nothing(model):
    nodes = [make("Slice", ["x", "z", "z"], ["e"]), make("Concat", ["x", "e", "x"], ["y"], axis=0, name="c")]
    network = model.load(nodes, {"x": [2]}, ["y"], weights={"z": np.array([0])})
    assert [operator.inputs for operator in network.operators] == [("x", "x")]


def test_an_empty_part_of_a_split_is_nothing(model):
    nodes = [make("Split", ["x", "s"], ["a", "e"], name="s"), make("Concat", ["a", "e", "x"], ["y"], axis=0)]
    network = model.load(nodes, {"x": [2]}, ["y"], weights={"s": np.array([2, 0])})
    assert [operator.inputs for operator in network.operators] == [("x",), ("a", "x")]


def test_an_empty_result_is_an_error(model):
    nodes = [make("Slice", ["x", "z", "z"], ["e"]), make("Relu", ["e"], ["y"])]
    fails(model, "there is nothing to cost", nodes, {"x": [2]}, ["y"], weights={"z": np.array([0])})


def test_a_constant_of_another_type_stays_a_constant(model):
    """A scalar takes the type of the input: it is still a constant."""
    nodes = [make("CastLike", ["c", "x"], ["k"]), make("Mul", ["x", "k"], ["y"])]
    network = model.load(nodes, {"x": [2, 3]}, ["y"], weights={"c": np.array([1, 2, 3])}, opset=15)
    assert network.operators[0].inputs == ("x", "k")
    assert network.tensors["k"].role == "weight"


def test_broken_attributes_are_errors_of_their_node(model):
    """A fill value whose stated shape does not fit its data; an element type that does not exist."""
    value = TensorProto(data_type=TensorProto.FLOAT, dims=[0], float_data=[])
    nodes = [make("ConstantOfShape", ["s"], ["c"], name="fill", value=value), make("Add", ["x", "c"], ["y"])]
    fails(model, "node 'fill'", nodes, {"x": [2]}, ["y"], weights={"s": np.array([2])})
    value = TensorProto(data_type=77, dims=[1], float_data=[1.0])
    nodes = [make("ConstantOfShape", ["s"], ["c"], name="fill", value=value), make("Add", ["x", "c"], ["y"])]
    fails(model, "node 'fill'", nodes, {"x": [2]}, ["y"], weights={"s": np.array([2])})
