"""Sparseloop's sparse tensor core family on products of ResNet-50: cycles of compute or of the scratchpad's ports."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hw_configs.accelerator import Memory
from hw_configs.array_sections import SparseTensorCore
from hw_configs.load import load_accelerator
from simulator.arrays.sparse_tensor_core import Nm, SparseTensorCoreArray
from validation.check import Check, Comparison
from validation.table import TableRow

_ELEMENT_BITS = 8
_DENSITY_DIGITS = 4
"""The table rounds densities: 1/3 is printed 0.3333."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """A member of the family: its patterns and metadata, and whether inputs cross the ports compressed."""

    patterns: tuple[Nm, ...]
    metadata: str = "coordinates"
    compresses_inputs: bool = False


_SUFFIX = "-RF2x-24-bandwidth"
_FLEXIBLE: tuple[Nm, ...] = ((2, 4), (2, 6), (2, 8))
DESIGNS = {
    f"TC{_SUFFIX}": Design(patterns=()),
    f"STC{_SUFFIX}": Design(patterns=((2, 4),)),
    f"STC_flexible{_SUFFIX}": Design(patterns=_FLEXIBLE),
    f"STC_flexible{_SUFFIX}-RLE": Design(patterns=_FLEXIBLE, metadata="run_length"),
    f"STC_flexible_dualCompress{_SUFFIX}-RLE": Design(
        patterns=_FLEXIBLE, metadata="run_length", compresses_inputs=True
    ),
}


def _compare_cycles(row: TableRow) -> Comparison | None:
    """Return the cycles of a row whose design skips zeros of weights alone; the dual-side core has its own check."""
    design = DESIGNS.get(row.text("design"))
    if design is None:
        return None
    return Comparison(expected=(row.number("cycles"),), ours=(float(_cycles(row, design)),))


def _cycles(row: TableRow, design: Design) -> int:
    """Return the longest of compute and ports, in cycles, for weights pruned to the design's tightest pattern.

    The table calls filters M and positions N. Kept weights and non-zero inputs are whole numbers, rounded up;
    compressed inputs have a bitmap. The published figures at 2:6 are those of a density a little above a third, as 1/3
    is in single precision: one weight more in the layer, which shows where compute binds.
    """
    filters, positions, depth = (row.size(column) for column in ("M", "N", "K"))
    if filters * positions * depth >= 2**50:
        raise row.error("M", "fewer than 2^50 multiply-accumulates in the layer")
    pattern = _pattern(row, design)
    array, port_bytes = _array(design, pattern)
    m, n, k = (np.asarray(size, dtype=np.int64) for size in (positions, filters, depth))
    compute, accesses = array.tile_cycles(m, n, k), array.scratchpad_accesses(m, n, k)
    num_inputs, num_weights = (int(array.padded_k(k)) * size for size in (positions, filters))
    num_kept = math.ceil(num_weights * Fraction(float(np.float32(pattern[0] / pattern[1]))))
    input_bits = Fraction(_ELEMENT_BITS)
    if design.compresses_inputs:
        num_nonzero = math.ceil(num_inputs * Fraction(row.text("iact_density")))
        input_bits = 1 + _ELEMENT_BITS * Fraction(num_nonzero, num_inputs)
    weight_bits = (_ELEMENT_BITS + array.metadata_bits) * Fraction(num_kept, num_weights)
    moved_bits = int(accesses.input_read) * input_bits + int(accesses.weight_read) * weight_bits
    return max(
        int(compute.stream),
        math.ceil(Fraction(num_kept * positions, array.num_pes)),
        math.ceil(moved_bits / (8 * port_bytes)),
    )


def _pattern(row: TableRow, design: Design) -> Nm:
    """Return the pattern with the fewest kept weights that leaves the row's density; dense where none does."""
    density = row.number("weight_density")
    fitting = [nm for nm in design.patterns if round(nm[0] / nm[1], _DENSITY_DIGITS) >= density]
    return min(fitting, key=lambda nm: nm[0] / nm[1], default=(1, 1))


def _array(design: Design, pattern: Nm) -> tuple[SparseTensorCoreArray, int]:
    """Return the array of ``design`` at ``pattern`` and the bytes a cycle of its ports: the shipped accelerator's."""
    accelerator = load_accelerator("flexible_tensor_core")
    assert isinstance(accelerator.scratchpad, Memory)
    section = SparseTensorCore.model_validate({"patterns": design.patterns, "metadata": design.metadata})
    num_pes = accelerator.array.rows * accelerator.array.cols
    return SparseTensorCoreArray(num_pes, section, pattern), accelerator.scratchpad.bandwidth_bytes_per_cycle


CHECKS = (
    Check(
        name="sparse_tensor_core_cycles",
        file_name="sparse_tensor_core.csv",
        columns=("M", "K", "N", "iact_density", "weight_density", "design", "cycles"),
        source="Sparseloop, Wu et al., MICRO 2022, figure 15, designs TC and STC",
        tolerance_fraction=0.0,
        compare=_compare_cycles,
    ),
)
