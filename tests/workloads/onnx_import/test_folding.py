import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from workloads.errors import NetworkError

make = helper.make_node


def ints(*values):
    return np.array(values, dtype=np.int64)


def floats(*shape):
    return np.ones(shape, dtype=np.float32)


def test_shape_arithmetic_is_folded(model):
    nodes = [
        make("Shape", ["x"], ["s"]),
        make("Gather", ["s", "zero"], ["n"], axis=0),
        make("Unsqueeze", ["n"], ["n1"], axes=[0]),
        make("Concat", ["n1", "rest"], ["t"], axis=0),
        make("Reshape", ["x", "t"], ["y"], name="v"),
    ]
    weights = {"zero": np.array(0), "rest": ints(-1)}
    network = model.load(nodes, {"x": ["n", 3, 4]}, ["y"], weights=weights, opset=11, bindings={"n": 2})
    assert network.tensors["y"].shape == (2, 12)
    assert [operator.name for operator in network.operators] == ["v"]
    assert network.num_parameters == 0
    assert "4 nodes compute on constants and shapes only: folded" in network.notes


@pytest.mark.parametrize(("start", "end", "expected"), [(0, None, 24), (1, None, 12), (-2, -1, 3)])
def test_shape_with_a_range(model, start, end, expected):
    attributes = {"start": start} if end is None else {"start": start, "end": end}
    nodes = [
        make("Shape", ["x"], ["s"], **attributes),
        make("ReduceProd", ["s"], ["p"]),
        make("Expand", ["z", "p"], ["y"]),
    ]
    network = model.load(nodes, {"x": [2, 3, 4], "z": [1]}, ["y"], opset=15)
    assert network.tensors["y"].shape == (expected,)


def test_size(model):
    nodes = [make("Size", ["x"], ["n"]), make("Reshape", ["n", "one"], ["s"]), make("Reshape", ["x", "s"], ["y"])]
    network = model.load(nodes, {"x": [2, 3, 4]}, ["y"], weights={"one": ints(1)})
    assert network.tensors["y"].shape == (24,)


def test_a_huge_fill_is_an_error_and_no_allocation(model):
    nodes = [make("ConstantOfShape", ["s"], ["c"], name="fill"), make("Add", ["x", "c"], ["y"])]
    with pytest.raises(NetworkError, match=r"node 'fill'.*more than the"):
        model.load(nodes, {"x": [1]}, ["y"], weights={"s": ints(2**40, 2**40)})


def test_a_large_fill_is_known_by_its_shape(model):
    nodes = [make("ConstantOfShape", ["s"], ["w"], value=numpy_helper.from_array(np.array([0.5], np.float32)))]
    nodes.append(make("MatMul", ["x", "w"], ["y"]))
    network = model.load(nodes, {"x": [2, 1_000_000]}, ["y"], weights={"s": ints(1_000_000, 1000)})
    assert network.num_parameters == 10**9  # stands for a weight that the file leaves out


def test_a_fill_of_zeros_is_no_parameter(model):
    nodes = [make("ConstantOfShape", ["s"], ["w"]), make("MatMul", ["x", "w"], ["y"])]
    network = model.load(nodes, {"x": [2, 3]}, ["y"], weights={"s": ints(3, 4)})
    assert (network.tensors["w"].num_elements, network.num_parameters) == (12, 0)


def test_a_parameter_used_in_two_shapes_counts_once(model):
    nodes = [
        make("Transpose", ["w"], ["wt"]),
        make("MatMul", ["x", "w"], ["a"]),
        make("MatMul", ["a", "wt"], ["y"]),
    ]
    network = model.load(nodes, {"x": [2, 3]}, ["y"], weights={"w": floats(3, 4)})
    assert network.num_parameters == 12
    assert {name for name, tensor in network.tensors.items() if tensor.role == "weight"} == {"w", "wt"}


def test_a_computed_weight_holds_the_parameters_that_it_is_made_of(model):
    """Weight normalisation: a direction (3, 4) times a length for each of 4 columns is one tensor, 16 parameters."""
    nodes = [make("Mul", ["v", "g"], ["w"]), make("MatMul", ["x", "w"], ["y"])]
    network = model.load(nodes, {"x": [2, 3]}, ["y"], weights={"v": floats(3, 4), "g": floats(1, 4)})
    assert network.num_parameters == 16
    assert network.tensors["w"].num_elements == 12


def test_narrow_weights_stay_as_the_file_stores_them(model):
    """int8 weights that the graph widens and scales are read as int8."""
    nodes = [
        make("Cast", ["q"], ["f"], to=TensorProto.FLOAT),
        make("Mul", ["f", "s"], ["w"]),
        make("MatMul", ["x", "w"], ["y"]),
    ]
    network = model.load(nodes, {"x": [2, 3]}, ["y"], weights={"q": np.ones((3, 4), np.int8), "s": floats(1, 4)})
    assert str(network.tensors["w"].format) == "int8"
    assert network.num_parameters == 12
    assert any("1 weights are widened before use" in note for note in network.notes)
