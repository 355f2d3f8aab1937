import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workloads.errors import NetworkError
from workloads.onnx_export.model_editor import ModelEditor

make = helper.make_node


def model_of(nodes, names, declared=()):
    def info(name):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [2])

    tensors = [numpy_helper.from_array(np.ones(2, np.float32), name) for name in names]
    return helper.make_model(
        helper.make_graph(list(nodes), "g", [info("x"), *map(info, declared)], [info("y")], tensors)
    )


def new(name):
    return numpy_helper.from_array(np.zeros(2, np.float32), name)


def parts(model):
    graph = model.graph
    return [node.op_type for node in graph.node], sorted(item.name for item in graph.initializer)


def test_an_initialiser_is_replaced_and_others_stay():
    model = model_of([make("Add", ["x", "a"], ["t"]), make("Add", ["t", "b"], ["y"])], ["a", "b"])
    editor = ModelEditor(model)
    editor.put_initialiser(new("a"))
    editor.prune()
    assert parts(model) == (["Add", "Add"], ["a", "b"])
    found = {item.name: numpy_helper.to_array(item).tolist() for item in model.graph.initializer}
    assert found == {"a": [0, 0], "b": [1, 1]}


def test_what_only_made_the_constant_goes_with_it():
    """Neg and Abs made a from w; w serves nothing else. v is read by the last node too, so it stays."""
    nodes = [
        make("Abs", ["w"], ["p"]),
        make("Mul", ["p", "v"], ["a"]),
        make("Add", ["x", "a"], ["t"]),
        make("Add", ["t", "v"], ["y"]),
    ]
    model = model_of(nodes, ["w", "v"])
    editor = ModelEditor(model)
    editor.put_initialiser(new("a"))
    editor.prune()
    assert parts(model) == (["Add", "Add"], ["a", "v"])
    onnx.checker.check_model(model)


def test_a_node_with_another_output_that_is_read_stays():
    nodes = [make("Split", ["w"], ["a", "b"], axis=0), make("Add", ["x", "a"], ["t"]), make("Add", ["t", "b"], ["y"])]
    model = model_of(nodes, ["w"])
    editor = ModelEditor(model)
    editor.put_initialiser(new("a"))
    editor.prune()
    assert parts(model) == (["Split", "Add", "Add"], ["a", "w"])
    assert list(model.graph.node[0].output) == ["a_before_compression", "b"]


def test_an_initialiser_that_old_files_declare_as_input_is_no_input_any_more():
    model = model_of([make("Add", ["x", "a"], ["y"])], ["a"], declared=["a"])
    ModelEditor(model).put_initialiser(new("a"))
    assert [item.name for item in model.graph.input] == ["x"]


def test_nodes_stand_before_what_reads_them():
    model = model_of([make("Add", ["x", "a"], ["y"])], ["a"])
    editor = ModelEditor(model)
    name = editor.fresh_name("a_integers")
    editor.put_nodes("a", [make("Neg", [name], ["n"]), make("Abs", ["n"], ["a"])], [new(name)])
    editor.prune()
    assert parts(model) == (["Neg", "Abs", "Add"], ["a_integers"])
    onnx.checker.check_model(model)


def test_an_input_of_a_node_is_exchanged():
    model = model_of([make("Neg", ["q"], ["a"]), make("Add", ["x", "a"], ["y"])], ["q"])
    editor = ModelEditor(model)
    editor.put_input("a", 0, new(editor.fresh_name("q_new")))
    editor.prune()
    assert parts(model) == (["Neg", "Add"], ["q_new"])
    assert editor.num_reads("q_new") == 1


def test_constants_of_sub_graphs_are_replaced_where_they_are():
    def branch(name):
        out = helper.make_tensor_value_info(f"{name}_out", TensorProto.FLOAT, [2])
        return helper.make_graph([make("Identity", [name], [f"{name}_out"])], "b", [], [out], [new(name)])

    node = make("If", ["c"], ["y"], then_branch=branch("a"), else_branch=branch("b"))
    model = model_of([node], [])
    ModelEditor(model).put_initialiser(numpy_helper.from_array(np.full(2, 5, np.float32), "a"))
    inner = next(item.g for item in model.graph.node[0].attribute if item.name == "then_branch")
    assert numpy_helper.to_array(inner.initializer[0]).tolist() == [5, 5]
    assert not model.graph.initializer


def test_fresh_names_are_free():
    editor = ModelEditor(model_of([make("Add", ["x", "a"], ["y"])], ["a"]))
    assert [editor.fresh_name("a"), editor.fresh_name("a"), editor.fresh_name("new")] == ["a_2", "a_3", "new"]


def test_a_constant_that_is_not_there():
    editor = ModelEditor(model_of([make("Add", ["x", "a"], ["y"])], ["a"]))
    with pytest.raises(NetworkError, match=r"weight 'nothing': no constant of that name is in the converted model"):
        editor.put_initialiser(new("nothing"))
