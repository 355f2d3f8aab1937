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


def test_cycle_names_its_nodes(model):
    nodes = [make("Add", ["x", "b"], ["a"], name="first"), make("Relu", ["a"], ["b"], name="second")]
    fails(model, "the graph has a cycle: first -> second -> first", nodes, {"x": [2]}, ["a"])


def test_dangling_input(model):
    nodes = [make("Add", ["x", "ghost"], ["y"], name="a")]
    message = "node 'a' (Add): reads value 'ghost', which no node, input or initialiser makes"
    fails(model, message, nodes, {"x": [2]}, ["y"])


def test_dangling_output(model):
    fails(model, "output 'ghost' is made by no node", [make("Relu", ["x"], ["y"])], {"x": [2]}, ["ghost"])


def test_value_made_twice(model):
    nodes = [make("Relu", ["x"], ["y"], name="a"), make("Neg", ["x"], ["y"], name="b")]
    fails(model, "node 'b' (Neg): makes value 'y', which is already made elsewhere", nodes, {"x": [2]}, ["y"])


def test_initialiser_twice(model):
    path = model.save([make("Add", ["x", "w"], ["y"])], {"x": [2]}, ["y"], weights={"w": (2,)})
    proto = onnx.load(path)
    proto.graph.initializer.append(proto.graph.initializer[0])
    onnx.save(proto, path)
    with pytest.raises(NetworkError, match="value 'w' is made twice"):
        load_onnx(path)


def test_nodes_out_of_order_are_sorted(model):
    nodes = [make("Relu", ["a"], ["y"], name="second"), make("Neg", ["x"], ["a"], name="first")]
    assert [operator.name for operator in model.load(nodes, {"x": [2]}, ["y"]).operators] == ["first", "second"]


def test_shapes_that_do_not_fit_name_the_node(model):
    nodes = [make("MatMul", ["x", "z"], ["y"], name="m")]
    fails(model, "node 'm' (MatMul): its inputs do not fit", nodes, {"x": [2, 3], "z": [4, 5]}, ["y"])


def test_missing_operator_set(model):
    nodes = [make("Foo", ["x"], ["y"], name="f", domain="other")]
    fails(model, "node 'f' (Foo): the file imports no operator set for domain 'other'", nodes, {"x": [2]}, ["y"])


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


def test_shape_that_depends_on_data_is_named(model):
    nodes = [make("NonZero", ["x"], ["y"], name="nz")]
    message = "node 'nz': operator NonZero (domain ai.onnx) cannot be costed: the shape of its output depends on values"
    fails(model, message, nodes, {"x": [2]}, ["y"], types={"y": 7})


def test_reshape_by_an_input_is_named(model):
    nodes = [make("Reshape", ["x", "s"], ["y"], name="v")]
    message = "the shape of its output 'y' is not known before the network runs"
    fails(model, message, nodes, {"x": [6], "s": [2]}, ["y"], types={"s": TensorProto.INT64})


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


def test_dead_nodes_are_noted(model):
    nodes = [make("Relu", ["x"], ["y"], name="r"), make("Neg", ["x"], ["a"], name="n"), make("Abs", ["a"], ["b"])]
    network = model.load(nodes, {"x": [2]}, ["y"])
    assert [operator.name for operator in network.operators] == ["r"]
    assert "2 nodes whose results nobody reads are left out: n, Abs_b" in network.notes


def test_constant_output_is_noted(model):
    nodes = [make("Relu", ["x"], ["y"]), make("Shape", ["x"], ["s"])]
    network = model.load(nodes, {"x": [2]}, ["y", "s"], types={"s": TensorProto.INT64})
    assert "output 's' is constant: nothing computes it" in network.notes


def test_nothing_to_cost(model):
    message = "no output of the graph depends on its inputs: there is nothing to cost"
    fails(model, message, [make("Shape", ["x"], ["s"])], {"x": [2]}, ["s"], types={"s": TensorProto.INT64})


def test_output_that_is_another_name_becomes_a_view(model):
    nodes = [make("Relu", ["x"], ["a"]), make("Identity", ["a"], ["y"])]
    network = model.load(nodes, {"x": [2]}, ["y"])
    assert [operator.kind for operator in network.operators] == ["activation", "view"]


def test_two_nodes_of_one_name(model):
    nodes = [make("Relu", ["x"], ["a"], name="r"), make("Relu", ["a"], ["y"], name="r")]
    assert [operator.name for operator in model.load(nodes, {"x": [2]}, ["y"]).operators] == ["r", "r#2"]


def test_unused_input_stays_an_input(model):
    network = model.load([make("Relu", ["x"], ["y"])], {"x": [2], "z": [3]}, ["y"])
    assert network.tensors["z"].role == "input"


def test_text_has_no_cost_model(model):
    nodes = [make("Concat", ["x", "x"], ["y"], axis=0)]
    types = {"x": TensorProto.STRING, "y": TensorProto.STRING}
    fails(model, "tensor 'x': element type STRING has no cost model", nodes, {"x": [2]}, ["y"], types=types)


def test_element_types(model):
    types = {"x": TensorProto.FLOAT16, "y": TensorProto.FLOAT16}
    assert str(model.load([make("Relu", ["x"], ["y"])], {"x": [2]}, ["y"], types=types).tensors["y"].format) == "fp16"
    types = {"x": TensorProto.BFLOAT16, "y": TensorProto.BFLOAT16}
    assert str(model.load([make("Relu", ["x"], ["y"])], {"x": [2]}, ["y"], types=types).tensors["y"].format) == "bf16"


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


def test_sequences_are_named(model):
    nodes = [make("SequenceConstruct", ["x"], ["s"], name="q"), make("SequenceLength", ["s"], ["y"])]
    message = "node 'q': operator SequenceConstruct (domain ai.onnx) cannot be costed: sequences and optional values"
    fails(model, message, nodes, {"x": [2]}, ["y"], types={"y": TensorProto.INT64}, error=UnsupportedOperator)


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
