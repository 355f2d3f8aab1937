"""How figures of designs tell points apart: a marker and colour a value, or shades for many numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plots.design_columns import Floats, axis_label, spans_decades
from plots.design_points import DesignPoints
from plots.style import SERIES_DOTS, Dot, short_name
from sweeps.read_results import Cell
from workloads.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.colors import Normalize

SHADES = "viridis"
_NAME_CHARACTERS = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points of one value of the colour column."""

    name: str
    dot: Dot
    value: Cell


def series_of(points: DesignPoints, column: str | None) -> tuple[Series, ...]:
    """Return a look for each value of ``column``; a single one without a column.

    Raises
    ------
    ConfigError
        When there are more values than markers.
    """
    if column is None:
        return (Series(name="", dot=SERIES_DOTS[0], value=None),)
    values = list(points.groups(column, "--colour"))
    if len(values) > len(SERIES_DOTS):
        raise ConfigError(
            f"--colour {column}: expected at most {len(SERIES_DOTS)} values to tell apart, found {len(values)}"
        )
    return tuple(
        Series(name=value_text(value), dot=dot, value=value) for value, dot in zip(values, SERIES_DOTS, strict=False)
    )


def is_shaded(points: DesignPoints, column: str | None) -> bool:
    """Whether ``column`` has more numbers than markers tell apart, and is drawn in shades."""
    if column is None:
        return False
    cells = set(points.cells(column, "--colour"))
    return len(cells) > len(SERIES_DOTS) and all(isinstance(cell, int | float) for cell in cells)


def members(points: DesignPoints, column: str | None, series: Series) -> list[int]:
    """Return the positions of the points of ``series``."""
    if column is None:
        return list(range(len(points.rows)))
    return [position for position, cell in enumerate(points.cells(column)) if cell == series.value]


def shade_scale(values: Floats) -> Normalize:
    """Return from ``values`` to shades, logarithmic where they span decades."""
    from matplotlib.colors import LogNorm, Normalize

    kind = LogNorm if spans_decades(values) else Normalize
    scale: Normalize = kind(values.min(), values.max())
    return scale


def value_text(value: Cell) -> str:
    """Return ``value`` as a legend or tick writes it."""
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, int):
        return f"{value:,}"
    return short_name("none" if value is None else str(value) or "none", _NAME_CHARACTERS)


def column_value_text(column: str, value: Cell) -> str:
    """Return ``value`` of ``column``; capacities in powers of two with their unit."""
    if isinstance(value, int) and column.endswith("_bytes"):
        for size, unit in ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB")):
            if value and value % size == 0:
                return f"{value // size} {unit}"
    return value_text(value)


def legend_title(column: str | None) -> str:
    """Return what stands before the names of series."""
    return "" if column is None else axis_label(column)
