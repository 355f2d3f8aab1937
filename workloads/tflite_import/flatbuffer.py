"""Bounded reading of flatbuffers: a vector that cannot be in the file is an error before anything is made of it.

The accessors of the tflite package trust the file. Whatever they raise on a file that is cut or altered becomes one
``NetworkError``.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.errors import NetworkError

_OFFSET_BYTES = 4
_ACCESSOR_ERRORS = (struct.error, IndexError, ValueError, TypeError, OverflowError, AttributeError)
"""What reading at a place that is not in the file, or not what it should be, raises in flatbuffers and numpy."""


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn what accessors raise on a corrupt file into a ``NetworkError`` that names ``what`` was read."""
    try:
        yield
    except _ACCESSOR_ERRORS:
        raise NetworkError(f"truncated or corrupt: {what} cannot be read") from None


def tables(item: Any, field: str) -> list[Any]:
    """Return the tables of a vector field of ``item``; none when it is left out."""
    count = _length(item, field, _OFFSET_BYTES)
    return [getattr(item, field)(index) for index in range(count)]


def array(item: Any, field: str) -> NDArray[Any]:
    """Return a vector field of numbers, as a view of the file; empty when it is left out."""
    found = getattr(item, f"{field}AsNumpy")()
    return found if isinstance(found, np.ndarray) else np.zeros(0, dtype=np.int32)


def integers(item: Any, field: str) -> tuple[int, ...]:
    """Return a vector field of whole numbers; empty when it is left out."""
    return tuple(int(value) for value in array(item, field))


def text(content: bytes | None) -> str:
    """Return a text field; bytes that are no UTF-8 are replaced, as names serve people only."""
    return (content or b"").decode("utf-8", "replace")


def _length(item: Any, field: str, bytes_per_entry: int) -> int:
    count = int(getattr(item, f"{field}Length")())
    if count * bytes_per_entry > len(item._tab.Bytes):
        raise ValueError(field)
    return count
