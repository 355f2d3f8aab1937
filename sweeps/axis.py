"""The values that one field takes in a study: a list, a range, or powers of two; never written out in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import overload

from hw_configs.quantities import BYTE_UNITS, BYTES_PER_SECOND_UNITS, HERTZ_UNITS, parse_quantity
from hw_configs.yaml_source import YamlValue
from workloads.errors import ConfigError

_UNITS = {**BYTE_UNITS, **HERTZ_UNITS, **BYTES_PER_SECOND_UNITS}
_DIGITS = 60
"""Decimal digits that sums of steps are computed with: more than any value that a field accepts has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(Sequence[YamlValue]):
    """``first``, ``first + step``, ... ``num`` of them; or each twice the one before where ``step`` is None."""

    first: Decimal
    step: Decimal | None
    num: int

    def __len__(self) -> int:
        return self.num

    @overload
    def __getitem__(self, index: int) -> YamlValue: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[YamlValue]: ...
    def __getitem__(self, index: int | slice) -> YamlValue | Sequence[YamlValue]:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(self.num))]
        if not 0 <= index < self.num:
            raise IndexError(index)
        with localcontext(prec=_DIGITS):
            value = self.first * 2**index if self.step is None else self.first + index * self.step
        return int(value) if value == value.to_integral_value() else float(value)

    def __iter__(self) -> Iterator[YamlValue]:
        return (self[index] for index in range(self.num))


def linear_steps(first: YamlValue, last: YamlValue, step: YamlValue) -> Steps:
    """Return ``first``, ``first + step``, ... up to ``last``, which is among them where a step falls on it.

    Parameters
    ----------
    first, last, step : number or text with a unit
        ``64 KiB`` stands for its number of bytes.

    Raises
    ------
    ConfigError
        For what is no number, a step that is not positive, or a range without a value.
    """
    begin, end, width = (_number(name, value) for name, value in (("first", first), ("last", last), ("step", step)))
    if width <= 0:
        raise ConfigError(f"expected a step above zero, found {step!r}")
    if end < begin:
        raise ConfigError(f"is an empty range: expected last of at least first {first!r}, found {last!r}")
    with localcontext(prec=_DIGITS):
        return Steps(first=begin, step=width, num=int((end - begin) // width) + 1)


def doubling_steps(first: YamlValue, last: YamlValue) -> Steps:
    """Return ``first``, twice ``first``, ... up to ``last``, which is among them where a doubling falls on it.

    Raises
    ------
    ConfigError
        For what is no number above zero, or a range without a value.
    """
    begin, end = _number("first", first), _number("last", last)
    if begin <= 0:
        raise ConfigError(f"expected first above zero, since each value is twice the one before, found {first!r}")
    if end < begin:
        raise ConfigError(f"is an empty range: expected last of at least first {first!r}, found {last!r}")
    num = 1
    with localcontext(prec=_DIGITS):
        while begin * 2**num <= end:
            num += 1
    return Steps(first=begin, step=None, num=num)


def _number(name: str, value: YamlValue) -> Decimal:
    if isinstance(value, str):
        try:
            return Decimal(parse_quantity(value, _UNITS))
        except ConfigError as error:
            raise ConfigError(f"{name}: {error}") from None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{name}: expected a number, found {value!r}")
    number = Decimal(str(value))
    if not number.is_finite() or abs(number) >= 10**30:
        raise ConfigError(f"{name}: expected a number below 1e30, found {value!r}")
    return number
