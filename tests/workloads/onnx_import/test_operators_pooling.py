import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError

make = helper.make_node


def pool(model, op_type, x, **attributes):
    network = model.load([make(op_type, ["x"], ["y"], name="p", **attributes)], {"x": x}, ["y"])
    return network.operators[0].work, network.tensors["y"].shape


@pytest.mark.parametrize(("ceil_mode", "size"), [(0, 3), (1, 4)])
def test_ceil_mode(model, ceil_mode, size):
    """8 wide, kernel 3, stride 2: (8 - 3) / 2 + 1 = 3.5 positions."""
    attributes = {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": ceil_mode}
    assert pool(model, "MaxPool", [1, 2, 8, 8], **attributes)[1] == (1, 2, size, size)


@pytest.mark.parametrize(("mode", "begin", "end"), [("SAME_UPPER", 0, 1), ("SAME_LOWER", 1, 0)])
def test_automatic_padding(model, mode, begin, end):
    work, shape = pool(model, "AveragePool", [1, 2, 8], kernel_shape=[3], strides=[2], auto_pad=mode)
    assert (work.window.pads_begin, work.window.pads_end, shape) == ((begin,), (end,), (1, 2, 4))


@pytest.mark.parametrize(
    ("op_type", "function"), [("GlobalAveragePool", "average"), ("GlobalMaxPool", "max"), ("GlobalLpPool", "lp")]
)
def test_whole_image(model, op_type, function):
    work, shape = pool(model, op_type, [1, 2, 7, 5])
    assert (work.function, work.window.kernel, shape) == (function, (7, 5), (1, 2, 1, 1))


def test_indices_are_a_second_output(model):
    nodes = [make("MaxPool", ["x"], ["y", "i"], kernel_shape=[2])]
    network = model.load(nodes, {"x": [1, 2, 8]}, ["y", "i"], types={"i": TensorProto.INT64})
    assert network.operators[0].outputs == ("y", "i")
    assert network.tensors["i"].format.bits == 64


def test_indices_that_nobody_reads_are_left_out(model):
    nodes = [make("MaxPool", ["x"], ["y", "i"], kernel_shape=[2])]
    assert model.load(nodes, {"x": [1, 2, 8]}, ["y"]).operators[0].outputs == ("y",)


def test_missing_kernel(model):
    with pytest.raises(NetworkError, match="node 'p' \\(MaxPool\\)"):
        pool(model, "MaxPool", [1, 2, 8])


def test_nothing_to_pool_over(model):
    with pytest.raises(NetworkError, match="node 'p' \\(GlobalAveragePool\\): input \\[2, 3\\] has no spatial axes"):
        pool(model, "GlobalAveragePool", [2, 3])
