"""Values of weights, by the names and in the shapes of the network that the importer makes of the same file."""

from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from workloads.errors import NetworkError
from workloads.load import load_network
from workloads.onnx_import.weights import OnnxWeights
from workloads.weight_layout import compressible_weights

make = helper.make_node
RNG = np.random.default_rng(7)
W = RNG.normal(size=(3, 4)).astype(np.float32)
CONTRIB = {"domain": "com.microsoft"}


def weights_of(model, *arguments, **keywords):
    """The values of all weights of matrix operators, which have the shapes of the network's tensors."""
    path = model.save(*arguments, **keywords)
    network = load_network(path)
    found = {name: OnnxWeights(path).load(name) for name in compressible_weights(network)}
    for name, values in found.items():
        assert values.shape == network.tensors[name].shape
        assert values.dtype.kind == "f"
    return found


@pytest.mark.parametrize("dtype", [np.float32, np.float16, np.float64, ml_dtypes.bfloat16])
def test_floats_of_any_width(model, dtype):
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    found = weights_of(
        model,
        [make("MatMul", ["x", "w"], ["y"])],
        {"x": [2, 3]},
        ["y"],
        weights={"w": W.astype(dtype)},
        types={"x": kind},
    )
    np.testing.assert_array_equal(found["w"], W.astype(dtype).astype(np.float64))


@pytest.mark.parametrize(
    ("nodes", "name", "expected"),
    [
        ([make("Transpose", ["w"], ["v"])], "v", W.T),
        ([make("Reshape", ["w", "shape"], ["v"])], "v", W.reshape(4, 3)),
        ([make("Identity", ["w"], ["v"])], "v", W),
        ([make("Cast", ["w"], ["c"], to=TensorProto.FLOAT16), make("Cast", ["c"], ["v"], to=1)], "v", None),
    ],
)
def test_folded_constants(model, nodes, name, expected):
    expected = W.astype(np.float16).astype(np.float32) if expected is None else expected
    found = weights_of(
        model,
        [*nodes, make("MatMul", ["x", name], ["y"])],
        {"x": [2, expected.shape[0]]},
        ["y"],
        weights={"w": W, "shape": np.array([4, 3])},
    )
    np.testing.assert_array_equal(found[name], expected)


def test_a_convolution_before_batch_normalisation_has_the_values_of_the_file(model):
    kernel = RNG.normal(size=(4, 3, 3, 3)).astype(np.float32)
    ones = np.full(4, 3.0, np.float32)
    nodes = [make("Conv", ["x", "w"], ["c"]), make("BatchNormalization", ["c", *"abmv"], ["y"])]
    weights = {"w": kernel, **dict.fromkeys("abmv", ones)}
    found = weights_of(model, nodes, {"x": [1, 3, 8, 8]}, ["y"], weights=weights)
    np.testing.assert_array_equal(found["w"], kernel)


Q = np.array([[3, 5, 130], [0, 3, 255]], np.uint8)
SCALES = np.array([0.5, 2.0, 0.25], np.float32)
ZEROS = np.array([3, 5, 130], np.uint8)
REAL = (Q.astype(np.float32) - ZEROS) * SCALES
"""Element (0, 0) is (3 - 3) * 0.5 = 0, element (1, 2) is (255 - 130) * 0.25 = 31.25."""
PER_COLUMN = {"q": Q, "s": SCALES, "z": ZEROS, "one": np.array(1.0, np.float32), "zero": np.array(0, np.uint8)}


