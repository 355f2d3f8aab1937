"""Number formats whose products need no multiplier: ternary, binary, powers of two."""

from __future__ import annotations

from workloads.errors import ConfigError
from workloads.formats import ElementFormat, NumberKind

_MAX_BITS = 64


def is_multiplication_free(format: ElementFormat) -> bool:
    """Whether a product with an operand of ``format`` is a selection or a shift of the other operand."""
    return format.kind in (NumberKind.TERNARY, NumberKind.BINARY, NumberKind.POWER_OF_TWO)


def bits_of_same_range(format: ElementFormat) -> int:
    """Return the bits of the narrowest signed integer that holds every value of a multiplication-free format.

    Ternary and binary numbers, -1 to +1, take 2. Powers of two in b bits are a sign and one of 2^(b-1) - 1 exponents,
    or zero: the largest is 2^(2^(b-1) - 2) and takes 2^(b-1) bits. At b = 4, shifts go from 0 to 6 and take int8.
    Assumes the smallest exponent is 0: a scale of the tensor takes what lies below.
    """
    return int(2 ** (format.bits - 1)) if format.kind is NumberKind.POWER_OF_TWO else 2


def integer_of_same_range(format: ElementFormat) -> ElementFormat:
    """Return the integer that holds all values of a multiplication-free format; any other format itself.

    Raises
    ------
    ConfigError
        For powers of two of 8 bits, which leave int64.
    """
    if not is_multiplication_free(format):
        return format
    if bits_of_same_range(format) > _MAX_BITS:
        raise ConfigError(f"{format}: expected powers of two of at most 7 bits, which int64 holds, found {format.bits}")
    return ElementFormat(NumberKind.INTEGER, bits_of_same_range(format))
