import pytest
from onnx import helper

from workloads.errors import UnsupportedOperator
from workloads.loop_nest import MatrixNest, lower

make = helper.make_node


def num_macs(network):
    nests = [lower(operator, network.tensors) for operator in network.operators]
    return sum(nest.num_macs for nest in nests if isinstance(nest, MatrixNest))


def test_four_dimensions(model):
    """2 sequences, 3 heads, 5 queries, 7 keys, width 4: two products of 2*3*5*7*4 = 840."""
    inputs = {"q": [2, 3, 5, 4], "k": [2, 3, 7, 4], "v": [2, 3, 7, 4], "m": [5, 7]}
    network = model.load([make("Attention", ["q", "k", "v", "m"], ["y"])], inputs, ["y"], opset=23)
    assert [operator.kind for operator in network.operators] == ["matmul", "elementwise", "softmax", "matmul"]
    assert num_macs(network) == 1680
    assert network.tensors["y"].shape == (2, 3, 5, 4)


@pytest.mark.parametrize("mask", [[], ["m"]])
@pytest.mark.parametrize("heads_kv", [6, 2, 1])
def test_three_dimensions_and_shared_keys(model, heads_kv, mask):
    """6 query heads of width 4 share 6, 2 or 1 key heads: as many products as with 6 of each."""
    inputs = {"q": [2, 5, 24], "k": [2, 7, 4 * heads_kv], "v": [2, 7, 4 * heads_kv], "m": [5, 7]}
    if not mask:
        del inputs["m"]
    node = make("Attention", ["q", "k", "v", *mask], ["y"], q_num_heads=6, kv_num_heads=heads_kv)
    network = model.load([node], inputs, ["y"], opset=23)
    assert num_macs(network) == 2 * (2 * 6 * 5 * 7 * 4)
    assert network.tensors["y"].shape == (2, 5, 24)


@pytest.mark.parametrize("outputs", [["y"], ["y", "pk", "pv"]])
def test_past_keys_come_first(model, outputs):
    """5 queries meet 9 past and 7 new keys: two products of 2*3*5*16*4 = 1,920."""
    inputs = {"q": [2, 3, 5, 4], "k": [2, 3, 7, 4], "v": [2, 3, 7, 4], "a": [2, 3, 9, 4], "b": [2, 3, 9, 4]}
    node = make("Attention", ["q", "k", "v", "", "a", "b"], ["y", "pk", "pv"])
    network = model.load([node], inputs, outputs, opset=23)
    assert [operator.kind for operator in network.operators] == ["concat", "concat", "matmul", "softmax", "matmul"]
    assert num_macs(network) == 3840
    if len(outputs) > 1:
        assert network.tensors["pk"].shape == (2, 3, 16, 4)


def test_scores_that_are_used_are_named(model):
    inputs = {"q": [2, 3, 5, 4], "k": [2, 3, 7, 4], "v": [2, 3, 7, 4]}
    node = make("Attention", ["q", "k", "v"], ["y", "", "", "s"], name="att")
    with pytest.raises(UnsupportedOperator, match=r"node 'att'.*its scores are used"):
        model.load([node], inputs, ["y", "s"], opset=23)


def test_a_mask_that_is_too_short_is_named(model):
    inputs = {"q": [2, 3, 5, 4], "k": [2, 3, 7, 4], "v": [2, 3, 7, 4], "m": [5, 6]}
    node = make("Attention", ["q", "k", "v", "m"], ["y"], name="att")
    with pytest.raises(UnsupportedOperator, match=r"node 'att'.*its mask does not cover all keys"):
        model.load([node], inputs, ["y"], opset=23)


def test_rotary_embedding(model):
    node = make("RotaryEmbedding", ["x", "c", "s"], ["y"])
    inputs = {"x": [2, 3, 5, 4], "c": [2, 5, 2], "s": [2, 5, 2]}
    network = model.load([node], inputs, ["y"], opset=23)
    assert network.operators[0].work.function == "rotary_embedding"
