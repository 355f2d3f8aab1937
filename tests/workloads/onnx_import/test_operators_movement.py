import numpy as np
import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError

make = helper.make_node


def ints(*values):
    return np.array(values, dtype=np.int64)


def load_kinds(model, node, inputs, weights=None, outputs=("y",), **keywords):
    """A Relu before and after, so that what drops out can be seen."""
    before = [make("Relu", [name], [f"{name}r"], name=f"before {name}") for name in inputs]
    node.input[:] = [f"{name}r" if name in inputs else name for name in node.input]
    network = model.load([*before, node], inputs, list(outputs), weights=weights, **keywords)
    return network, [operator.kind for operator in network.operators[len(before) :]]


@pytest.mark.parametrize(
    ("node", "weights", "shape"),
    [
        (make("Reshape", ["x", "s"], ["y"]), {"s": ints(0, -1)}, (1, 24)),
        (make("Flatten", ["x"], ["y"], axis=3), None, (6, 4)),
        (make("Squeeze", ["x", "a"], ["y"]), {"a": ints(0)}, (2, 3, 4)),
        (make("Unsqueeze", ["x", "a"], ["y"]), {"a": ints(0)}, (1, 1, 2, 3, 4)),
        (make("Transpose", ["x"], ["y"], perm=[1, 0, 2, 3]), None, (2, 1, 3, 4)),
        (make("Expand", ["x", "s"], ["y"]), {"s": ints(1, 1, 1, 1, 1)}, (1, 1, 2, 3, 4)),
    ],
)
def test_views(model, node, weights, shape):
    network, kinds = load_kinds(model, node, {"x": [1, 2, 3, 4]}, weights)
    assert kinds == ["view"]
    assert network.tensors["y"].shape == shape


def test_squeeze_before_operator_set_13(model):
    network, kinds = load_kinds(model, make("Squeeze", ["x"], ["y"], axes=[0]), {"x": [1, 2]}, opset=7)
    assert (kinds, network.tensors["y"].shape) == (["view"], (2,))


@pytest.mark.parametrize(
    ("node", "weights", "shape", "kind"),
    [
        (make("Transpose", ["x"], ["y"], perm=[0, 2, 1]), None, (1, 6, 4), "transpose"),
        (make("Slice", ["x", "s", "e", "a"], ["y"]), {"s": ints(1), "e": ints(3), "a": ints(1)}, (1, 2, 6), "slice"),
        (make("Pad", ["x", "p"], ["y"]), {"p": ints(0, 1, 0, 0, 1, 0)}, (1, 6, 6), "pad"),
        (make("Gather", ["x", "i"], ["y"], axis=1), {"i": ints(0, 2)}, (1, 2, 6), "slice"),
        (make("Tile", ["x", "r"], ["y"]), {"r": ints(2, 1, 1)}, (2, 4, 6), "copy"),
        (make("Expand", ["x", "s"], ["y"]), {"s": ints(3, 4, 6)}, (3, 4, 6), "copy"),
        (make("Trilu", ["x"], ["y"]), None, (1, 4, 6), "copy"),
    ],
)
def test_movements(model, node, weights, shape, kind):
    network, kinds = load_kinds(model, node, {"x": [1, 4, 6]}, weights, opset=14)
    assert (kinds, network.tensors["y"].shape) == ([kind], shape)


@pytest.mark.parametrize("mode", ["DepthToSpace", "SpaceToDepth"])
def test_depth_and_space(model, mode):
    network, kinds = load_kinds(model, make(mode, ["x"], ["y"], blocksize=2), {"x": [1, 8, 4, 4]})
    assert kinds == ["transpose"]
    assert network.tensors["y"].shape == {"DepthToSpace": (1, 2, 8, 8), "SpaceToDepth": (1, 32, 2, 2)}[mode]


@pytest.mark.parametrize(("mode", "function"), [("nearest", "nearest"), ("linear", "linear"), ("cubic", "cubic")])
def test_resize(model, mode, function):
    node = make("Resize", ["x", "", "s"], ["y"], mode=mode)
    weights = {"s": np.array([1, 1, 2, 2], dtype=np.float32)}
    network, kinds = load_kinds(model, node, {"x": [1, 3, 4, 4]}, weights)
    assert (kinds, network.tensors["y"].shape) == (["resize"], (1, 3, 8, 8))
    assert network.operators[-1].work.function == function


