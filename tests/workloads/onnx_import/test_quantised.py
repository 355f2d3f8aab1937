import numpy as np
import pytest
from onnx import TensorProto, helper

from workloads.loop_nest import lower

make = helper.make_node
U8, I8, I32 = TensorProto.UINT8, TensorProto.INT8, TensorProto.INT32
SCALE = np.array(0.1, dtype=np.float32)
ZERO = np.array(0, dtype=np.uint8)
SIGNED_ZERO = np.array(0, dtype=np.int8)
SCALES = {"s": SCALE, "z": ZERO, "t": SIGNED_ZERO}


def weight(*shape, dtype=np.int8):
    return np.ones(shape, dtype=dtype)


def bits(network, *names):
    return [str(network.tensors[name].format) for name in names]


def pair(source, target, zero="z"):
    """A quantiser and a dequantiser."""
    return [
        make("QuantizeLinear", [source, "s", zero], [f"{source}_q"], name=f"quantise {source}"),
        make("DequantizeLinear", [f"{source}_q", "s", zero], [target]),
    ]


def test_pairs_disappear_and_the_operator_between_them_is_integer(model):
    nodes = [
        *pair("x", "xd"),
        make("DequantizeLinear", ["w", "s", "t"], ["wd"]),
        make("DequantizeLinear", ["b", "s"], ["bd"]),
        make("Conv", ["xd", "wd", "bd"], ["c"], name="conv"),
        make("Relu", ["c"], ["r"], name="relu"),
        *pair("r", "rd"),
        make("MaxPool", ["rd"], ["y"], name="pool", kernel_shape=[2, 2]),
    ]
    weights = {**SCALES, "w": weight(8, 4, 3, 3), "b": np.ones(8, np.int32)}
    network = model.load(nodes, {"x": [1, 4, 6, 6]}, ["y"], weights=weights, fuse=True)
    names = [operator.name for operator in network.operators]
    assert names == ["quantise x", "conv", "pool"]  # the input arrives as floats
    conv = network.operators[1]
    assert bits(network, *conv.inputs, *conv.outputs) == ["uint8", "int8", "int32", "uint8"]
    assert network.num_parameters == 8 * 4 * 9 + 8
    nest = lower(conv, network.tensors)
    assert (nest.input_bits, nest.weight_bits, nest.output_bits) == (8, 8, 8)


def test_an_output_that_is_dequantised_leaves_as_floats(model):
    nodes = [make("Relu", ["x"], ["r"]), *pair("r", "y")]
    network = model.load(nodes, {"x": [4]}, ["y"], weights=SCALES)
    assert [operator.work.function for operator in network.operators] == ["relu", "dequantise"]
    assert bits(network, "r_q", "y") == ["uint8", "fp32"]


def test_four_bit_weights(model):
    w = helper.make_tensor("w", TensorProto.INT4, [4, 6], [1] * 24)
    nodes = [make("DequantizeLinear", ["w", "s"], ["wd"]), make("MatMul", ["x", "wd"], ["y"])]
    network = model.load(nodes, {"x": [2, 4]}, ["y"], weights={"s": SCALE, "w": w}, opset=21)
    assert bits(network, "x", network.operators[0].inputs[1]) == ["fp32", "int4"]
    assert network.num_parameters == 24


def test_weights_quantised_in_the_file(model):
    """A float weight that passes a quantiser and a dequantiser before use is int8; scales are no parameters."""
    nodes = [
        make("QuantizeLinear", ["w", "sv", "tv"], ["wq"], axis=1),
        make("DequantizeLinear", ["wq", "sv", "tv"], ["wd"], axis=1),
        make("MatMul", ["x", "wd"], ["y"]),
    ]
    weights = {"w": weight(4, 6, dtype=np.float32), "sv": np.ones(6, np.float32), "tv": np.zeros(6, np.int8)}
    network = model.load(nodes, {"x": [2, 4]}, ["y"], weights=weights)
    assert bits(network, network.operators[0].inputs[1]) == ["int8"]
    assert network.num_parameters == 24


def test_a_value_that_others_read_as_it_is_keeps_its_quantiser(model):
    nodes = [make("Relu", ["x"], ["r"]), *pair("r", "d"), make("Neg", ["d"], ["n"]), make("Add", ["r", "n"], ["y"])]
    network = model.load(nodes, {"x": [4]}, ["y"], weights=SCALES)
    assert [operator.work.function for operator in network.operators] == ["relu", "quantise", "neg", "add"]
    assert bits(network, "r", "r_q", "n") == ["fp32", "uint8", "fp32"]


