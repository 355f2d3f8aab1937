"""What is written is read again, by the importer and by ONNX Runtime."""

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from workloads.errors import NetworkError
from workloads.load import load_network
from workloads.onnx_export import CompressedWeight, IntegerWeight, write_compressed_onnx
from workloads.onnx_import.weights import OnnxWeights
from workloads.weight_layout import compressible_weights

make = helper.make_node
RNG = np.random.default_rng(3)
W = RNG.normal(size=(32, 16)).astype(np.float32)
X = RNG.normal(size=(4, 32)).astype(np.float32)
PRODUCT = make("MatMul", ["x", "w"], ["y"])
CONTRIB = {"domain": "com.microsoft"}


def pruned(values, removed_fraction=0.5):
    return np.where(np.abs(values) < np.quantile(np.abs(values), removed_fraction), 0, values).astype(values.dtype)


def integers(name, values, bits, axis=-1):
    """Symmetric, one scale a filter along ``axis``."""
    others = tuple(place for place in range(values.ndim) if place != axis % values.ndim)
    scale = np.abs(values).max(axis=others, keepdims=True) / np.float32(2 ** (bits - 1) - 1)
    whole = np.rint(values / scale).astype(np.int8)
    return CompressedWeight(
        name=name,
        values=(whole * scale).astype(values.dtype),
        integer=IntegerWeight(values=whole, scale=scale, bits=bits),
    )


def write(source, *weights, **keywords):
    return write_compressed_onnx(source, source.with_name("target.onnx"), weights, **keywords)


def check_values(written, name, values):
    """Both the weights and the network read from the target are those that were written."""
    network = load_network(written.path)
    assert name in compressible_weights(network)
    np.testing.assert_allclose(OnnxWeights(written.path).load(name), values, rtol=1e-6)
    assert network.tensors[name].shape == values.shape


