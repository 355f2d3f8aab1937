import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from workloads.errors import NetworkError
from workloads.onnx_import.constant_graph import ConstantGraph
from workloads.onnx_import.read import read_model

make = helper.make_node
W = np.arange(6, dtype=np.float32).reshape(2, 3) - 2


def graph_of(model, nodes, weights, **keywords):
    path = model.save(nodes, {"x": [2, 3]}, ["y"], weights=weights, **keywords)
    return ConstantGraph(read_model(path), path.parent)


def constant(name, **attributes):
    return make("Constant", [], [name], **attributes)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (make("Identity", ["w"], ["v"]), W),
        (make("Transpose", ["w"], ["v"]), W.T),
        (make("Reshape", ["w", "shape"], ["v"]), W.reshape(3, 2)),
        (make("Cast", ["w"], ["v"], to=TensorProto.FLOAT16), W.astype(np.float16)),
        (make("Unsqueeze", ["w", "axis"], ["v"]), W[np.newaxis]),
        (make("Flatten", ["w"], ["v"], axis=0), W.reshape(1, 6)),
        (make("Concat", ["w", "w"], ["v"], axis=0), np.concatenate([W, W])),
        (make("Mul", ["w", "scale"], ["v"]), W * np.array([1, 2, 3], np.float32)),
        (make("Slice", ["w", "axis", "one", "one"], ["v"]), W[:, :1]),
    ],
    ids=lambda item: item.op_type if hasattr(item, "op_type") else "",
)
def test_one_node_gives_numpys_result(model, node, expected):
    weights = {
        "w": W,
        "shape": np.array([3, 2]),
        "axis": np.array([0]),
        "one": np.array([1]),
        "scale": np.array([1, 2, 3], np.float32),
    }
    graph = graph_of(model, [node, make("Identity", ["x"], ["y"])], weights)
    found = graph.evaluate("v")
    assert found.dtype == expected.dtype
    np.testing.assert_array_equal(found, expected)


def test_a_chain_out_of_order_is_followed_back(model):
    nodes = [
        make("Transpose", ["b"], ["c"]),
        make("Reshape", ["a", "shape"], ["b"]),
        make("Identity", ["w"], ["a"]),
        make("MatMul", ["x", "c"], ["y"]),
    ]
    found = graph_of(model, nodes, {"w": W, "shape": np.array([3, 2])}).evaluate("c")
    np.testing.assert_array_equal(found, W.reshape(3, 2).T)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"value": numpy_helper.from_array(W)}, W),
        ({"value_float": 2.5}, np.float32(2.5)),
        ({"value_ints": [4, 5]}, np.array([4, 5])),
        (
            {
                "sparse_value": helper.make_sparse_tensor(
                    numpy_helper.from_array(np.array([3.0], np.float32), "v"),
                    numpy_helper.from_array(np.array([1]), "i"),
                    [2],
                )
            },
            np.array([0, 3], np.float32),
        ),
    ],
)
def test_constant_nodes(model, attributes, expected):
    graph = graph_of(model, [constant("c", **attributes), make("Identity", ["x"], ["y"])], {})
    np.testing.assert_array_equal(graph.evaluate("c"), expected)


@pytest.mark.parametrize(
    "nodes",
    [
        [make("Transpose", ["x"], ["v"])],
        [make("Shape", ["x"], ["s"]), make("Reshape", ["w", "s"], ["v"])],
        [make("RandomNormal", [], ["v"], shape=[2, 3])],
        [make("RandomNormalLike", ["w"], ["v"])],
    ],
    ids=["of an input", "of an input's shape", "random", "random like a weight"],
)
def test_what_the_file_does_not_say_is_none(model, nodes):
    assert graph_of(model, [*nodes, make("Add", ["x", "v"], ["y"])], {"w": W}).evaluate("v") is None


def test_a_name_that_nothing_makes_is_none(model):
    assert graph_of(model, [make("Identity", ["x"], ["y"])], {}).evaluate("nothing") is None