def test_views_before_a_quantiser_show_integers(model):
    shape = np.array([4, 1], dtype=np.int64)
    nodes = [
        make("Relu", ["x"], ["r"]),
        make("Reshape", ["r", "shape"], ["v"]),
        *pair("v", "d"),
        make("Neg", ["d"], ["y"]),
    ]
    network = model.load(nodes, {"x": [4]}, ["y"], weights={**SCALES, "shape": shape})
    assert [operator.kind for operator in network.operators] == ["activation", "view", "activation"]
    assert bits(network, "r", "v_q") == ["uint8", "uint8"]


def test_a_view_of_an_input_keeps_its_quantiser(model):
    shape = np.array([4, 1], dtype=np.int64)
    nodes = [make("Reshape", ["x", "shape"], ["v"]), *pair("v", "d"), make("Neg", ["d"], ["y"])]
    network = model.load(nodes, {"x": [4]}, ["y"], weights={**SCALES, "shape": shape})
    assert [operator.kind for operator in network.operators] == ["view", "activation", "activation"]
    assert bits(network, "v", "v_q") == ["fp32", "uint8"]


def test_quantised_output_is_written_by_its_maker(model):
    nodes = [make("Relu", ["x"], ["r"]), make("QuantizeLinear", ["r", "s", "z"], ["y"])]
    network = model.load(nodes, {"x": [4]}, ["y"], weights=SCALES, types={"y": U8})
    assert len(network.operators) == 1
    assert bits(network, "y") == ["uint8"]


def test_quantised_convolution(model):
    inputs = ["x", "s", "z", "w", "s", "t", "s", "z", "b"]
    nodes = [make("QLinearConv", inputs, ["y"], pads=[1, 1, 1, 1])]
    weights = {**SCALES, "w": weight(8, 4, 3, 3), "b": np.ones(8, np.int32)}
    network = model.load(nodes, {"x": [1, 4, 6, 6]}, ["y"], weights=weights, types={"x": U8, "y": U8})
    (conv,) = network.operators
    assert conv.inputs == ("x", "w", "b")
    assert bits(network, *conv.inputs, "y") == ["uint8", "int8", "int32", "uint8"]
    assert lower(conv, network.tensors).num_macs == 36 * 8 * 36
    assert network.num_parameters == 8 * 36 + 8


def test_quantised_matmul(model):
    nodes = [make("QLinearMatMul", ["x", "s", "z", "w", "s", "t", "s", "z"], ["y"])]
    types = {"x": U8, "y": U8}
    network = model.load(nodes, {"x": [2, 4]}, ["y"], weights={**SCALES, "w": weight(4, 6)}, types=types)
    assert network.operators[0].inputs == ("x", "w")
    assert bits(network, "x", "w", "y") == ["uint8", "int8", "uint8"]


@pytest.mark.parametrize("fuse", [False, True])
def test_dynamic_quantisation(model, fuse):
    nodes = [
        make("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"], name="quantise"),
        make("MatMulInteger", ["xq", "w", "xz", "t"], ["i"], name="product"),
        make("Cast", ["i"], ["f"], to=TensorProto.FLOAT, name="cast"),
        make("Mul", ["xs", "s"], ["scale"]),
        make("Mul", ["f", "scale"], ["m"], name="rescale"),
        make("Add", ["m", "b"], ["y"], name="bias"),
    ]
    weights = {**SCALES, "w": weight(4, 6), "b": np.ones(6, np.float32)}
    network = model.load(nodes, {"x": [2, 4]}, ["y"], weights=weights, fuse=fuse)
    names = [operator.name for operator in network.operators]
    assert names == (["quantise", "product"] if fuse else ["quantise", "product", "cast", "rescale", "bias"])
    assert bits(network, "xq", "w") == ["uint8", "int8"]
    assert network.tensors[network.operators[1].outputs[0]].format.name == ("fp32" if fuse else "int32")
    assert network.num_parameters == 30
    assert "1 tensors are quantised at run time: arithmetic on their scales counts as folded" in network.notes
    if fuse:
        fusions = network.operators[1].fusions
        assert [(fusion.name, fusion.num_operations_per_output) for fusion in fusions] == [
            ("cast", 1),
            ("rescale", 1),
            ("bias", 1),
        ]


def test_integer_convolution(model):
    nodes = [make("ConvInteger", ["x", "w", "z"], ["y"])]
    types = {"x": U8, "y": I32}
    network = model.load(nodes, {"x": [1, 4, 6, 6]}, ["y"], weights={**SCALES, "w": weight(8, 4, 3, 3)}, types=types)
    assert bits(network, "x", "w", "y") == ["uint8", "int8", "int32"]
    assert lower(network.operators[0], network.tensors).num_macs == 16 * 8 * 36


def test_integer_product_that_is_an_output(model):
    nodes = [make("MatMulInteger", ["x", "w"], ["y"])]
    network = model.load(nodes, {"x": [2, 4]}, ["y"], weights={"w": weight(4, 6)}, types={"x": I8, "y": I32})
    assert bits(network, "x", "w", "y") == ["int8", "int8", "int32"]