@pytest.mark.parametrize(
    ("nodes", "types", "name"),
    [
        ([make("DequantizeLinear", ["q", "s", "z"], ["v"], axis=1), make("MatMul", ["x", "v"], ["y"])], {}, "v"),
        (
            [make("QLinearMatMul", ["x", "one", "zero", "q", "s", "z", "one", "zero"], ["y"])],
            {"x": TensorProto.UINT8},
            "q",
        ),
        ([make("QGemm", ["x", "one", "zero", "q", "s", "z"], ["y"], **CONTRIB)], {"x": TensorProto.UINT8}, "q"),
        ([make("DynamicQuantizeMatMul", ["x", "q", "s", "z"], ["y"], **CONTRIB)], {}, "q"),
        (
            [make("MatMulIntegerToFloat", ["x", "q", "one", "s", "zero", "z"], ["y"], **CONTRIB)],
            {"x": TensorProto.UINT8},
            "q",
        ),
    ],
    ids=["DequantizeLinear", "QLinearMatMul", "QGemm", "DynamicQuantizeMatMul", "MatMulIntegerToFloat"],
)
def test_integers_with_a_scale_a_column(model, nodes, types, name):
    found = weights_of(model, nodes, {"x": [1, 2]}, ["y"], weights=PER_COLUMN, types=types)
    np.testing.assert_array_equal(found[name], REAL)


def test_a_gemm_of_transposed_integers_has_a_scale_a_row(model):
    node = make("QGemm", ["x", "one", "zero", "q", "s", "z"], ["y"], transB=1, **CONTRIB)
    weights = {**PER_COLUMN, "q": np.ascontiguousarray(Q.T)}
    found = weights_of(model, [node], {"x": [1, 2]}, ["y"], weights=weights, types={"x": TensorProto.UINT8})
    np.testing.assert_array_equal(found["q"], REAL.T)


def test_a_quantised_convolution_has_a_scale_a_filter(model):
    q = RNG.integers(0, 255, size=(3, 2, 1, 1)).astype(np.uint8)
    node = make("QLinearConv", ["x", "one", "zero", "q", "s", "z", "one", "zero"], ["y"])
    found = weights_of(
        model, [node], {"x": [1, 2, 4, 4]}, ["y"], weights={**PER_COLUMN, "q": q}, types={"x": TensorProto.UINT8}
    )
    column = (3, 1, 1, 1)
    expected = (q.astype(np.float32) - ZEROS.reshape(column)) * SCALES.reshape(column)
    np.testing.assert_array_equal(found["q"], expected)


def dynamic(op_type, tail):
    """A product of integers as ONNX Runtime's dynamic quantisation writes it."""
    return [
        make("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"]),
        make(op_type, ["xq", "q", "xz", "zw"], ["p"]),
        *tail,
    ]


RESCALED = [
    make("Cast", ["p"], ["f"], to=1),
    make("Mul", ["xs", "sw"], ["m"]),
    make("Mul", ["f", "m"], ["y"]),
]
BIASED = [
    make("Add", ["p", "bias"], ["b"]),
    make("Cast", ["b"], ["f"], to=1),
    make("Mul", ["xs", "sw"], ["m"]),
    make("Mul", ["m", "f"], ["y"]),
]
UNSCALED = [make("Cast", ["p"], ["y"], to=1)]


@pytest.mark.parametrize(("tail", "scale"), [(RESCALED, 0.5), (BIASED, 0.5), (UNSCALED, 1.0)])
def test_the_scale_of_an_integer_product_follows_it(model, tail, scale):
    """Where no factor follows, the values are steps of the grid: zero is zero all the same."""
    weights = {
        "q": Q,
        "zw": np.array(3, np.uint8),
        "sw": np.array(0.5, np.float32),
        "bias": np.array([1, 2, 3], np.int32),
    }
    found = weights_of(model, dynamic("MatMulInteger", tail), {"x": [4, 2]}, ["y"], weights=weights)
    np.testing.assert_array_equal(found["q"], (Q.astype(np.float32) - 3) * np.float32(scale))


def test_an_integer_convolution(model):
    q = Q.reshape(3, 2, 1, 1)
    weights = {"q": q, "zw": np.array(130, np.uint8), "sw": np.array(0.5, np.float32)}
    found = weights_of(model, dynamic("ConvInteger", RESCALED), {"x": [1, 2, 4, 4]}, ["y"], weights=weights)
    np.testing.assert_array_equal(found["q"], (q.astype(np.float32) - 130) * np.float32(0.5))