def test_the_shape_of_a_constant_is_known(model):
    nodes = [make("Shape", ["w"], ["s"]), make("Reshape", ["w", "s"], ["v"]), make("Add", ["x", "v"], ["y"])]
    np.testing.assert_array_equal(graph_of(model, nodes, {"w": W}).evaluate("v"), W)


@pytest.mark.parametrize(("fill", "is_known"), [(0.0, True), (0.02, False)])
def test_a_fill_of_something_stands_for_a_weight(model, fill, is_known):
    """As the importer has it: a fill whose shape the file spells out is a weight left out, unless it is zeros."""
    value = numpy_helper.from_array(np.array([fill], np.float32))
    nodes = [make("ConstantOfShape", ["s"], ["v"], value=value), make("MatMul", ["x", "v"], ["y"])]
    found = graph_of(model, nodes, {"s": np.array([3, 4])}).evaluate("v")
    assert (found is not None) == is_known


def test_a_fill_too_large_is_none_and_no_allocation(model):
    nodes = [make("ConstantOfShape", ["s"], ["v"]), make("Add", ["x", "v"], ["y"])]
    assert graph_of(model, nodes, {"s": np.array([2**20, 2**20])}).evaluate("v") is None


def test_an_operator_without_a_reference_is_none(model):
    nodes = [make("BiasGelu", ["w", "w"], ["v"], domain="com.microsoft"), make("Add", ["x", "v"], ["y"])]
    assert graph_of(model, nodes, {"w": W}).evaluate("v") is None


def test_the_dequantiser_of_onnx_runtime_is_the_standard_one(model):
    node = make("DequantizeLinear", ["q", "s", "z"], ["v"], domain="com.microsoft", axis=0)
    weights = {
        "q": np.array([[3, 4], [5, 6]], np.int8),
        "s": np.array([0.5, 2.0], np.float32),
        "z": np.array([3, 6], np.int8),
    }
    found = graph_of(model, [node, make("MatMul", ["x", "v"], ["y"])], weights).evaluate("v")
    assert found.tolist() == [[0.0, 0.5], [-2.0, 0.0]]


def branches(name_then, name_else):
    def branch(name, value):
        tensor = numpy_helper.from_array(np.full((2, 3), value, np.float32))
        return helper.make_graph(
            [constant(name, value=tensor)],
            "branch",
            [],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, [2, 3])],
        )

    return make("If", ["c"], ["v"], then_branch=branch(name_then, 1.0), else_branch=branch(name_else, 2.0))


def test_constants_inside_a_branch_are_found(model):
    nodes = [branches("a", "b"), make("Add", ["x", "v"], ["y"])]
    graph = graph_of(model, nodes, {"c": np.array(True)})
    assert graph.evaluate("a").max() == 1
    assert graph.evaluate("b").max() == 2
    assert graph.evaluate("v") is None


def test_a_name_that_both_branches_make_is_none(model):
    nodes = [branches("a", "a"), make("Add", ["x", "v"], ["y"])]
    assert graph_of(model, nodes, {"c": np.array(True)}).evaluate("a") is None


def test_a_cycle_is_an_error(model):
    nodes = [make("Add", ["w", "b"], ["a"]), make("Add", ["w", "a"], ["b"]), make("Add", ["x", "b"], ["y"])]
    with pytest.raises(NetworkError, match=r"value '[ab]' is computed from itself"):
        graph_of(model, nodes, {"w": W}).evaluate("b")


def test_a_long_chain_needs_no_deep_stack(model):
    nodes = [make("Identity", [f"v{step}"], [f"v{step + 1}"]) for step in range(3000)]
    found = graph_of(model, [*nodes, make("Add", ["x", "v3000"], ["y"])], {"v0": W}).evaluate("v3000")
    np.testing.assert_array_equal(found, W)


def test_makers_and_readers(model):
    graph = graph_of(model, [make("Transpose", ["w"], ["v"]), make("MatMul", ["x", "v"], ["y"], name="m")], {"w": W})
    assert graph.maker("w") is None
    assert graph.maker("v").op_type == "Transpose"
    assert [(node.name, index) for node, index in graph.readers("v")] == [("m", 1)]
    assert graph.readers("y") == ()
