"""Numbers with units, as accelerator files and ``--set`` write them: ``256 KiB``, ``200 MHz``, ``12.8 GB/s``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from workloads.errors import ConfigError
from workloads.formats import ElementFormat, parse_format

MAX_QUANTITY = 2**53
"""Larger values are refused: they would no longer be exact as floats, and products with them would leave int64."""

_DIGITS = r"[0-9][0-9_]{0,29}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,3})?"
_NUMBER = re.compile(rf"\s*([+-]?{_DIGITS})\s*([A-Za-z/]*)\s*")
_DECIMAL = {"": 1, "K": 10**3, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}

BYTE_UNITS = {f"{prefix}B": factor for prefix, factor in {**_DECIMAL, **_BINARY}.items()}
HERTZ_UNITS = {f"{prefix}Hz": factor for prefix, factor in _DECIMAL.items()}
BYTES_PER_SECOND_UNITS = {f"{unit}/s": factor for unit, factor in BYTE_UNITS.items()}


def parse_quantity(value: object, units: Mapping[str, int]) -> int:
    """Return ``value`` in base units as an integer.

    Parameters
    ----------
    value : int, float or str
        A bare number is taken in base units; a string carries one of ``units`` (``256 KiB``) or none.
    units : mapping
        Unit to factor; the first is the base unit.

    Raises
    ------
    ConfigError
        For an unknown unit, something that is no number, or a value that is no whole number of base units,
        not positive, or above ``MAX_QUANTITY``.
    """
    expected = f"expected a number with one of {', '.join(units)}"
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ConfigError(f"{expected}, found {value!r}")
    match = _NUMBER.fullmatch(str(value))
    if match is None:
        raise ConfigError(f"{expected}, found {value!r}")
    number, unit = match.groups()
    if unit and unit not in units:
        raise ConfigError(f"unknown unit {unit!r} in {value!r}: {expected}")
    base = Decimal(number.replace("_", "")) * units.get(unit, 1)
    if base <= 0:
        raise ConfigError(f"expected more than zero, found {value!r}")
    if base > MAX_QUANTITY:
        raise ConfigError(f"expected at most {MAX_QUANTITY} {next(iter(units))}, found {value!r}")
    if base != base.to_integral_value():
        raise ConfigError(f"expected a whole number of {next(iter(units))}, found {value!r}")
    return int(base)


def format_quantity(value: int, units: Mapping[str, int], *, binary: bool = False) -> int | str:
    """Return ``value`` as the shortest text with a unit that reads back as the same number.

    >>> format_quantity(262_144, BYTE_UNITS, binary=True)
    '256 KiB'

    Parameters
    ----------
    value : int
        In base units.
    units : mapping
        As for ``parse_quantity``.
    binary : bool
        Use Ki, Mi, Gi instead of k, M, G.

    Returns
    -------
    int or str
        The bare number when no unit shortens it.
    """
    fitting = {
        unit: factor for unit, factor in units.items() if ("i" in unit) == binary and "K" not in unit.replace("Ki", "")
    }
    for unit, factor in sorted(fitting.items(), key=lambda item: -item[1]):
        number = Decimal(value) / factor
        if factor > 1 and number >= 1 and number == round(number, 3):
            return f"{number.normalize():f} {unit}"
    return value


def _quantity(units: Mapping[str, int], meaning: str) -> tuple[BeforeValidator, WithJsonSchema]:
    def parse(value: object) -> int:
        try:
            return parse_quantity(value, units)
        except ConfigError as error:
            raise ValueError(str(error)) from None

    alternatives = "|".join(unit.replace("/", "\\/") for unit in units)
    digits = _DIGITS.replace("(?:", "(")
    schema = WithJsonSchema(
        {
            "description": f"{meaning}: a number, or text with one of {', '.join(units)}",
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_QUANTITY},
                {"type": "string", "pattern": f"^{digits} *({alternatives})?$"},
            ],
        }
    )
    return BeforeValidator(parse), schema


_BYTES = _quantity(BYTE_UNITS, "a size")
_HERTZ = _quantity(HERTZ_UNITS, "a frequency")
_BYTES_PER_SECOND = _quantity(BYTES_PER_SECOND_UNITS, "a bandwidth")

Bytes = Annotated[int, _BYTES[0], _BYTES[1]]
"""A number of bytes; text may carry a unit."""
Hertz = Annotated[int, _HERTZ[0], _HERTZ[1]]
"""A frequency in hertz; text may carry a unit."""
BytesPerSecond = Annotated[int, _BYTES_PER_SECOND[0], _BYTES_PER_SECOND[1]]
"""A bandwidth in bytes a second; text may carry a unit."""


def _parse_format(value: object) -> ElementFormat:
    if isinstance(value, ElementFormat):
        return value
    if not isinstance(value, str):
        raise ValueError(f"expected an element format such as int8 or fp16, found {value!r}")
    try:
        return parse_format(value)
    except ConfigError as error:
        raise ValueError(str(error)) from None


Format = Annotated[
    ElementFormat,
    BeforeValidator(_parse_format),
    PlainSerializer(str, return_type=str),
    WithJsonSchema(
        {
            "description": "an element format such as int8 or fp16",
            "type": "string",
            "pattern": "^(u?int([1-9]|[1-5][0-9]|6[0-4])|(fp|float)(4|8|16|32|64)|bf16|bfloat16)$",
        }
    ),
]
"""An element format, written by its name."""
