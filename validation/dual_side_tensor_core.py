"""Dual-side sparse tensor core: latency over its own dense latency, by density, and cycles beside the other cores'."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hw_configs.load import load_accelerator
from simulator.arrays.outer_product import OuterProductArray, outer_product_array
from simulator.arrays.outer_product_counts import expected_costs
from validation.check import Check, Comparison
from validation.table import TableRow

_SIDE = np.asarray(4096, dtype=np.int64)
_DENSE_LATENCY = 4600.0
"""Of the table's own dense product, in its unit."""


def _compare_latency(row: TableRow) -> Comparison | None:
    """Return the latency of a 4096 x 4096 x 4096 product over that of the dense one."""
    densities = _density(row, "A_density"), _density(row, "B_density")
    ours = _cycles(_array(*densities)) / _cycles(_array(1.0, 1.0))
    return Comparison(expected=(row.number("latency_raw") / _DENSE_LATENCY,), ours=(ours,))


def _density(row: TableRow, column: str) -> float:
    density = row.number(column)
    if density > 1:
        raise row.error(column, "a density from 0 to 1")
    return density


def _array(input_density: float, weight_density: float) -> OuterProductArray:
    """Return the shipped core for operands of these densities."""
    core = outer_product_array(load_accelerator("dual_side_tensor_core").array)
    return replace(
        core,
        input_density_fraction=input_density,
        weight_density_fraction=weight_density,
        costs=expected_costs(core.section, input_density, weight_density),
    )


def _cycles(array: OuterProductArray) -> int:
    cycles = array.tile_cycles(_SIDE, _SIDE, _SIDE)
    return int(cycles.fill + cycles.stream)


CHECKS = (
    Check(
        name="dual_side_tensor_core_latency",
        file_name="dual_side_tensor_core.csv",
        columns=("A_density", "B_density", "latency_raw"),
        source="Wang et al., ISCA 2021, as in Sparseloop, Wu et al., MICRO 2022, figure 13",
        tolerance_fraction=0.12,
        compare=_compare_latency,
    ),
)
