"""Columns of a table of designs as axes: names, units, scale, and which direction is better."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from workloads.errors import ConfigError
from workloads.nearest_names import nearest_names

Floats = NDArray[np.float64]

LARGER_IS_BETTER = frozenset({"inferences_per_second", "utilisation_fraction"})
"""Of all other figures less is better."""
_UNITS = {
    "_cycles": "cycles",
    "_ms": "ms",
    "_s": "s",
    "_hz": "Hz",
    "_bytes": "bytes",
    "_bits": "bits",
    "_mj": "mJ",
    "_w": "W",
    "_mm2": "mm²",
    "_fraction": "fraction",
}
_WHOLE = {
    "edp_mj_ms": "energy × delay (mJ·ms)",
    "macs": "MACs",
    "inferences_per_second": "inferences/s",
    "seconds": "evaluation (s)",
    "latency_ms": "latency of a run (ms)",
    "energy_mj": "energy of a run (mJ)",
}
_ABBREVIATIONS = {"mac": "MAC", "macs": "MACs", "dma": "DMA", "pe": "PE", "pes": "PEs"}
_MOST_LINEAR_RATIO = 10


def axis_label(column: str) -> str:
    """Return what an axis of ``column`` says: words, and the unit that the column's name ends in."""
    if column in _WHOLE:
        return _WHOLE[column]
    for ending, unit in _UNITS.items():
        if column.endswith(ending) and len(column) > len(ending):
            return f"{_words(column.removesuffix(ending))} ({unit})"
    if column.endswith("_per_second"):
        return f"{_words(column.removesuffix('_per_second'))}/s"
    return _words(column)


def quantity(column: str) -> str:
    """Return ``axis_label`` without the unit."""
    return axis_label(column).partition(" (")[0]


def _words(name: str) -> str:
    words = name.replace(".", " ").replace("_", " ").replace("off chip", "off-chip").split()
    return " ".join(_ABBREVIATIONS.get(word, word) for word in words)


def spans_decades(values: Floats) -> bool:
    """Whether an axis of ``values`` is logarithmic: all above zero, the greatest over ten times the least."""
    return bool(values.size) and bool(values.min() > 0) and bool(values.max() > _MOST_LINEAR_RATIO * values.min())


def as_cost(column: str, values: Floats) -> Floats:
    """Return ``values`` such that less is better."""
    return -values if column in LARGER_IS_BETTER else values


def check_column(option: str, column: str, columns: Sequence[str]) -> None:
    """Raise when there is no such column.

    Raises
    ------
    ConfigError
        Names the option and the nearest columns.
    """
    if column not in columns:
        near = nearest_names(column, columns) or "; `sparsim results query 'SELECT * FROM results'` shows them"
        raise ConfigError(f"{option} {column}: no such column in the view results{near}")