def test_floats_replace_the_initialiser(models):
    source = models.save([PRODUCT], {"w": W}, shape=[4, 32])
    before = source.read_bytes()
    values = pruned(W)
    written = write(source, CompressedWeight(name="w", values=values))
    assert [item.stored_as for item in written.weights] == ["fp32"]
    check_values(written, "w", values)
    assert source.read_bytes() == before
    np.testing.assert_allclose(models.run(written.path, X), X @ values, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("opset", [11, 13, 21])
@pytest.mark.parametrize("bits", [8, 4])
def test_integers_have_a_scale_a_filter(models, opset, bits):
    """512 weights of 4 bytes; from 13 on one DequantizeLinear, before that Cast and Mul; int4 exists from 21 on."""
    source = models.save([PRODUCT], {"w": W}, shape=[4, 32], opset=opset)
    weight = integers("w", W, bits)
    written = write(source, weight)
    stored_as = "int4" if bits == 4 and opset == 21 else "int8"
    assert [item.stored_as for item in written.weights] == [stored_as]
    check_values(written, "w", weight.values)
    saved = written.num_bytes_before - written.num_bytes_after
    assert saved > 512 * 4 - 512 * (0.5 if stored_as == "int4" else 1) - 500  # 500 bytes of nodes and scales
    types = [node.op_type for node in onnx.load(written.path).graph.node]
    assert types == (["Cast", "Mul", "MatMul"] if opset < 13 else ["DequantizeLinear", "MatMul"])
    np.testing.assert_allclose(models.run(written.path, X), X @ weight.values, rtol=1e-4, atol=1e-4)
    assert str(load_network(written.path).tensors["w"].format) == stored_as
    assert bool(written.notes) == (bits == 4 and opset < 21)


def test_the_note_says_why_int4_is_not_had(models):
    source = models.save([PRODUCT], {"w": W}, shape=[4, 32], opset=17)
    assert write(source, integers("w", W, 4)).notes == (
        "1 weights of 4 bits or less are stored as int8: int4 needs operator set 21 and one scale a filter, "
        "the file has operator set 17",
    )


def test_the_operator_set_can_be_raised_for_int4(models):
    source = models.save([PRODUCT], {"w": W}, shape=[4, 32], opset=13)
    weight = integers("w", W, 4)
    written = write(source, weight, opset=21)
    assert [item.stored_as for item in written.weights] == ["int4"]
    assert (onnx.load(written.path).ir_version, written.notes) == (10, ())
    np.testing.assert_allclose(models.run(written.path, X), X @ weight.values, rtol=1e-4, atol=1e-4)


def test_a_convolution_has_its_filters_on_axis_0(models):
    kernel = RNG.normal(size=(8, 4, 3, 3)).astype(np.float32)
    source = models.save([make("Conv", ["x", "w"], ["y"])], {"w": kernel}, shape=[1, 4, 5, 5])
    weight = integers("w", kernel, 8, axis=0)
    written = write(source, weight)
    check_values(written, "w", weight.values)
    x = RNG.normal(size=(1, 4, 5, 5)).astype(np.float32)
    plain = models.save([make("Conv", ["x", "w"], ["y"])], {"w": weight.values}, shape=[1, 4, 5, 5], name="plain.onnx")
    np.testing.assert_allclose(models.run(written.path, x), models.run(plain, x), rtol=1e-5, atol=1e-5)


def test_a_scale_a_matrix_and_filter_is_a_multiplication(models):
    """No DequantizeLinear scales along two axes."""
    batch = RNG.normal(size=(2, 3, 4)).astype(np.float32)
    source = models.save([PRODUCT], {"w": batch}, shape=[2, 5, 3])
    scale = np.abs(batch).max(axis=1, keepdims=True) / 127
    whole = np.rint(batch / scale).astype(np.int8)
    values = (whole * scale).astype(np.float32)
    written = write(
        source,
        CompressedWeight(name="w", values=values, integer=IntegerWeight(values=whole, scale=scale, bits=8)),
    )
    assert [node.op_type for node in onnx.load(written.path).graph.node] == ["Cast", "Mul", "MatMul"]
    check_values(written, "w", values)


@pytest.mark.parametrize("opset", [17, 21])
def test_a_graph_of_float16_stays_one(models, opset):
    narrow = W.astype(np.float16)
    source = models.save([PRODUCT], {"w": narrow}, shape=[4, 32], opset=opset, dtype=np.float16)
    assert [item.stored_as for item in write(source, CompressedWeight(name="w", values=pruned(narrow))).weights] == [
        "fp16"
    ]
    weight = integers("w", W, 8)
    written = write(source, weight)
    assert [item.stored_as for item in written.weights] == ["int8"]
    np.testing.assert_allclose(OnnxWeights(written.path).load("w"), weight.values, rtol=2e-3, atol=1e-4)
    np.testing.assert_allclose(models.run(written.path, X.astype(np.float16)), X @ weight.values, rtol=0.05, atol=0.1)


def test_a_computed_constant_is_written_as_it_is_used(models):
    nodes = [make("Transpose", ["stored"], ["w"]), PRODUCT]
    source = models.save(nodes, {"stored": W.T.copy()}, shape=[4, 32])
    values = pruned(W)
    written = write(source, CompressedWeight(name="w", values=values))
    graph = onnx.load(written.path).graph
    assert [node.op_type for node in graph.node] == ["MatMul"]
    assert [item.name for item in graph.initializer] == ["w"]
    check_values(written, "w", values)


def test_the_tensor_of_a_constant_node(models):
    constant = make("Constant", [], ["w"], value=numpy_helper.from_array(W))
    source = models.save([constant, PRODUCT], {}, shape=[4, 32])
    values = pruned(W)
    written = write(source, CompressedWeight(name="w", values=values))
    assert [node.op_type for node in onnx.load(written.path).graph.node] == ["MatMul"]
    check_values(written, "w", values)


Q = RNG.integers(-127, 127, size=(32, 16)).astype(np.int8)
SCALE = np.linspace(0.01, 0.1, 16, dtype=np.float32)
DEQUANTISED = [make("DequantizeLinear", ["q", "s"], ["w"], axis=1), PRODUCT]
SCALED = [make("Cast", ["q"], ["f"], to=1), make("Mul", ["f", "s"], ["w"]), PRODUCT]


@pytest.mark.parametrize("nodes", [DEQUANTISED, SCALED], ids=["DequantizeLinear", "Cast and Mul"])
def test_pruned_integers_stay_integers(models, nodes):
    source = models.save(nodes, {"q": Q, "s": SCALE}, shape=[4, 32])
    values = pruned(OnnxWeights(source).load("w"))
    written = write(source, CompressedWeight(name="w", values=values))
    assert [item.stored_as for item in written.weights] == ["int8"]
    assert [node.op_type for node in onnx.load(written.path).graph.node] == [node.op_type for node in nodes]
    assert abs(written.num_bytes_after - written.num_bytes_before) < 50
    check_values(written, "w", values)


def test_integers_that_leave_their_grid_become_floats(models):
    source = models.save(DEQUANTISED, {"q": Q, "s": SCALE}, shape=[4, 32])
    values = OnnxWeights(source).load("w") * np.float32(0.77)
    written = write(source, CompressedWeight(name="w", values=values))
    assert [item.stored_as for item in written.weights] == ["fp32"]
    check_values(written, "w", values)


def test_integers_replace_integers(models):
    source = models.save(DEQUANTISED, {"q": Q, "s": SCALE}, shape=[4, 32], opset=21)
    weight = integers("w", OnnxWeights(source).load("w"), 4)
    written = write(source, weight)
    assert [item.stored_as for item in written.weights] == ["int4"]
    assert sorted(item.name for item in onnx.load(written.path).graph.initializer) == ["w_integers", "w_scale"]
    np.testing.assert_allclose(models.run(written.path, X), X @ weight.values, rtol=1e-4, atol=1e-4)


DYNAMIC = [
    make("DynamicQuantizeLinear", ["x"], ["xq", "xs", "xz"]),
    make("MatMulInteger", ["xq", "q", "xz", "z"], ["p"], name="product"),
    make("Cast", ["p"], ["f"], to=1),
    make("Mul", ["xs", "s"], ["m"]),
    make("Mul", ["f", "m"], ["y"]),
]
OPERAND = {"q": (Q.astype(np.int16) + 127).astype(np.uint8), "s": np.float32(0.1), "z": np.uint8(127)}


def test_operands_of_integer_products_can_be_pruned(models):
    source = models.save(DYNAMIC, OPERAND, shape=[4, 32])
    values = pruned(OnnxWeights(source).load("q"))
    written = write(source, CompressedWeight(name="q", values=values))
    assert [item.stored_as for item in written.weights] == ["uint8"]
    check_values(written, "q", values)
    np.testing.assert_allclose(models.run(written.path, X), X @ values, rtol=0.05, atol=1.0)


def test_operands_of_integer_products_keep_their_scale(models):
    source = models.save(DYNAMIC, OPERAND, shape=[4, 32])
    weight = integers("q", OnnxWeights(source).load("q"), 4)
    expected = (
        r"source.onnx: weight 'q': is read as uint8 by node 'product' \(MatMulInteger\), whose scales the compressed "
        "values do not keep to: only zeros can be set in it"
    )
    with pytest.raises(NetworkError, match=expected):
        write(source, weight)


def test_a_quantised_lstm_is_turned_back(models):
    w = RNG.integers(-9, 9, size=(1, 3, 8)).astype(np.int8)
    node = make("DynamicQuantizeLSTM", ["x", "w", "r", *[""] * 5, "s", "z", "s", "z"], ["y"], hidden_size=2, **CONTRIB)
    weights = {"w": w, "r": np.ones((1, 2, 8), np.int8), "s": np.float32([0.5]), "z": np.int8([0])}
    source = models.save([node], weights, shape=[5, 1, 3], rank=4)
    values = pruned(OnnxWeights(source).load("w"))
    written = write(source, CompressedWeight(name="w", values=values))
    np.testing.assert_array_equal(OnnxWeights(written.path).load("w"), values)
    stored = next(item for item in onnx.load(written.path).graph.initializer if item.name == "w")
    assert list(stored.dims) == [1, 3, 8]


def test_sparse_initialisers_where_they_are_smaller(models):
    """An element takes 4 bytes, or 12 with its index: at a tenth it is sparse, at a half it is not."""
    nodes = [make("MatMul", ["x", "w"], ["t"]), make("MatMul", ["t", "v"], ["y"])]
    square = RNG.normal(size=(16, 16)).astype(np.float32)
    source = models.save(nodes, {"w": W, "v": square}, shape=[4, 32])
    weights = {"w": pruned(W, 0.9), "v": pruned(square, 0.5)}
    written = write(
        source,
        *(CompressedWeight(name=name, values=values) for name, values in weights.items()),
        sparse_initialisers=True,
    )
    assert {item.name: item.stored_as for item in written.weights} == {"w": "sparse fp32", "v": "fp32"}
    for name, values in weights.items():
        check_values(written, name, values)
    assert written.num_bytes_after < written.num_bytes_before
    np.testing.assert_allclose(models.run(written.path, X), X @ weights["w"] @ weights["v"], rtol=1e-4, atol=1e-4)


def test_equal_values_leave_the_file_as_it_is(models):
    source = models.save(DYNAMIC, OPERAND, shape=[4, 32])
    written = write(source, CompressedWeight(name="q", values=OnnxWeights(source).load("q")))
    assert [item.stored_as for item in written.weights] == ["unchanged"]
    assert onnx.load(written.path) == onnx.load(source)


def test_external_data_goes_beside_the_target(models):
    big = RNG.normal(size=(64, 64)).astype(np.float32)
    source = models.save([PRODUCT], {"w": big}, shape=[2, 64], external=True)
    values = pruned(big)
    written = write(source, CompressedWeight(name="w", values=values))
    assert (source.parent / "target.onnx.data").stat().st_size == 64 * 64 * 4
    assert written.num_bytes_after > 64 * 64 * 4
    check_values(written, "w", values)
    assert {path.name for path in source.parent.iterdir()} == {
        "source.onnx",
        "weights.bin",
        "target.onnx",
        "target.onnx.data",
    }


def test_a_tied_weight_is_written_once_and_read_twice(models):
    square = RNG.normal(size=(32, 32)).astype(np.float32)
    nodes = [make("MatMul", ["x", "w"], ["t"]), make("MatMul", ["t", "w"], ["y"])]
    source = models.save(nodes, {"w": square}, shape=[4, 32])
    weight = integers("w", square, 8)
    written = write(source, weight)
    assert len(onnx.load(written.path).graph.initializer) == 2
    np.testing.assert_allclose(models.run(written.path, X), X @ weight.values @ weight.values, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (
            [CompressedWeight(name="v", values=W)],
            r"source.onnx: weight 'v': the file holds no values for a constant of that name",
        ),
        (
            [CompressedWeight(name="w", values=W[:, :8])],
            r"weight 'w': compressed values have shape \[32, 8\], the file has \[32, 16\]: a compression that changes "
            r"the graph \(channel pruning, low rank\) cannot be written as values alone",
        ),
        ([CompressedWeight(name="w", values=W), CompressedWeight(name="w", values=W)], r"weight 'w': given twice"),
    ],
)
def test_weights_that_cannot_be_written(models, weights, message):
    source = models.save([PRODUCT], {"w": W}, shape=[4, 32])
    with pytest.raises(NetworkError, match=message):
        write(source, *weights)
    assert [path.name for path in source.parent.iterdir()] == ["source.onnx"]


def test_the_source_is_not_overwritten(models):
    source = models.save([PRODUCT], {"w": W}, shape=[4, 32])
    before = source.read_bytes()
    with pytest.raises(NetworkError, match=r"source.onnx: is read as the source; write .* to another file"):
        write_compressed_onnx(source, source, [CompressedWeight(name="w", values=pruned(W))])
    assert source.read_bytes() == before


def test_a_source_that_is_not_there(tmp_path):
    with pytest.raises(NetworkError, match=r"missing.onnx: no such file"):
        write_compressed_onnx(tmp_path / "missing.onnx", tmp_path / "target.onnx", [])
