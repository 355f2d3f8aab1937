"""Constants that the file spells out: initialisers and the tensors of Constant nodes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

from workloads.errors import NetworkError
from workloads.onnx_import.element_types import BOOL, INT64, can_be_parameter, element_format
from workloads.onnx_import.read import external_entries
from workloads.onnx_import.value import Array, Origin, Value

MAX_DATA_ELEMENTS = 65_536
"""Integers with more elements than this are known by their shape alone."""
MAX_WEIGHT_DATA_ELEMENTS = 1_024
"""The same for floats: only scalars and short vectors (scales of Resize) steer shapes."""


def tensor_value(tensor: Any, name: str, folder: Path) -> Value:
    """Return an initialiser (or the tensor of a Constant node) as a constant.

    Parameters
    ----------
    tensor
        ``onnx.TensorProto``.
    name : str
    folder : Path
        Where external data lies.

    Raises
    ------
    NetworkError
        When its dimensions are impossible, or its data is not as long as they say.
    """
    shape = tuple(int(size) for size in tensor.dims)
    element_type = int(tensor.data_type)
    value = Value(name=name, shape=shape, element_type=element_type, stored_type=element_type, is_constant=True)
    _check_length(tensor, value)
    counts = can_be_parameter(element_type) and value.num_elements > 0
    return replace(
        value,
        data=_load(tensor, value, folder),
        origins=frozenset({Origin(name, value.num_elements)}) if counts else frozenset(),
        is_from_file=True,
    )


def sparse_value(tensor: Any, folder: Path) -> Value:
    """Return a sparse initialiser (``onnx.SparseTensorProto``) as a constant; what it stores counts as parameters."""
    stored = tensor_value(tensor.values, str(tensor.values.name), folder)
    return replace(stored, shape=tuple(int(size) for size in tensor.dims), data=None)


def _check_length(tensor: Any, value: Value) -> None:
    if not tensor.HasField("raw_data") or value.element_type == TensorProto.STRING:
        return
    expected = -(-value.num_elements * element_format(value.element_type, value.name).bits // 8)
    if len(tensor.raw_data) != expected:
        raise NetworkError(
            f"initialiser {value.name!r}: holds {len(tensor.raw_data)} bytes, expected {expected} "
            f"for shape {list(value.shape)}"
        )


def _load(tensor: Any, value: Value, folder: Path) -> Array | None:
    cap = MAX_DATA_ELEMENTS if value.element_type in (BOOL, INT64) else MAX_WEIGHT_DATA_ELEMENTS
    if value.num_elements > cap or value.element_type == TensorProto.STRING:
        return None
    entries = external_entries(tensor)
    if entries:
        return _load_external(value, entries, folder)
    try:
        return np.asarray(numpy_helper.to_array(tensor))
    except (TypeError, ValueError):
        raise NetworkError(f"initialiser {value.name!r}: its data does not fit shape {list(value.shape)}") from None


def _load_external(value: Value, entries: dict[str, str], folder: Path) -> Array | None:
    """Return the content of a small constant from another file; None when that file is missing."""
    source = folder / entries["location"]
    if not source.is_file():
        return None
    num_bytes = value.num_elements * element_format(value.element_type, value.name).bits // 8
    try:
        with source.open("rb") as stream:
            stream.seek(int(entries.get("offset", "0")))
            raw = stream.read(num_bytes)
        dtype = onnx.helper.tensor_dtype_to_np_dtype(value.element_type)
        return np.frombuffer(raw, dtype=dtype).reshape(value.shape)
    except (OSError, ValueError):
        raise NetworkError(
            f"initialiser {value.name!r}: external data in {entries['location']!r} is shorter than {num_bytes} bytes "
            "or its offset is no number"
        ) from None
