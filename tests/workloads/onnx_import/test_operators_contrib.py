import re

import numpy as np
import pytest
from onnx import TensorProto, helper

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.loop_nest import MatrixNest, lower

U8, I8 = TensorProto.UINT8, TensorProto.INT8
SCALE = np.array(0.1, dtype=np.float32)
ZERO = np.array(0, dtype=np.uint8)


def make(op_type, inputs, outputs, **attributes):
    return helper.make_node(op_type, inputs, outputs, name="n", domain="com.microsoft", **attributes)


def num_macs(network):
    nests = [lower(operator, network.tensors) for operator in network.operators]
    return sum(nest.num_macs for nest in nests if isinstance(nest, MatrixNest))


def kinds(network):
    return [operator.kind for operator in network.operators]


@pytest.mark.parametrize(("op_type", "function"), [("QLinearAdd", "add"), ("QLinearMul", "mul")])
def test_quantised_arithmetic(model, op_type, function):
    node = make(op_type, ["a", "s", "z", "b", "s", "z", "s", "z"], ["y"])
    types = dict.fromkeys("aby", U8)
    network = model.load([node], {"a": [2, 3], "b": [3]}, ["y"], weights={"s": SCALE, "z": ZERO}, types=types)
    assert network.operators[0].work.function == function
    assert (str(network.tensors["y"].format), network.tensors["y"].shape) == ("uint8", (2, 3))
    assert network.num_parameters == 0


def test_quantised_pooling_concat_and_activations(model):
    nodes = [
        make("QLinearSigmoid", ["x", "s", "z", "s", "z"], ["a"]),
        make("QLinearLeakyRelu", ["a", "s", "z", "s", "z"], ["b"], alpha=0.1),
        make("QLinearConcat", ["s", "z", "a", "s", "z", "b", "s", "z"], ["c"], axis=1),
        make("QLinearGlobalAveragePool", ["c", "s", "z", "s", "z"], ["d"]),
        make("QLinearSoftmax", ["d", "s", "z", "s", "z"], ["y"], axis=1, opset=13),
    ]
    types = {"x": U8, "y": U8}
    network = model.load(nodes, {"x": [1, 3, 4, 4]}, ["y"], weights={"s": SCALE, "z": ZERO}, types=types)
    assert kinds(network) == ["activation", "activation", "concat", "pool", "softmax"]
    assert network.tensors["y"].shape == (1, 6, 1, 1)


def test_pair_of_this_domain(model):
    nodes = [make("QuantizeLinear", ["x", "s", "z"], ["q"]), make("DequantizeLinear", ["q", "s", "z"], ["d"])]
    nodes.append(helper.make_node("Relu", ["d"], ["y"]))
    network = model.load(nodes, {"x": [4]}, ["y"], weights={"s": SCALE, "z": ZERO})
    assert str(network.tensors["q"].format) == "uint8"


def test_quantised_gemm(model):
    node = make("QGemm", ["x", "s", "z", "w", "s", "t", "b", "s", "z"], ["y"], transB=1)
    weights = {"s": SCALE, "z": ZERO, "t": np.array(0, np.int8), "w": np.ones((5, 4), np.int8)}
    weights["b"] = np.ones(5, np.int32)
    network = model.load([node], {"x": [2, 4]}, ["y"], weights=weights, types={"x": U8, "y": U8})
    assert (num_macs(network), network.num_parameters) == (40, 25)
    assert str(network.tensors["y"].format) == "uint8"


def test_blocked_four_bit_weights(model):
    """N = 6, K = 64 in two blocks of 32: the file packs (6, 2, 16) bytes."""
    node = make("MatMulNBits", ["x", "w", "s"], ["y"], N=6, K=64, bits=4, block_size=32)
    weights = {"w": np.ones((6, 2, 16), np.uint8), "s": np.ones(12, np.float32)}
    network = model.load([node], {"x": [3, 64]}, ["y"], weights=weights)
    assert str(network.tensors["w"].format) == "uint4"
    assert (num_macs(network), network.num_parameters) == (3 * 6 * 64, 6 * 64)


def test_blocked_weights_of_a_width_without_format(model):
    node = make("MatMulNBits", ["x", "w", "s"], ["y"], N=6, K=64, bits=3, block_size=32)
    weights = {"w": np.ones((6, 2, 12), np.uint8), "s": np.ones(12, np.float32)}
    with pytest.raises(UnsupportedOperator, match="weights of 3 bits, expected 2, 4 or 8"):
        model.load([node], {"x": [3, 64]}, ["y"], weights=weights)


