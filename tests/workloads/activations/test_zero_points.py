import numpy as np
import pytest
from onnx import TensorProto, helper

from workloads.activations.zero_points import zero_point_name
from workloads.onnx_import.constant_graph import ConstantGraph
from workloads.onnx_import.read import read_model

make = helper.make_node


@pytest.mark.parametrize(
    ("nodes", "expected"),
    [
        ([make("QuantizeLinear", ["x", "s", "z"], ["v"])], "z"),
        ([make("QuantizeLinear", ["x", "s"], ["v"])], None),
        ([make("DynamicQuantizeLinear", ["x"], ["v", "vs", "vz"])], "vz"),
        ([make("QLinearConv", ["x", "s", "z", "w", "s", "z", "s", "out"], ["v"])], "out"),
        ([make("QLinearAdd", ["x", "s", "z", "x", "s", "z", "s", "out"], ["v"], domain="com.microsoft")], "out"),
        (
            [make("QuantizeLinear", ["x", "s", "z"], ["q"]), make("MaxPool", ["q"], ["p"], kernel_shape=[1]),
             make("Reshape", ["p", "t"], ["v"])],
            "z",
        ),
        ([make("Relu", ["x"], ["v"])], None),
    ],
)  # fmt: skip
def test_where_the_zero_point_of_v_stands(save, nodes, expected):
    path = save(
        [*nodes, make("Cast", ["v"], ["y"], to=TensorProto.FLOAT)],
        {"s": np.float32(1), "z": np.uint8(3), "w": np.ones((1, 1, 1), np.uint8), "out": np.uint8(5)},
        {"x": [1, 1, 4], "t": [3]},
    )
    assert zero_point_name(ConstantGraph(read_model(path), path.parent), "v") == expected


def test_inputs_have_none(save):
    path = save([make("Identity", ["x"], ["y"])], {}, {"x": [1]})
    assert zero_point_name(ConstantGraph(read_model(path), path.parent), "x") is None