@pytest.mark.parametrize("per_gate", [False, True])
def test_a_quantised_lstm_is_turned_and_scaled(model, per_gate):
    """ONNX Runtime stores (directions, inputs, gates); the network has (directions, gates, inputs)."""
    hidden, size = 2, 3
    w = RNG.integers(-9, 9, size=(1, size, 4 * hidden)).astype(np.int8)
    r = RNG.integers(-9, 9, size=(1, hidden, 4 * hidden)).astype(np.int8)
    scale = np.linspace(0.5, 2.0, 4 * hidden, dtype=np.float32)[np.newaxis] if per_gate else np.array([0.5], np.float32)
    zero = np.ones_like(scale, dtype=np.int8)
    inputs = ["x", "w", "r", *[""] * 5, "s", "z", "s", "z"]
    node = make("DynamicQuantizeLSTM", inputs, ["y"], hidden_size=hidden, **CONTRIB)
    weights = {"w": w, "r": r, "s": scale, "z": zero}
    found = weights_of(model, [node], {"x": [5, 1, size]}, ["y"], weights=weights)
    expected = (w.astype(np.float32) - 1) * scale.reshape(1, 1, -1)
    np.testing.assert_array_equal(found["w"], expected.transpose(0, 2, 1))


def test_weights_in_sparse_initialisers(model):
    path = model.save([make("MatMul", ["x", "w"], ["y"])], {"x": [2, 3]}, ["y"])
    proto = onnx.load(path)
    values = numpy_helper.from_array(np.array([7.0], np.float32), "w")
    indices = numpy_helper.from_array(np.array([5]), "i")
    proto.graph.sparse_initializer.append(helper.make_sparse_tensor(values, indices, [3, 4]))
    onnx.save(proto, path)
    found = OnnxWeights(path).load("w")
    assert (found.shape, np.count_nonzero(found), found[1, 1]) == ((3, 4), 1, 7.0)


def test_weights_of_a_recurrent_layer(model):
    w, r = np.ones((1, 8, 3), np.float32), np.zeros((1, 8, 2), np.float32)
    node = make("LSTM", ["x", "w", "r"], ["y"], hidden_size=2)
    found = weights_of(model, [node], {"x": [5, 1, 3]}, ["y"], weights={"w": w, "r": r})
    assert (found["w"].sum(), found["r"].sum()) == (24, 0)


def test_nan_names_file_tensor_and_index(model):
    broken = W.copy()
    broken[1, 2] = np.nan
    path = model.save([make("MatMul", ["x", "w"], ["y"])], {"x": [2, 3]}, ["y"], weights={"w": broken})
    with pytest.raises(NetworkError, match=r"model.onnx: weight 'w': holds NaN at index \[1, 2\], expected numbers"):
        OnnxWeights(path).load("w")


def test_infinity_is_a_number(model):
    """Masks of attention hold it."""
    path = model.save([make("Add", ["x", "w"], ["y"])], {"x": [2, 3]}, ["y"], weights={"w": np.full(3, -np.inf)})
    assert np.all(np.isneginf(OnnxWeights(path).load("w")))


def test_a_scale_of_another_length_leaves_the_values_unknown(model):
    node = make("MatMulIntegerToFloat", ["x", "q", "one", "s", "zero", "z"], ["y"], **CONTRIB)
    weights = {**PER_COLUMN, "s": np.ones(2, np.float32)}
    path = model.save([node], {"x": [1, 2]}, ["y"], weights=weights, types={"x": TensorProto.UINT8})
    assert OnnxWeights(path).load("q") is None


def test_the_file_is_read_when_a_weight_is_asked_for(tmp_path):
    weights = OnnxWeights(tmp_path / "missing.onnx")
    with pytest.raises(NetworkError, match=r"missing.onnx: no such file"):
        weights.load("w")


def test_a_light_model_has_no_values():
    path = Path(onnx.__file__).parent / "backend/test/data/light/light_squeezenet.onnx"
    network = load_network(path)
    weights = OnnxWeights(path)
    assert {weights.load(name) is None for name in compressible_weights(network)} == {True}
