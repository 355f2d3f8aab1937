"""Eyeriss v2: cycles of one PE with one multiplier on pruned layers, from counts of each channel and from densities."""

from __future__ import annotations

import numpy as np

from hw_configs.array_sections import EyerissV2
from simulator.arrays.eyeriss_v2 import EyerissV2Array
from simulator.arrays.eyeriss_v2_counts import pe_cycles
from simulator.arrays.protocol import Int64Array
from validation.check import Check, Comparison
from validation.table import TableRow
from workloads.loop_nest import MatrixNest
from workloads.sparsity import Sparsity, SparsityOrigin

_INPUTS, _WEIGHTS = "nonzero_iacts_per_channel", "nonzero_weights_per_channel"
_COLUMNS = ("C", "M", "E", "F", "ground_truth_cycles", _INPUTS, _WEIGHTS)
_SOURCE = "Sparseloop, Wu et al., MICRO 2022, figure 12: pointwise layers of a pruned MobileNet-0.5"
_MOST_ELEMENTS = 2**40


def _counts(row: TableRow, column: str, most: int) -> Int64Array:
    """Return the non-zeros of each of the row's C channels, none above ``most``."""
    words = row.text(column).split()
    if not all(word.isascii() and word.isdigit() and int(word[:20]) <= most for word in words):
        raise row.error(column, f"whole numbers up to {most}")
    if len(words) != row.size("C"):
        raise row.error(column, f"{row.size('C')} counts, one a channel")
    return np.array([int(word) for word in words], dtype=np.int64)


def _layer_counts(row: TableRow) -> tuple[Int64Array, Int64Array]:
    """Return the inputs' and the weights' non-zeros by channel."""
    num_positions = row.size("E") * row.size("F")
    if num_positions * row.size("M") * row.size("C") > _MOST_ELEMENTS:
        raise row.error("C", f"at most {_MOST_ELEMENTS} multiply-accumulates in the layer")
    return _counts(row, _INPUTS, num_positions), _counts(row, _WEIGHTS, row.size("M"))


def _compare_counts(row: TableRow) -> Comparison | None:
    return Comparison(expected=(row.number("ground_truth_cycles"),), ours=(pe_cycles(*_layer_counts(row)),))


def _compare_densities(row: TableRow) -> Comparison | None:
    """Return the cycles of the array model, one PE, that knows the two densities alone."""
    inputs, weights = _layer_counts(row)
    num_positions, num_filters, num_channels = row.size("E") * row.size("F"), row.size("M"), row.size("C")
    nest = MatrixNest(
        groups=1,
        batch=num_positions,
        axes=(),
        num_filters=num_filters,
        num_channels=num_channels,
        input_bits=8,
        weight_bits=8,
        output_bits=20,
        resident_bits=0,
        num_output_elements=num_positions * num_filters,
        input_sparsity=_given(int(inputs.sum()) / (num_positions * num_channels)),
        weight_sparsity=_given(int(weights.sum()) / (num_filters * num_channels)),
    )
    array = EyerissV2Array(rows=1, cols=1, section=EyerissV2()).bound_to(nest)
    m, n, k = (np.asarray(size, dtype=np.int64) for size in (nest.m, nest.n, nest.k))
    cycles = array.tile_cycles(m, n, k)
    return Comparison(expected=(row.number("ground_truth_cycles"),), ours=(int(cycles.fill + cycles.stream),))


def _given(density_fraction: float) -> Sparsity:
    return Sparsity(density_fraction=density_fraction, origin=SparsityOrigin.GIVEN)


CHECKS = (
    Check(
        name="eyeriss_v2_pe_cycles",
        file_name="eyeriss_v2_pe.json",
        columns=_COLUMNS,
        source=_SOURCE,
        tolerance_fraction=0.0,
        compare=_compare_counts,
    ),
    Check(
        name="eyeriss_v2_pe_densities",
        file_name="eyeriss_v2_pe.json",
        columns=_COLUMNS,
        source=_SOURCE,
        tolerance_fraction=0.1,
        compare=_compare_densities,
    ),
)
"""Ten per cent where only densities are known: they say nothing of channels that are empty in both operands."""
