"""Numbers with units, as accelerator files and ``--set`` write them: ``256 KiB``, ``200 MHz``, ``12.8 GB/s``."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from workloads.errors import ConfigError
from workloads.formats import ElementFormat, parse_format

_NUMBER = re.compile(r"\s*([+-]?[0-9][0-9_]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*([A-Za-zµ/]*)\s*")
_DECIMAL = {"": 1, "K": 10**3, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_BINARY = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}

BYTE_UNITS = {f"{prefix}B": factor for prefix, factor in {**_DECIMAL, **_BINARY}.items()}
HERTZ_UNITS = {f"{prefix}Hz": factor for prefix, factor in _DECIMAL.items()}
BYTES_PER_SECOND_UNITS = {f"{unit}/s": factor for unit, factor in BYTE_UNITS.items()}


def parse_quantity(value: object, units: dict[str, int]) -> int:
    """Return ``value`` in base units as an integer.

    Parameters
    ----------
    value : int, float or str
        A bare number is taken in base units; a string carries one of ``units`` (``256 KiB``) or none.
    units : dict
        Unit to factor.

    Raises
    ------
    ConfigError
        For an unknown unit, something that is no number, or a value that is no whole number of base units.
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
    base = float(number.replace("_", "")) * units.get(unit, 1)
    if base <= 0:
        raise ConfigError(f"{value!r} is not positive")
    if base > 2**62:
        raise ConfigError(f"{value!r} is too large")
    if abs(base - round(base)) > 1e-6:
        raise ConfigError(f"{value!r} is no whole number of {next(iter(units))}")
    return round(base)


def _validator(units: dict[str, int]) -> BeforeValidator:
    def parse(value: object) -> int:
        try:
            return parse_quantity(value, units)
        except ConfigError as error:
            raise ValueError(str(error)) from None

    return BeforeValidator(parse)


def _schema(units: dict[str, int]) -> WithJsonSchema:
    alternatives = "|".join(unit.replace("/", "\\/") for unit in units)
    return WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0},
                {"type": "string", "pattern": f"^[0-9._]+ *({alternatives})?$"},
            ]
        }
    )


Bytes = Annotated[int, Field(ge=1), _validator(BYTE_UNITS), _schema(BYTE_UNITS)]
Hertz = Annotated[int, Field(ge=1), _validator(HERTZ_UNITS), _schema(HERTZ_UNITS)]
BytesPerSecond = Annotated[int, Field(ge=1), _validator(BYTES_PER_SECOND_UNITS), _schema(BYTES_PER_SECOND_UNITS)]


def _parse_format(value: Any) -> ElementFormat:
    if isinstance(value, ElementFormat):
        return value
    try:
        return parse_format(str(value))
    except ConfigError as error:
        raise ValueError(str(error)) from None


Format = Annotated[
    ElementFormat,
    BeforeValidator(_parse_format),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^(u?int[0-9]{1,2}|fp(4|8|16|32|64)|bf16)$"}),
]
"""An element format, written by its name."""
