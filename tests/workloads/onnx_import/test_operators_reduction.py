import numpy as np
import pytest
from onnx import TensorProto, helper

from workloads.errors import UnsupportedOperator

make = helper.make_node
AXES = {"a": np.array([-1], dtype=np.int64)}


@pytest.mark.parametrize("op_type", ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceL2", "ReduceLogSumExp"])
def test_axes_as_attribute(model, op_type):
    network = model.load([make(op_type, ["x"], ["y"], axes=[-1])], {"x": [2, 3, 4]}, ["y"], opset=11)
    assert network.operators[0].work.axes == (2,)
    assert network.tensors["y"].shape == (2, 3, 1)


@pytest.mark.parametrize("op_type", ["ReduceSum", "ReduceMean", "ReduceMin", "ReduceProd"])
def test_axes_as_input(model, op_type):
    nodes = [make(op_type, ["x", "a"], ["y"], keepdims=0)]
    network = model.load(nodes, {"x": [2, 3, 4]}, ["y"], weights=AXES, opset=18)
    assert network.operators[0].work.axes == (2,)
    assert network.tensors["y"].shape == (2, 3)


def test_no_axes_are_all_axes(model):
    network = model.load([make("ReduceSum", ["x"], ["y"])], {"x": [2, 3]}, ["y"])
    assert network.operators[0].work.axes == (0, 1)


def test_no_axes_may_mean_nothing_to_do(model):
    nodes = [make("ReduceSum", ["x"], ["r"], noop_with_empty_axes=1), make("Relu", ["r"], ["y"])]
    assert [operator.kind for operator in model.load(nodes, {"x": [2, 3]}, ["y"]).operators] == ["activation"]


def test_axes_known_only_at_run_time(model):
    nodes = [make("ReduceSum", ["x", "a"], ["y"], name="r", keepdims=1)]
    with pytest.raises(UnsupportedOperator, match="node 'r'"):
        model.load(nodes, {"x": [2, 3], "a": [1]}, ["y"], types={"a": TensorProto.INT64})


def test_arg_max_and_top_k(model):
    nodes = [make("ArgMax", ["x"], ["m"], axis=1), make("TopK", ["x", "k"], ["v", "i"])]
    weights = {"k": np.array([2], dtype=np.int64)}
    types = dict.fromkeys("mi", TensorProto.INT64)
    network = model.load(nodes, {"x": [2, 5]}, ["m", "v", "i"], weights=weights, types=types)
    assert [operator.work.function for operator in network.operators] == ["arg_max", "top_k"]
    assert network.operators[1].outputs == ("v", "i")
    assert network.tensors["v"].shape == (2, 2)


def test_cumulative_sum(model):
    weights = {"a": np.array(-1, dtype=np.int64)}
    network = model.load([make("CumSum", ["x", "a"], ["y"])], {"x": [2, 5]}, ["y"], weights=weights)
    assert network.operators[0].work.axes == (1,)


def test_cumulative_sum_along_an_unknown_axis(model):
    nodes = [make("CumSum", ["x", "a"], ["y"], name="c")]
    with pytest.raises(UnsupportedOperator, match=r"node 'c'.*its axis is known only when the network runs"):
        model.load(nodes, {"x": [2, 5], "a": []}, ["y"], types={"a": TensorProto.INT64})
