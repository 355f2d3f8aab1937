"""Which unit an axis is labelled in: the largest that keeps its greatest value at 1 or more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as an axis label writes it, and how many of the result's own units it is."""

    symbol: str
    size: float


ENERGY_UNITS = (Unit("pJ", 1), Unit("nJ", 1e3), Unit("µJ", 1e6), Unit("mJ", 1e9), Unit("J", 1e12))
"""Of pJ."""
BYTE_UNITS = (Unit("bytes", 1), Unit("kB", 1e3), Unit("MB", 1e6), Unit("GB", 1e9), Unit("TB", 1e12))
"""Of bytes; powers of ten, as memory bandwidths are quoted."""
CYCLE_UNITS = (Unit("cycles", 1), Unit("thousand cycles", 1e3), Unit("million cycles", 1e6))
"""Of cycles."""
LATENCY_UNITS = (Unit("ns", 1e-6), Unit("µs", 1e-3), Unit("ms", 1), Unit("s", 1e3))
"""Of ms."""
AREA_UNITS = (Unit("mm²", 1),)
"""Of mm2."""


def unit_for(values: Iterable[float], units: tuple[Unit, ...]) -> Unit:
    """Return the largest of ``units`` (ascending) that is not above the greatest of ``values``, else the smallest."""
    greatest = max(values, default=0.0)
    fitting = [unit for unit in units if unit.size <= greatest]
    return fitting[-1] if fitting else units[0]


def number_text(value: float) -> str:
    """Return ``value`` to three significant digits, without an exponent from 0.001 up."""
    if value == 0:
        return "0"
    if abs(value) < 1e-3:
        return f"{value:.2g}"
    decimals = max(0, 2 - _magnitude(value))
    return f"{value:,.{decimals}f}"


def _magnitude(value: float) -> int:
    """Return the power of ten of the first digit, after rounding to three: 9.999 counts as 10."""
    return int(f"{value:.2e}".partition("e")[2])
