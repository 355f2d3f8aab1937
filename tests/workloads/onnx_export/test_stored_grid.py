import numpy as np
import pytest
from onnx import TensorProto, helper

from workloads.onnx_export.stored_grid import holds_integers, stored_grid
from workloads.onnx_import.constant_graph import ConstantGraph
from workloads.onnx_import.read import read_model

make = helper.make_node
Q = np.array([[3, 5], [-128, 127]], np.int8)
WEIGHTS = {
    "q": Q,
    "s": np.array([0.5, 2.0], np.float32),
    "z": np.array([3, 5], np.int8),
    "row": np.array([[0.5, 2.0]], np.float32),
}
DEQUANTISED = [make("DequantizeLinear", ["q", "s", "z"], ["v"], axis=1)]
SCALED = [make("Cast", ["q"], ["c"], to=1), make("Mul", ["c", "row"], ["v"])]


def grid(models, nodes, weights=WEIGHTS, name="v"):
    path = models.save([*nodes, make("MatMul", ["x", name], ["y"])], weights, shape=[1, 2])
    return stored_grid(ConstantGraph(read_model(path), path.parent), name)


@pytest.mark.parametrize(("nodes", "zero", "reader"), [(DEQUANTISED, [3, 5], "v"), (SCALED, [0, 0], "c")])
def test_usual_forms(models, nodes, zero, reader):
    found = grid(models, nodes)
    assert found.reader.outputs == (reader,)
    expected = (Q.astype(np.float32) - np.array(zero)) * np.array([0.5, 2.0])
    np.testing.assert_array_equal(found.quantise(expected), Q)


def test_zeros_stay_on_the_grid(models):
    found = grid(models, DEQUANTISED)
    assert found.quantise(np.zeros((2, 2))).tolist() == [[3, 5], [3, 5]]


@pytest.mark.parametrize(
    "values",
    [[[0.25, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 2.0 * (128 - 5)]]],
    ids=["between two integers", "above the largest"],
)
def test_numbers_that_are_not_on_the_grid(models, values):
    assert grid(models, DEQUANTISED).quantise(np.array(values)) is None


def test_a_cast_that_others_read_is_left_alone(models):
    extra = [make("Add", ["c", "row"], ["d"]), make("MatMul", ["d", "v"], ["e"])]
    assert grid(models, [*SCALED, *extra]) is None


@pytest.mark.parametrize(
    "nodes", [[make("Identity", ["row"], ["v"])], [make("Mul", ["row", "row"], ["v"])]], ids=["floats", "product"]
)
def test_no_integers(models, nodes):
    assert grid(models, nodes) is None


def test_which_types_hold_integers():
    four_bits = helper.tensor_dtype_to_np_dtype(TensorProto.INT4)
    assert holds_integers(np.zeros(1, four_bits))
    assert holds_integers(np.zeros(1, np.uint8))
    assert not holds_integers(np.zeros(1, np.float16))
    assert not holds_integers(np.zeros(1, np.bool_))
