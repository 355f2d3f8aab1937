"""Content of constants: packed types, quantisation, lengths, NaN."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tflite

from workloads.errors import NetworkError
from workloads.tflite_import.constants import dequantise, real_values, stored_values
from workloads.tflite_import.records import QuantisationRecord


def _tensor(model, *arguments, **keywords):
    """Declare constant 'w' as the maker does, and return the file's records and its record."""
    model.tensor("x", (1,))
    model.tensor("y", (1,))
    model.constant("w", *arguments, **keywords)
    model.op("RELU", ["x"], ["y"])
    record = model.record(["x"], ["y"])
    return record, record.tensors[-1]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8"])
def test_plain_types(model, dtype: str) -> None:
    values = np.arange(6).reshape(2, 3).astype(dtype)
    found = real_values(*_tensor(model, values))
    assert np.array_equal(found, values)
    assert found.dtype in (np.float32, np.float64)


def test_int4_holds_two_a_byte(model) -> None:
    """Low half first: bytes 0x21 0xF3 0x08 are 1, 2, 3, -1, -8; five elements need three bytes."""
    record, tensor = _tensor(model, np.array([0x21, 0xF3, 0x08], np.uint8))
    _, tensor = record, _retyped(tensor, tflite.TensorType.INT4, (5,))
    assert stored_values(record, tensor).tolist() == [1, 2, 3, -1, -8]


def test_bfloat16(model) -> None:
    """The upper half of a float32: 0x3FC0 is 1.5."""
    record, tensor = _tensor(model, np.array([0x3FC0, 0xC000], np.uint16).view(np.int16))
    assert real_values(record, _retyped(tensor, tflite.TensorType.BFLOAT16, (2,))).tolist() == [1.5, -2.0]


def _retyped(tensor, element_type: int, shape: tuple[int, ...]):
    return replace(tensor, element_type=element_type, shape=shape)


def test_one_scale(model) -> None:
    """0.5 x (q - 3): the zero point itself is exactly zero."""
    values = np.array([[3, 5], [1, 3]], np.int8)
    found = real_values(*_tensor(model, values, scales=[0.5], zero_points=[3]))
    assert found.tolist() == [[0, 1], [-1, 0]]
    assert found.dtype == np.float32


def test_a_scale_a_channel(model) -> None:
    values = np.array([[1, 2], [3, 4], [5, 0]], np.int8)
    found = real_values(*_tensor(model, values, scales=[1, 10, 100], axis=0))
    assert found.tolist() == [[1, 2], [30, 40], [500, 0]]
    model.tensors.clear()
    model.operators.clear()
    found = real_values(*_tensor(model, values, scales=[1, 10], zero_points=[0, 0], axis=1))
    assert found.tolist() == [[1, 20], [3, 40], [5, 0]]


def test_a_scale_for_another_number_of_slices() -> None:
    record = QuantisationRecord(scales=np.ones(3, np.float32), zero_points=np.zeros(3, np.int64), axis=1)
    with pytest.raises(NetworkError, match=r"tensor 'w': has 3 scales along axis 1 of \[3, 2\]"):
        dequantise(np.zeros((3, 2), np.int8), record, "w")


def test_a_scale_that_is_not_finite(model) -> None:
    with pytest.raises(NetworkError, match="tensor 'w': has a scale that is not finite"):
        real_values(*_tensor(model, np.zeros(2, np.int8), scales=[np.nan]))


def test_sparse_and_quantised(model) -> None:
    sparsity = {"order": (0, 1), "levels": [2, ([0, 1, 2], [1, 0])]}
    values = np.array([4, -6], np.int8)
    record, tensor = _tensor(model, values, scales=[0.5], sparsity=sparsity)
    assert real_values(record, _retyped(tensor, tensor.element_type, (2, 2))).tolist() == [[0, 2], [-3, 0]]


def test_sparse_with_a_zero_point(model) -> None:
    sparsity = {"order": (0,), "levels": [([0, 1], [1])]}
    with pytest.raises(NetworkError, match="tensor 'w': is sparse with a zero point other than 0"):
        real_values(*_tensor(model, np.array([4], np.int8), scales=[0.5], zero_points=[1], sparsity=sparsity))


def test_nan(model) -> None:
    with pytest.raises(NetworkError, match="tensor 'w': holds NaN"):
        real_values(*_tensor(model, np.array([1, np.nan], np.float16)))


def test_a_buffer_of_another_length(model) -> None:
    with pytest.raises(NetworkError, match=r"tensor 'w': shape \[3\] takes 12 bytes, buffer 3 has 8"):
        real_values(*_tensor(model, (3,), data=bytes(8)))


def test_a_sparse_buffer_of_half_an_element(model) -> None:
    sparsity = {"order": (0,), "levels": [([0, 1], [1])]}
    with pytest.raises(NetworkError, match="buffer 3 has 5 bytes, no multiple of the 4 of an element"):
        real_values(*_tensor(model, (2,), data=bytes(5), sparsity=sparsity))


def test_strings_are_no_numbers(model, tmp_path: Path) -> None:
    record, tensor = _tensor(model, (1,))
    with pytest.raises(NetworkError, match="tensor 'w': element type STRING has no cost model"):
        stored_values(record, _retyped(tensor, tflite.TensorType.STRING, (1,)))