def test_dynamic_products(model):
    weights = {"w": np.ones((4, 6), np.int8), "s": SCALE, "b": np.ones(6, np.float32)}
    node = make("DynamicQuantizeMatMul", ["x", "w", "s", "", "b"], ["y"])
    network = model.load([node], {"x": [2, 4]}, ["y"], weights=weights)
    assert kinds(network) == ["normalisation", "matmul", "activation", "elementwise"]
    assert (num_macs(network), network.num_parameters) == (48, 30)
    node = make("MatMulIntegerToFloat", ["x", "w", "s", "s"], ["y"])
    network = model.load([node], {"x": [2, 4]}, ["y"], weights=weights, types={"x": U8})
    assert kinds(network) == ["matmul", "activation"]


def test_dynamic_lstm(model):
    """Weights lie as (D, I, 4H): 5 steps, batch 1, (7 + 3) * 12 products each, two directions."""
    weights = {"w": np.ones((2, 7, 12), np.int8), "r": np.ones((2, 3, 12), np.int8), "b": np.ones((2, 24), np.float32)}
    weights |= {"ws": np.ones(2, np.float32), "wz": np.zeros(2, np.int8)}
    names = ["x", "w", "r", "b", "", "", "", "", "ws", "wz", "ws", "wz"]
    node = make("DynamicQuantizeLSTM", names, ["y"], hidden_size=3, direction="bidirectional")
    network = model.load([node], {"x": [5, 1, 7]}, ["y"], weights=weights)
    assert num_macs(network) == 2 * 5 * 10 * 12
    assert network.tensors["y"].shape == (5, 2, 1, 3)
    assert str(network.tensors["w"].format) == "int8"


@pytest.mark.parametrize("activation", ["", "Relu"])
def test_fused_convolution(model, activation):
    attributes = {"activation": activation} if activation else {}
    node = make("FusedConv", ["x", "w", "b"], ["y"], pads=[1, 1, 1, 1], **attributes)
    network = model.load([node], {"x": [1, 3, 4, 4]}, ["y"], weights={"w": (5, 3, 3, 3), "b": (5,)})
    assert kinds(network) == (["conv", "activation"] if activation else ["conv"])
    assert network.tensors["y"].shape == (1, 5, 4, 4)


def test_fused_gemm_and_matmul(model):
    node = make("FusedGemm", ["x", "w"], ["y"], transB=1, activation="Relu")
    assert kinds(model.load([node], {"x": [2, 4]}, ["y"], weights={"w": (5, 4)})) == ["gemm", "activation"]
    node = make("FusedMatMul", ["a", "b"], ["y"], transB=1)
    network = model.load([node], {"a": [3, 2, 4], "b": [3, 5, 4]}, ["y"])
    assert network.tensors["y"].shape == (3, 2, 5)
    node = make("FusedMatMul", ["a", "b"], ["y"], transA=1)
    with pytest.raises(UnsupportedOperator, match="its first operand or its batch axes are transposed"):
        model.load([node], {"a": [3, 4, 2], "b": [3, 4, 5]}, ["y"])


def test_unknown_fused_activation(model):
    node = make("FusedConv", ["x", "w"], ["y"], activation="Wild")
    with pytest.raises(UnsupportedOperator, match="its activation 'Wild' is none of Relu"):
        model.load([node], {"x": [1, 3, 4, 4]}, ["y"], weights={"w": (5, 3, 3, 3)})


def test_transformer_fusions(model):
    nodes = [
        make("SkipLayerNormalization", ["x", "k", "g", "b"], ["a"]),
        make("BiasGelu", ["a", "b"], ["c"]),
        make("SkipSimplifiedLayerNormalization", ["c", "k", "g"], ["y", "", "", "t"]),
    ]
    network = model.load(nodes, {"x": [2, 3, 4], "k": [2, 3, 4]}, ["y", "t"], weights={"g": (4,), "b": (4,)})
    assert kinds(network) == [
        *("elementwise", "normalisation", "elementwise", "activation"),
        *("elementwise", "normalisation"),
    ]
    assert network.num_parameters == 8


def test_inputs_that_do_not_fit(model):
    node = make("MatMulNBits", ["x", "w", "s"], ["y"], N=6, K=65, bits=4, block_size=32)
    weights = {"w": np.ones((6, 2, 16), np.uint8), "s": np.ones(12, np.float32)}
    message = "node 'n' (com.microsoft.MatMulNBits): its inputs do not have the number or shapes that it needs"
    with pytest.raises(NetworkError, match=re.escape(message)):
        model.load([node], {"x": [3, 64]}, ["y"], weights=weights)
