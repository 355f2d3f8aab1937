import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from workloads.errors import NetworkError
from workloads.load import load_network
from workloads.onnx_import.weights import OnnxWeights

BLOCK = 16


def save(folder, weights, *, k, n, bits, num_inputs=None):
    inputs = ["x", "packed", "scales", "zeros", "order"][:num_inputs]
    node = helper.make_node(
        "MatMulNBits", inputs, ["y"], name="m", domain="com.microsoft", K=k, N=n, bits=bits, block_size=BLOCK
    )
    graph = helper.make_graph(
        [node],
        "graph",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, k])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets), folder / "m.onnx")
    return folder / "m.onnx"


def pack(integers, bits):
    """Bytes of each row, low bits first, the last byte filled with zeros."""
    per_byte = 8 // bits
    rows = []
    for row in integers:
        filled = [*row, *[0] * (-len(row) % per_byte)]
        groups = [filled[start : start + per_byte] for start in range(0, len(filled), per_byte)]
        rows.append([sum(int(item) << bits * place for place, item in enumerate(group)) for group in groups])
    return np.array(rows, dtype=np.uint8)


@given(
    bits=st.sampled_from([2, 4, 8]),
    k=st.integers(1, 40),
    n=st.integers(1, 4),
    zero_points=st.sampled_from(["none", "packed", "floats"]),
    seed=st.integers(0, 99),
)
def test_each_element_is_its_integer_less_zero_point_times_scale(bits, k, n, zero_points, seed, tmp_path_factory):
    rng = np.random.default_rng(seed)
    num_blocks = -(-k // BLOCK)
    integers = rng.integers(0, 1 << bits, size=(n, num_blocks * BLOCK))
    scales = rng.uniform(0.5, 2.0, size=(n, num_blocks)).astype(np.float32)
    zeros = rng.integers(0, 1 << bits, size=(n, num_blocks))
    weights = {"packed": pack(integers, bits).reshape(n, num_blocks, -1), "scales": scales.reshape(-1)}
    if zero_points == "none":
        zeros = np.full_like(zeros, 1 << (bits - 1))
    else:
        weights["zeros"] = pack(zeros, bits).reshape(-1) if zero_points == "packed" else zeros.astype(np.float32)
    path = save(
        tmp_path_factory.mktemp("m"), weights, k=k, n=n, bits=bits, num_inputs=3 if zero_points == "none" else 4
    )
    found = OnnxWeights(path).load("packed")
    assert found.shape == (n, k)
    for row in range(n):
        for column in range(k):
            block = column // BLOCK
            expected = (float(integers[row, column]) - zeros[row, block]) * scales[row, block]
            assert found[row, column] == pytest.approx(expected, rel=1e-6, abs=1e-6)


ONE_BLOCK = {"packed": np.zeros((3, 1, 8), np.uint8), "scales": np.ones(3, np.float32)}


def test_the_shape_is_that_of_the_networks_tensor(tmp_path):
    path = save(tmp_path, ONE_BLOCK, k=10, n=3, bits=4, num_inputs=3)
    assert OnnxWeights(path).load("packed").shape == load_network(path).tensors["packed"].shape == (3, 10)


def test_permuted_columns_leave_the_values_unknown(tmp_path):
    weights = {**ONE_BLOCK, "zeros": np.zeros(3, np.uint8), "order": np.zeros(10, np.int32)}
    path = save(tmp_path, weights, k=10, n=3, bits=4)
    assert OnnxWeights(path).load("packed") is None


@pytest.mark.parametrize(
    ("name", "array", "message"),
    [
        ("packed", np.zeros((3, 1, 7), np.uint8), r"node 'm' .*its weight hold 42 elements, expected 3 x 1 x 16"),
        ("scales", np.ones(4, np.float32), r"its scales hold 4 elements, expected 3 x 1"),
    ],
)
def test_lengths_that_do_not_fit(tmp_path, name, array, message):
    path = save(tmp_path, {**ONE_BLOCK, name: array}, k=10, n=3, bits=4, num_inputs=3)
    with pytest.raises(NetworkError, match=message):
        OnnxWeights(path).load("packed")