def test_resize_to_stated_sizes_and_upsample(model):
    node = make("Resize", ["x", "", "", "s"], ["y"])
    network, _ = load_kinds(model, node, {"x": [1, 3, 4, 4]}, {"s": ints(1, 3, 6, 5)})
    assert network.tensors["y"].shape == (1, 3, 6, 5)
    weights = {"s": np.array([1, 1, 2, 2], dtype=np.float32)}
    network, kinds = load_kinds(model, make("Upsample", ["x", "s"], ["y"]), {"x": [1, 3, 4, 4]}, weights, opset=9)
    assert (kinds, network.tensors["y"].shape) == (["resize"], (1, 3, 8, 8))


def test_upsample_of_operator_set_seven(model):
    node = make("Upsample", ["x"], ["y"], scales=[1.0, 1.0, 2.0, 2.0], mode="bilinear")
    network, _ = load_kinds(model, node, {"x": [1, 3, 4, 4]}, opset=7)
    assert network.operators[-1].work.function == "linear"


def test_unknown_resize_mode(model):
    weights = {"s": np.array([1, 1, 2, 2], dtype=np.float32)}
    with pytest.raises(NetworkError, match="mode 'wild' is none of nearest, linear, bilinear, cubic"):
        load_kinds(model, make("Resize", ["x", "", "s"], ["y"], mode="wild"), {"x": [1, 3, 4, 4]}, weights)


@pytest.mark.parametrize(
    ("node", "weights"),
    [
        (make("Slice", ["x", "s", "e"], ["a"]), {"s": ints(0), "e": ints(99)}),
        (make("Pad", ["x", "p"], ["a"]), {"p": ints(0, 0, 0, 0)}),
        (make("Reshape", ["x", "s"], ["a"]), {"s": ints(2, 3)}),
        (make("Transpose", ["x"], ["a"], perm=[0, 1]), None),
        (make("Concat", ["x"], ["a"], axis=0), None),
        (make("Resize", ["x", "", "", "s"], ["a"]), {"s": ints(2, 3)}),
        (make("Split", ["x"], ["a"]), None),
    ],
)
def test_what_changes_nothing_drops_out(model, node, weights):
    network = model.load([node, make("Relu", ["a"], ["y"])], {"x": [2, 3]}, ["y"], weights=weights)
    assert [operator.kind for operator in network.operators] == ["activation"]


def test_a_reversing_slice_is_work(model):
    weights = {"s": ints(-1), "e": ints(-99), "a": ints(0), "d": ints(-1)}
    _, kinds = load_kinds(model, make("Slice", ["x", "s", "e", "a", "d"], ["y"]), {"x": [4]}, weights)
    assert kinds == ["slice"]


def test_concat(model):
    network, kinds = load_kinds(model, make("Concat", ["x", "z"], ["y"], axis=1), {"x": [2, 3], "z": [2, 4]})
    assert (kinds, network.tensors["y"].shape) == (["concat"], (2, 7))


def test_split(model):
    node = make("Split", ["x", "s"], ["y", "z"], axis=1)
    network, kinds = load_kinds(model, node, {"x": [2, 5]}, {"s": ints(2, 3)}, outputs=("y", "z"))
    assert (kinds, network.tensors["z"].shape) == (["split"], (2, 3))


def test_split_of_which_a_part_is_read_is_a_slice(model):
    node = make("Split", ["x", "s"], ["y", "z"], axis=1)
    network, kinds = load_kinds(model, node, {"x": [2, 5]}, {"s": ints(2, 3)})
    assert (kinds, network.operators[-1].outputs) == (["slice"], ("y",))


def test_embedding(model):
    nodes = [make("Gather", ["w", "i"], ["y"])]
    types = {"i": TensorProto.INT64}
    network = model.load(nodes, {"i": [2, 7]}, ["y"], weights={"w": (100, 16)}, types=types)
    assert network.operators[0].kind == "gather"
    assert network.tensors["y"].shape == (2, 7, 16)
    assert network.num_parameters == 1600


def test_scatter_reads_all(model):
    node = make("ScatterND", ["x", "i", "u"], ["y"])
    network = model.load([node], {"x": [4, 3], "i": [2, 1], "u": [2, 3]}, ["y"], types={"i": TensorProto.INT64})
    assert network.operators[0].inputs == ("x", "i", "u")


def test_permutation_that_is_none(model):
    with pytest.raises(NetworkError, match="node 't' \\(Transpose\\)"):
        load_kinds(model, make("Transpose", ["x"], ["y"], name="t", perm=[0, 0]), {"x": [2, 3]})
