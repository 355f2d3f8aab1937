import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper

from workloads.onnx_import.constant_graph import ConstantGraph
from workloads.onnx_import.integer_operands import Grid, grid_of, integer_operand
from workloads.onnx_import.read import read_model

make = helper.make_node


@given(
    integers=st.lists(st.integers(-128, 127), min_size=1, max_size=20),
    scale=st.floats(1e-4, 1e3),
    zero_point=st.integers(-128, 127),
)
def test_numbers_of_a_grid_are_quantised_to_the_integers_they_came_from(integers, scale, zero_point):
    grid = Grid(scale=np.array(scale, np.float32), zero_point=np.array(zero_point, np.int8))
    array = np.array(integers, np.int8)
    np.testing.assert_array_equal(grid.quantise(grid.dequantise(array)), array)


def test_the_zero_point_stands_for_zero():
    grid = Grid(scale=np.array([0.1, 0.3], np.float32), zero_point=np.array([7, -3], np.int8))
    assert grid.dequantise(np.array([7, -3], np.int8)).tolist() == [0, 0]


def graph_of(model, nodes, weights, x_type=TensorProto.UINT8):
    path = model.save(nodes, {"x": [3, 2]}, ["y"], weights=weights, types={"x": x_type})
    return ConstantGraph(read_model(path), path.parent)


SCALE, ZERO, Q = np.array(0.5, np.float32), np.array(1, np.uint8), np.ones((2, 4), np.uint8)


def test_a_weight_on_the_left_has_a_scale_a_row(model):
    node = make("QLinearMatMul", ["q", "s", "z", "x", "one", "zero", "one", "zero"], ["y"])
    weights = {
        "q": Q.T,
        "s": np.array([1, 2, 3, 4], np.float32),
        "z": np.zeros(4, np.uint8),
        "one": SCALE,
        "zero": ZERO,
    }
    graph = graph_of(model, [node], weights)
    operand = integer_operand(graph, "q")
    assert operand is not None
    assert operand[1] == 0
    assert grid_of(graph, *operand, (4, 3)).scale.ravel().tolist() == [1, 2, 3, 4]
    assert grid_of(graph, *operand, (4, 3)).scale.shape == (4, 1)


def test_a_float_operand_is_none(model):
    node = make("MatMul", ["x", "w"], ["y"])
    graph = graph_of(model, [node], {"w": np.ones((2, 4), np.float32)}, TensorProto.FLOAT)
    assert integer_operand(graph, "w") is None


def test_a_scale_that_is_no_constant_leaves_the_grid_unknown(model):
    nodes = [
        make("Cast", ["x"], ["f"], to=1),
        make("ReduceMax", ["f"], ["s"], keepdims=0),
        make("QLinearMatMul", ["x", "one", "zero", "q", "s", "zero", "one", "zero"], ["y"]),
    ]
    graph = graph_of(model, nodes, {"q": Q, "one": SCALE, "zero": ZERO})
    operand = integer_operand(graph, "q")
    assert operand is not None
    assert grid_of(graph, *operand, Q.shape) is None


def test_a_missing_zero_point_is_zero(model):
    graph = graph_of(model, [make("MatMulInteger", ["x", "q"], ["y"])], {"q": Q})
    grid = grid_of(graph, *integer_operand(graph, "q"), Q.shape)
    assert (float(grid.scale), float(grid.zero_point)) == (1.0, 0.0)
