from __future__ import annotations

import pytest

from plots.units import BYTE_UNITS, CYCLE_UNITS, ENERGY_UNITS, LATENCY_UNITS, number_text, unit_for


@pytest.mark.parametrize(
    ("greatest", "units", "symbol", "size"),
    [
        (999.0, ENERGY_UNITS, "pJ", 1),
        (1000.0, ENERGY_UNITS, "nJ", 1e3),
        (3.5e10, ENERGY_UNITS, "mJ", 1e9),
        (2e6, BYTE_UNITS, "MB", 1e6),
        (999_999, CYCLE_UNITS, "thousand cycles", 1e3),
        (0.02, LATENCY_UNITS, "µs", 1e-3),
        (1e-9, LATENCY_UNITS, "ns", 1e-6),
    ],
)
def test_unit_keeps_the_greatest_value_at_one_or_more(
    greatest: float, units: tuple[object, ...], symbol: str, size: float
) -> None:
    unit = unit_for([greatest / 7, greatest], units)  # type: ignore[arg-type]
    assert (unit.symbol, unit.size) == (symbol, size)


def test_nothing_to_show_takes_the_smallest_unit() -> None:
    assert unit_for([], ENERGY_UNITS).symbol == "pJ"
    assert unit_for([0.0], BYTE_UNITS).symbol == "bytes"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.00042, "0.00042"),
        (0.0042, "0.00420"),
        (5.316, "5.32"),
        (9.999, "10.0"),
        (38.58, "38.6"),
        (255.6, "256"),
        (45875.2, "45,875"),
    ],
)
def test_three_significant_digits(value: float, text: str) -> None:
    assert number_text(value) == text
