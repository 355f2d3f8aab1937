"""The whole content of constants that an ONNX file spells out, from the file itself or from its external data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from workloads.errors import NetworkError
from workloads.onnx_import.element_types import element_format
from workloads.onnx_import.read import external_entries
from workloads.onnx_import.value import Array


def stored_array(tensor: Any, name: str, folder: Path) -> Array | None:
    """Return the content of ``tensor`` in the file's element type; None when its external data file is missing.

    Parameters
    ----------
    tensor
        ``onnx.TensorProto``.
    name : str
        What errors call it.
    folder : Path
        Where external data lies.

    Raises
    ------
    NetworkError
        When its data, or the file with it, is not as long as its shape says.
    """
    shape = tuple(int(size) for size in tensor.dims)
    entries = external_entries(tensor)
    if entries:
        raw = _external_bytes(tensor, name, folder, entries)
        if raw is None:
            return None
        tensor = onnx.TensorProto(name=name, data_type=tensor.data_type, dims=shape, raw_data=raw)
    try:
        array = np.asarray(numpy_helper.to_array(tensor))
    except (TypeError, ValueError):
        raise NetworkError(f"initialiser {name!r}: its data does not fit shape {list(shape)}") from None
    return array.reshape(shape)


def embed_external_data(tensor: Any, name: str, folder: Path) -> None:
    """Put the external data of ``tensor`` (``onnx.TensorProto``), modified in place, into the tensor itself.

    Raises
    ------
    NetworkError
        When the file with the data is missing, or not as long as the shape says.
    """
    entries = external_entries(tensor)
    raw = _external_bytes(tensor, name, folder, entries)
    if raw is None:
        raise NetworkError(f"initialiser {name!r}: external data file {entries['location']!r} is missing")
    tensor.ClearField("external_data")
    tensor.data_location = onnx.TensorProto.DEFAULT
    tensor.raw_data = raw


def stored_sparse_array(tensor: Any, folder: Path) -> Array | None:
    """Return a sparse initialiser (``onnx.SparseTensorProto``) with its zeros; None as ``stored_array``.

    Raises
    ------
    NetworkError
        When its indices do not lie in its shape.
    """
    name = str(tensor.values.name)
    shape = tuple(int(size) for size in tensor.dims)
    values = stored_array(tensor.values, name, folder)
    indices = stored_array(tensor.indices, f"{name} (indices)", folder)
    if values is None or indices is None:
        return None
    dense = np.zeros(math.prod(shape), dtype=values.dtype)
    try:
        places = indices if indices.ndim == 1 else np.ravel_multi_index(tuple(indices.T), shape)
        if places.size and places.min() < 0:
            raise IndexError
        dense[places] = values
    except (IndexError, ValueError):
        raise NetworkError(
            f"sparse initialiser {name!r}: indices of shape {list(indices.shape)} for {values.size} values "
            f"do not all lie in shape {list(shape)}"
        ) from None
    return dense.reshape(shape)


def _external_bytes(tensor: Any, name: str, folder: Path, entries: dict[str, str]) -> bytes | None:
    source = folder / entries["location"]
    if not source.is_file():
        return None
    shape = [int(size) for size in tensor.dims]
    num_bytes = -(-math.prod(shape) * element_format(int(tensor.data_type), name).bits // 8)
    offset, length = entries.get("offset", "0"), entries.get("length", str(num_bytes))
    if not offset.isdecimal() or not length.isdecimal():
        raise NetworkError(
            f"initialiser {name!r}: external data at offset {offset!r} of length {length!r}: expected two integers"
        )
    if int(length) != num_bytes:
        raise NetworkError(
            f"initialiser {name!r}: external data of {length} bytes, expected {num_bytes} for shape {shape}"
        )
    with source.open("rb") as stream:
        stream.seek(int(offset))
        raw = stream.read(num_bytes)
    if len(raw) != num_bytes:
        raise NetworkError(
            f"initialiser {name!r}: external data file {entries['location']!r} is truncated: "
            f"holds {len(raw)} bytes from offset {offset}, expected {num_bytes} for shape {shape}"
        )
    return raw
