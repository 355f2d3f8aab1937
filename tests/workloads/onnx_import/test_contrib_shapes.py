"""The rules are compared with the standard operators that compute the same."""

import pytest
from onnx import helper

from workloads.errors import NetworkError


@pytest.mark.parametrize(
    ("a", "b", "attributes"),
    [([2, 3], [3, 4], {}), ([5, 2, 3], [3, 4], {}), ([5, 2, 3], [5, 4, 3], {"transB": 1})],
)
def test_fused_matmul_is_as_large_as_the_standard_one(model, a, b, attributes):
    fused = helper.make_node("FusedMatMul", ["a", "b"], ["y"], domain="com.microsoft", **attributes)
    shape = model.load([fused], {"a": a, "b": b}, ["y"]).tensors["y"].shape
    b = [*b[:-2], b[-1], b[-2]] if attributes else b
    standard = helper.make_node("MatMul", ["a", "b"], ["y"])
    assert model.load([standard], {"a": a, "b": b}, ["y"]).tensors["y"].shape == shape


@pytest.mark.parametrize("op_type", ["FusedMatMul", "MatMulIntegerToFloat", "DynamicQuantizeMatMul"])
def test_inner_sizes_must_agree(model, op_type):
    node = helper.make_node(op_type, ["a", "b"], ["y"], name="n", domain="com.microsoft")
    with pytest.raises(NetworkError, match=r"node 'n'.*do not have the number or shapes that it needs"):
        model.load([node], {"a": [2, 3], "b": [4, 5]}, ["y"])


def test_missing_inputs(model):
    node = helper.make_node("QLinearAdd", ["a"], ["y"], name="n", domain="com.microsoft")
    with pytest.raises(NetworkError, match=r"node 'n'.*do not have the number or shapes that it needs"):
        model.load([node], {"a": [2, 3]}, ["y"])
