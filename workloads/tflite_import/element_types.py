"""Element types of TensorFlow Lite as element formats and numpy types, and which of them can be parameters."""

from __future__ import annotations

import numpy as np
from tflite.TensorType import TensorType

from workloads.errors import NetworkError
from workloads.formats import ElementFormat, NumberKind

FLOAT32 = int(TensorType.FLOAT32)
FLOAT16 = int(TensorType.FLOAT16)
BFLOAT16 = int(TensorType.BFLOAT16)
INT4 = int(TensorType.INT4)
INT32 = int(TensorType.INT32)
INT64 = int(TensorType.INT64)
BOOL = int(TensorType.BOOL)

_NAMES = {value: name for name, value in vars(TensorType).items() if isinstance(value, int)}
_FORMATS = {
    FLOAT32: ElementFormat(NumberKind.FLOAT, 32),
    FLOAT16: ElementFormat(NumberKind.FLOAT, 16),
    int(TensorType.FLOAT64): ElementFormat(NumberKind.FLOAT, 64),
    BFLOAT16: ElementFormat(NumberKind.BRAIN_FLOAT, 16),
    INT4: ElementFormat(NumberKind.INTEGER, 4),
    int(TensorType.INT8): ElementFormat(NumberKind.INTEGER, 8),
    int(TensorType.INT16): ElementFormat(NumberKind.INTEGER, 16),
    INT32: ElementFormat(NumberKind.INTEGER, 32),
    INT64: ElementFormat(NumberKind.INTEGER, 64),
    int(TensorType.UINT8): ElementFormat(NumberKind.INTEGER, 8, signed=False),
    int(TensorType.UINT16): ElementFormat(NumberKind.INTEGER, 16, signed=False),
    int(TensorType.UINT32): ElementFormat(NumberKind.INTEGER, 32, signed=False),
    int(TensorType.UINT64): ElementFormat(NumberKind.INTEGER, 64, signed=False),
    BOOL: ElementFormat(NumberKind.INTEGER, 8, signed=False),  # a byte each, as the runtime stores it
}
_FLOAT_BITS = (16, 32, 64)


def type_name(element_type: int) -> str:
    """Return the schema's word for ``element_type``, or its number when this version does not know it."""
    return str(_NAMES.get(element_type, element_type))


def element_format(element_type: int, tensor: str) -> ElementFormat:
    """Return the format in which ``tensor`` is stored.

    Raises
    ------
    NetworkError
        For strings, complex numbers, resources and types unknown to the installed schema.
    """
    if element_type not in _FORMATS:
        raise NetworkError(
            f"tensor {tensor!r}: element type {type_name(element_type)} has no cost model, "
            "expected a float, integer or boolean type"
        )
    return _FORMATS[element_type]


def stored_dtype(element_type: int, tensor: str) -> np.dtype[np.generic]:
    """Return the little-endian numpy type of the bytes that hold ``tensor``.

    bfloat16 comes as its 16 bits, and int4 as the bytes that hold two each; see ``constants``.
    """
    stored = element_format(element_type, tensor)
    if stored.bits < 8:
        return np.dtype("u1")
    if stored.kind is NumberKind.BRAIN_FLOAT:
        return np.dtype("<u2")
    letter = "f" if stored.kind is NumberKind.FLOAT else "i" if stored.signed else "u"
    return np.dtype(f"<{letter}{stored.bits // 8}")


def is_float(element_type: int) -> bool:
    """Return whether elements of this type are floating-point numbers."""
    known = _FORMATS.get(element_type)
    return known is not None and known.kind is not NumberKind.INTEGER and known.bits in _FLOAT_BITS


def can_be_parameter(element_type: int) -> bool:
    """Return whether elements of this type count as parameters: floats, and integers of at most 32 bits.

    64-bit integers and booleans hold shapes, axes, indices and masks.
    """
    known = _FORMATS.get(element_type)
    if known is None or element_type == BOOL:
        return False
    return known.kind is not NumberKind.INTEGER or known.bits <= 32
