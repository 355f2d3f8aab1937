"""Element types of ONNX as element formats, and which of them can be parameters."""

from __future__ import annotations

from onnx import TensorProto

from workloads.errors import NetworkError
from workloads.formats import ElementFormat, NumberKind

FLOAT = int(TensorProto.FLOAT)
INT32 = int(TensorProto.INT32)
INT64 = int(TensorProto.INT64)
BOOL = int(TensorProto.BOOL)
UINT8 = int(TensorProto.UINT8)
INT8 = int(TensorProto.INT8)

_WIDTHS: dict[str, tuple[NumberKind, int, bool]] = {
    "FLOAT": (NumberKind.FLOAT, 32, True),
    "DOUBLE": (NumberKind.FLOAT, 64, True),
    "FLOAT16": (NumberKind.FLOAT, 16, True),
    "BFLOAT16": (NumberKind.BRAIN_FLOAT, 16, True),
    "FLOAT8E4M3FN": (NumberKind.FLOAT, 8, True),
    "FLOAT8E4M3FNUZ": (NumberKind.FLOAT, 8, True),
    "FLOAT8E5M2": (NumberKind.FLOAT, 8, True),
    "FLOAT8E5M2FNUZ": (NumberKind.FLOAT, 8, True),
    "FLOAT8E8M0": (NumberKind.FLOAT, 8, True),
    "FLOAT4E2M1": (NumberKind.FLOAT, 4, True),
    "BOOL": (NumberKind.INTEGER, 8, False),  # a byte each, as runtimes store it
    **{f"INT{bits}": (NumberKind.INTEGER, bits, True) for bits in (2, 4, 8, 16, 32, 64)},
    **{f"UINT{bits}": (NumberKind.INTEGER, bits, False) for bits in (2, 4, 8, 16, 32, 64)},
}
_FORMATS = {
    int(TensorProto.DataType.Value(name)): ElementFormat(kind, bits, signed)
    for name, (kind, bits, signed) in _WIDTHS.items()
    if name in TensorProto.DataType.keys()  # noqa: SIM118 - an enum wrapper, not a dict
}


def type_name(element_type: int) -> str:
    """Return ONNX's word for ``element_type``, or its number when this onnx does not know it."""
    known = TensorProto.DataType.values()
    return str(TensorProto.DataType.Name(element_type)) if element_type in known else str(element_type)


def element_format(element_type: int, tensor: str) -> ElementFormat:
    """Return the format in which ``tensor`` is stored.

    Raises
    ------
    NetworkError
        For strings, complex numbers and types unknown to the installed onnx.
    """
    if element_type not in _FORMATS:
        raise NetworkError(
            f"tensor {tensor!r}: element type {type_name(element_type)} has no cost model, "
            "expected a float, integer or boolean type"
        )
    return _FORMATS[element_type]


def can_be_parameter(element_type: int) -> bool:
    """Return whether elements of this type count as parameters: floats, and integers of at most 32 bits.

    64-bit integers and booleans hold shapes, axes, indices and masks.
    """
    known = _FORMATS.get(element_type)
    if known is None or element_type == BOOL:
        return False
    return known.kind is not NumberKind.INTEGER or known.bits <= 32
