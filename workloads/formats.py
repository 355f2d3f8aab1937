"""Element formats: how many bits one number takes and what kind of number it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from workloads.errors import ConfigError


class NumberKind(StrEnum):
    """How the bits of an element are read."""

    INTEGER = "integer"
    FLOAT = "float"
    BRAIN_FLOAT = "brain_float"
    TERNARY = "ternary"
    """-1, 0 or +1 times a scale: a multiplication is an addition, a subtraction or nothing."""
    BINARY = "binary"
    """-1 or +1 times a scale: a multiplication is an addition or a subtraction."""
    POWER_OF_TWO = "power_of_two"
    """A sign and an exponent: a multiplication is a shift."""


@dataclass(frozen=True, slots=True)
class ElementFormat:
    """A number format.

    Parameters
    ----------
    kind : NumberKind
    bits : int
        Storage bits of one element, 1 to 64.
    signed : bool
        False only for unsigned integers.
    """

    kind: NumberKind
    bits: int
    signed: bool = True

    @property
    def name(self) -> str:
        """The format's usual short name: ``int8``, ``uint8``, ``fp16``, ``bf16``."""
        if self.kind in _NAMED_KINDS:
            return _NAMED_KINDS[self.kind] + (str(self.bits) if self.kind is NumberKind.POWER_OF_TWO else "")
        if self.kind is NumberKind.INTEGER:
            return f"{'int' if self.signed else 'uint'}{self.bits}"
        return f"{'fp' if self.kind is NumberKind.FLOAT else 'bf'}{self.bits}"

    def __str__(self) -> str:
        return self.name


_NAMED_KINDS = {NumberKind.TERNARY: "ternary", NumberKind.BINARY: "binary", NumberKind.POWER_OF_TWO: "pow2_"}
_NAME = re.compile(r"(?P<prefix>int|uint|fp|float|bf|bfloat)(?P<bits>[0-9]{1,2})")


def parse_format(name: str) -> ElementFormat:
    """Return the format called ``name`` (``int8``, ``uint4``, ``fp16``, ``float32``, ``bf16``).

    Raises
    ------
    ConfigError
        When the name is no format or its width is none that the kind can have.
    """
    wanted = name.strip().lower()
    if wanted in _SPECIAL:
        return _SPECIAL[wanted]
    match = _NAME.fullmatch(wanted)
    if match is None:
        raise ConfigError(
            f"unknown element format {name!r}: expected int1..int64, uint1..uint64, fp8, fp16, fp32, fp64, bf16, "
            "ternary, binary, pow2 or pow2_4"
        )
    prefix, bits = match["prefix"], int(match["bits"])
    if prefix in ("int", "uint"):
        allowed = range(1, 65)
        kind = NumberKind.INTEGER
    elif prefix in ("fp", "float"):
        allowed, kind = (4, 8, 16, 32, 64), NumberKind.FLOAT  # type: ignore[assignment]
    else:
        allowed, kind = (16,), NumberKind.BRAIN_FLOAT  # type: ignore[assignment]
    if bits not in allowed:
        raise ConfigError(f"element format {name!r}: {bits} bits is not a width that {prefix} comes in")
    return ElementFormat(kind=kind, bits=bits, signed=prefix != "uint")


TERNARY = ElementFormat(NumberKind.TERNARY, 2)
BINARY = ElementFormat(NumberKind.BINARY, 1)
POWER_OF_TWO = ElementFormat(NumberKind.POWER_OF_TWO, 4)
"""A sign and seven exponents with zero, as in incremental network quantisation at 4 bits."""
_SPECIAL = {
    "ternary": TERNARY,
    "binary": BINARY,
    "pow2": POWER_OF_TWO,
    **{f"pow2_{bits}": ElementFormat(NumberKind.POWER_OF_TWO, bits) for bits in range(2, 9)},
}
INT8 = ElementFormat(NumberKind.INTEGER, 8)
INT32 = ElementFormat(NumberKind.INTEGER, 32)
INT64 = ElementFormat(NumberKind.INTEGER, 64)
FP16 = ElementFormat(NumberKind.FLOAT, 16)
FP32 = ElementFormat(NumberKind.FLOAT, 32)
