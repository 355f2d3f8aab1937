"""The content of a constant tensor as numbers: packed types unpacked, sparse ones made dense, integers dequantised."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.errors import NetworkError
from workloads.tflite_import.element_types import BFLOAT16, INT4, element_format, stored_dtype
from workloads.tflite_import.records import ModelRecord, QuantisationRecord, TensorRecord
from workloads.tflite_import.sparse_tensors import densify


def num_stored_bytes(element_type: int, num_elements: int, tensor: str) -> int:
    """Return the bytes that ``num_elements`` take in the file."""
    return -(-num_elements * element_format(element_type, tensor).bits // 8)


def check_length(model: ModelRecord, tensor: TensorRecord) -> None:
    """Raise ``NetworkError`` when the buffer of a dense constant is not as long as its shape says; names it."""
    if tensor.sparsity is not None:
        return
    expected = num_stored_bytes(tensor.element_type, math.prod(tensor.shape), tensor.name)
    found = model.buffers[tensor.buffer].size
    if found != expected:
        raise NetworkError(
            f"tensor {tensor.name!r}: shape {list(tensor.shape)} takes {expected} bytes, "
            f"buffer {tensor.buffer} has {found}"
        )


def stored_values(model: ModelRecord, tensor: TensorRecord) -> NDArray[Any]:
    """Return the numbers that the file stores for a constant, in its own shape, not dequantised.

    Raises
    ------
    NetworkError
        When the data does not fit the shape.
    """
    check_length(model, tensor)
    content = model.buffers[tensor.buffer]
    dtype = stored_dtype(tensor.element_type, tensor.name)
    if content.size % dtype.itemsize:
        raise NetworkError(
            f"tensor {tensor.name!r}: buffer {tensor.buffer} has {content.size} bytes, "
            f"no multiple of the {dtype.itemsize} of an element"
        )
    flat = _unpacked(np.frombuffer(content.tobytes(), dtype=dtype), tensor.element_type)
    if tensor.sparsity is None:
        return flat[: math.prod(tensor.shape)].reshape(tensor.shape)
    return densify(flat, tensor.sparsity, tensor.shape, tensor.name)


def real_values(model: ModelRecord, tensor: TensorRecord) -> NDArray[Any]:
    """Return the numbers that a constant stands for as float32 or float64, in the file's shape.

    Raises
    ------
    NetworkError
        When the data does not fit the shape, or holds NaN.
    """
    if tensor.sparsity is not None and tensor.quantisation is not None and np.any(tensor.quantisation.zero_points):
        raise NetworkError(f"tensor {tensor.name!r}: is sparse with a zero point other than 0, so nothing says zero")
    stored = stored_values(model, tensor)
    if stored.dtype.kind == "f":
        values = stored.astype(np.float64 if stored.dtype.itemsize == 8 else np.float32)
        if np.isnan(values).any():
            raise NetworkError(f"tensor {tensor.name!r}: holds NaN")
        return values
    if tensor.quantisation is None:
        return stored.astype(np.float64)
    return dequantise(stored, tensor.quantisation, tensor.name)


def dequantise(stored: NDArray[Any], quantisation: QuantisationRecord, tensor: str) -> NDArray[np.float32]:
    """Return scale x (q - zero_point) for integers q, with one scale, or one a slice along the quantised axis.

    Raises
    ------
    NetworkError
        When there are several scales, but not as many as slices, or a scale is not finite.
    """
    count, axis = quantisation.scales.size, quantisation.axis
    if not np.isfinite(quantisation.scales).all():
        raise NetworkError(f"tensor {tensor!r}: has a scale that is not finite")
    if count == 1:
        shape: tuple[int, ...] = ()
    elif 0 <= axis < stored.ndim and stored.shape[axis] == count:
        shape = tuple(count if place == axis else 1 for place in range(stored.ndim))
    else:
        raise NetworkError(f"tensor {tensor!r}: has {count} scales along axis {axis} of {list(stored.shape)}")
    scales = quantisation.scales.astype(np.float64).reshape(shape)
    zero_points = quantisation.zero_points.astype(np.int64).reshape(shape)
    result: NDArray[np.float32] = ((stored.astype(np.int64) - zero_points) * scales).astype(np.float32)
    return result


def _unpacked(stored: NDArray[Any], element_type: int) -> NDArray[Any]:
    """Return bfloat16 as float32, and int4 one an entry: the first of two is in the low half of a byte."""
    if element_type == BFLOAT16:
        return (stored.astype(np.uint32) << 16).view(np.float32)
    if element_type != INT4:
        return stored
    halves = np.stack((stored & 15, stored >> 4), axis=-1).reshape(-1).astype(np.int8)
    return np.where(halves > 7, halves - 16, halves).astype(np.int8)
