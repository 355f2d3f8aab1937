import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError, UnsupportedOperator

make = helper.make_node


def test_batch(model):
    nodes = [make("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"])]
    network = model.load(nodes, {"x": [1, 4, 5, 5]}, ["y"], weights=dict.fromkeys("sbmv", (4,)))
    assert network.operators[0].work.axes == ()
    assert network.num_parameters == 16


def test_batch_in_training_mode(model):
    node = make("BatchNormalization", ["x", "s", "b", "m", "v"], ["y", "m2", "v2"], name="bn", training_mode=1)
    with pytest.raises(UnsupportedOperator, match=r"node 'bn'.*training mode"):
        model.load([node], {"x": [1, 4, 5, 5]}, ["y"], weights=dict.fromkeys("sbmv", (4,)), opset=15)


@pytest.mark.parametrize(("axis", "axes"), [(-1, (2,)), (1, (1, 2)), (0, (0, 1, 2))])
def test_layer(model, axis, axes):
    shape = tuple([2, 3, 4][axis:])
    node = make("LayerNormalization", ["x", "s", "b"], ["y"], axis=axis)
    network = model.load([node], {"x": [2, 3, 4]}, ["y"], weights={"s": shape, "b": shape}, opset=17)
    assert network.operators[0].work.axes == axes


def test_layer_with_statistics(model):
    node = make("LayerNormalization", ["x", "s"], ["y", "m", ""])
    network = model.load([node], {"x": [2, 3, 4]}, ["y", "m"], weights={"s": (4,)}, opset=17)
    assert network.operators[0].outputs == ("y", "m")
    assert network.tensors["m"].shape == (2, 3, 1)


def test_root_mean_square(model):
    node = make("RMSNormalization", ["x", "s"], ["y"])
    network = model.load([node], {"x": [2, 3, 4]}, ["y"], weights={"s": (4,)}, opset=23)
    assert network.operators[0].work.function == "rms_normalisation"


def test_instance(model):
    node = make("InstanceNormalization", ["x", "s", "b"], ["y"])
    network = model.load([node], {"x": [2, 3, 4, 5]}, ["y"], weights={"s": (3,), "b": (3,)})
    assert network.operators[0].work.axes == (2, 3)


@pytest.mark.parametrize(("opset", "size"), [(18, 2), (21, 6)])
def test_group(model, opset, size):
    """6 channels of 4x5 in 2 groups: rows of 3 * 20 = 60 elements."""
    node = make("GroupNormalization", ["x", "s", "b"], ["y"], num_groups=2)
    network = model.load([node], {"x": [2, 6, 4, 5]}, ["y"], weights={"s": (size,), "b": (size,)}, opset=opset)
    assert [operator.kind for operator in network.operators] == ["view", "normalisation", "view"]
    assert network.tensors[network.operators[1].inputs[0]].shape == (2, 2, 60)


def test_group_that_does_not_divide(model):
    node = make("GroupNormalization", ["x", "s", "b"], ["y"], name="g", num_groups=4)
    with pytest.raises(NetworkError, match="node 'g' \\(GroupNormalization\\)"):
        model.load([node], {"x": [2, 6, 4]}, ["y"], weights={"s": (6,), "b": (6,)}, opset=21)


def test_others(model):
    nodes = [
        make("LRN", ["x"], ["a"], size=5),
        make("LpNormalization", ["a"], ["b"], axis=1),
        make("MeanVarianceNormalization", ["b"], ["y"]),
    ]
    network = model.load(nodes, {"x": [2, 3, 4, 5]}, ["y"])
    assert [operator.work.axes for operator in network.operators] == [(1,), (1,), (0, 2, 3)]


def test_half_precision(model):
    types = dict.fromkeys(("x", "y"), TensorProto.FLOAT16)
    node = make("LpNormalization", ["x"], ["y"])
    assert model.load([node], {"x": [2, 3]}, ["y"], types=types).tensors["y"].format.bits == 16
