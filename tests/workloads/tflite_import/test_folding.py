"""Shapes and constants that the graph computes for itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.tflite_import.folding import fold
from workloads.tflite_import.records import OperatorRecord, TensorRecord
from workloads.tflite_import.translation import Application
from workloads.tflite_import.value import Source, Value

INT32 = 2


def _fold(op_type: str, *contents, options=None):
    inputs = tuple(
        Value(name=f"c{i}", shape=np.shape(item), element_type=INT32, source=Source(), data=np.array(item))
        for i, item in enumerate(contents)
    )
    record = OperatorRecord(index=1, op_type=op_type, inputs=(), outputs=(0,), options=options or {})
    declared = (TensorRecord(name="y", shape=(), open_axes=(), element_type=INT32, buffer=0),)
    found = fold(Application(record=record, inputs=inputs, declared=declared, are_images=(False,)))
    return None if found is None else found.data.tolist()


@pytest.mark.parametrize(
    ("op_type", "contents", "options", "expected"),
    [
        ("SHAPE", [[1, 2, 3]], {}, [3]),
        ("RANK", [[[1, 2, 3]]], {}, 2),
        ("ADD", [[1, 2], 3], {}, [4, 5]),
        ("SUB", [[1, 2], 3], {}, [-2, -1]),
        ("MUL", [[1, 2], [3, 4]], {}, [3, 8]),
        ("FLOOR_DIV", [[7, 8], 2], {}, [3, 4]),
        ("MAXIMUM", [[7, 1], [2, 2]], {}, [7, 2]),
        ("PACK", [1, 2, 3], {"Axis": 0}, [1, 2, 3]),
        ("CONCATENATION", [[1], [2, 3]], {"Axis": 0}, [1, 2, 3]),
        ("GATHER", [[5, 6, 7], [2, 0]], {"Axis": 0}, [7, 5]),
        ("REDUCE_PROD", [[2, 3, 4], [0]], {"KeepDims": 0}, 24),
        ("RANGE", [1, 7, 2], {}, [1, 3, 5]),
        ("FILL", [[2], 9], {}, [9, 9]),
        ("SLICE", [[5, 6, 7], [1], [-1]], {}, [6, 7]),
        ("RESHAPE", [[1, 2, 3, 4], [2, -1]], {}, [[1, 2], [3, 4]]),
        ("EXPAND_DIMS", [[1, 2], 0], {}, [[1, 2]]),
        ("SQUEEZE", [[[1, 2]]], {"SqueezeDims": (0,)}, [1, 2]),
        ("TRANSPOSE", [[[1, 2], [3, 4]], [1, 0]], {}, [[1, 3], [2, 4]]),
        ("CAST", [[1, 2]], {}, [1, 2]),
        ("RELU", [[1, 2]], {}, None),
        ("RANGE", [0, 10**6, 1], {}, None),
        ("FILL", [[10**6], 1], {}, None),
    ],
)
def test_content(op_type: str, contents, options, expected) -> None:
    assert _fold(op_type, *contents, options=options) == expected


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.integers(1, 9))
def test_arithmetic_is_numpy_s(values, other) -> None:
    assert _fold("FLOOR_DIV", values, other) == (np.array(values) // other).tolist()
    assert _fold("SUM", values, [0], options={"KeepDims": 1}) == [sum(values)]


@pytest.mark.parametrize(
    ("op_type", "contents", "options", "message"),
    [
        ("FLOOR_DIV", [[1], [0]], {}, "cannot be computed on constants: division by zero"),
        ("RANGE", [1, 5, 0], {}, "cannot be computed on constants: a range by steps of zero"),
        ("ADD", [[1, 2], [1, 2, 3]], {}, "cannot be computed on constants: operands could not be broadcast"),
        ("GATHER", [[1, 2], [7]], {"Axis": 0}, "cannot be computed on constants: index 7 is out of bounds"),
        ("RESHAPE", [[1, 2, 3], [2, 2]], {}, r"input \[3\] cannot take shape \[2, 2\]"),
    ],
)
def test_mistakes(op_type: str, contents, options, message: str) -> None:
    with pytest.raises(NetworkError, match=rf"operator 1 \({op_type}\): {message}"):
        _fold(op_type, *contents, options=options)


def test_a_flatten_by_its_own_shape_follows_the_batch(model) -> None:
    """shape(x)[0] and -1, packed: the exporters' way to keep the batch."""
    model.tensor("x", (1, 4, 6), signature=(-1, 4, 6))
    model.tensor("shape", (3,), "int32")
    model.ints("zero", [0])
    model.ints("one", [1])
    model.tensor("batch", (), "int32")
    model.ints("rest", -1)
    model.tensor("to", (2,), "int32")
    model.tensor("y", (1, 24), signature=(-1, 24))
    model.op("SHAPE", ["x"], ["shape"])
    model.op("STRIDED_SLICE", ["shape", "zero", "one", "one"], ["batch"], ShrinkAxisMask=1)
    model.op("PACK", ["batch", "rest"], ["to"])
    model.op("RESHAPE", ["x", "to"], ["y"])
    network = model.load(["x"], ["y"], bindings={"x.0": 5})
    assert network.tensors["y"].shape == (5, 24)
    assert network.notes == ("3 operators compute on constants and shapes only: folded",)


def test_weights_keep_the_form_in_which_they_are_stored(model) -> None:
    """Sparse float16, made dense, widened: one fp16 weight of the file, with its zeros."""
    sparsity = {"order": (0, 1), "levels": [2, ([0, 1, 3], [2, 0, 3])]}
    data = np.array([5, 6, 7], np.float16).tobytes()
    model.constant("w", np.zeros((2, 4), np.float16), data=data, sparsity=sparsity)
    model.tensor("dense", (2, 4), "float16")
    model.tensor("wide", (2, 4))
    model.tensor("x", (3, 4))
    model.tensor("y", (3, 2))
    model.op("DENSIFY", ["w"], ["dense"])
    model.op("DEQUANTIZE", ["dense"], ["wide"])
    model.op("FULLY_CONNECTED", ["x", "wide"], ["y"])
    network = model.load(["x"], ["y"])
    assert str(network.tensors["w"].format) == "fp16"
    assert network.num_parameters == 8
    assert model.weights().load("w").tolist() == [[0, 0, 5, 0], [6, 0, 0, 7]]
    assert network.notes == (
        "2 operators compute on constants and shapes only: folded",
        "1 weights are stored sparse: dense to an accelerator that uses no zeros",
        "1 weights are widened before use: costed in the width in which the file stores them",
    )


def test_a_dense_tensor_of_another_shape(model) -> None:
    model.constant("w", (2, 4))
    model.tensor("dense", (4, 2))
    model.tensor("x", (3, 2))
    model.tensor("y", (3, 4))
    model.op("DENSIFY", ["w"], ["dense"])
    model.op("FULLY_CONNECTED", ["x", "dense"], ["y"])
    with pytest.raises(NetworkError, match=r"output 'dense' has shape \[4, 2\] in the file, its input \[2, 4\]"):
        model.load(["x"], ["y"])


def test_a_shape_that_the_network_computes(model) -> None:
    model.tensor("x", (2, 6))
    model.ints("times", [1, 2])
    model.tensor("n", (2,), "int32")
    model.tensor("sum", (2,), "int32")
    model.tensor("y", (2, 12))
    model.op("ADD", ["times", "n"], ["sum"])
    model.op("TILE", ["x", "sum"], ["y"])
    with pytest.raises(UnsupportedOperator, match="its sizes are known only when the network runs"):
        model.load(["x", "n"], ["y"])
