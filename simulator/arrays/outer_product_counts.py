"""Cycles of an outer product by how many non-zeros its column and its row have, averaged over densities and masks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from hw_configs.array_sections import OuterProduct
from simulator.arrays.protocol import Int64Array
from workloads.sparsity import BoolArray, Mask, Sparsity

FloatArray = NDArray[np.float64]

_ROUNDING = 1e-12
"""Relative, of sums of probabilities."""


@dataclass(frozen=True, slots=True)
class IndexCosts:
    """Averages over the reduction indices of a tile of r positions and s filters.

    Parameters
    ----------
    cycles : float array, shape (tile + 1, tile + 1)
        Cycles of an index, by r and s.
    quanta : float array, shape (tile + 1, tile + 1)
        Those that the lanes would need, were all else free.
    """

    cycles: FloatArray
    quanta: FloatArray


@lru_cache(maxsize=64)
def index_quanta(section: OuterProduct) -> Int64Array:
    """Return the quanta of lanes that a x b non-zeros need, shape (tile + 1, tile + 1)."""
    counts = np.arange(section.tile + 1)
    quanta: Int64Array = np.multiply.outer(-(-counts // section.input_lanes), -(-counts // section.weight_lanes))
    return quanta


@lru_cache(maxsize=64)
def index_cycles(section: OuterProduct) -> Int64Array:
    """Return the cycles of a reduction index with a and b non-zeros, shape (tile + 1, tile + 1)."""
    counts = np.arange(section.tile + 1)
    merging = -(-np.multiply.outer(counts, counts) // section.merge_words_per_cycle)
    cycles: Int64Array = section.bitmap_cycles + np.maximum(index_quanta(section), merging)
    return cycles


@lru_cache(maxsize=1024)
def expected_costs(section: OuterProduct, input_density: float, weight_density: float) -> IndexCosts:
    """Return the averages for operands whose elements are non-zero independently, with these probabilities."""
    return _averages(section, _binomials(section.tile, input_density), _binomials(section.tile, weight_density))


def costs_of(section: OuterProduct, input_density: float, weights: Sparsity | None, num_rows: int) -> IndexCosts:
    """Return the averages for what is known of the weights: their mask, or else their density.

    Filters of a mask are tiled in their order. A smaller tile holds some drawn from a full one. The last tile, where it
    is not full, counts by a common factor, or brings all tiles nearer to those of dense weights by a common share: a
    whole layer of ``num_rows`` positions, if these are whole tiles or less than one, takes exactly the expectation over
    its inputs, and no tile takes longer than dense weights.
    """
    if weights is None or weights.mask is None:
        return expected_costs(section, input_density, 1.0 if weights is None else weights.density_fraction)
    inputs = _binomials(section.tile, input_density)
    num_filters = weights.mask.shape[1]
    width = min(section.tile, num_filters)
    num_full, num_rest = divmod(num_filters, width)
    full, rest = _histograms(weights.mask, width)
    even = _averages(section, inputs, _drawn(full, section.tile, width))
    row = min(num_rows, section.tile)

    def exact(table: FloatArray, most: FloatArray, by_counts: Int64Array) -> FloatArray:
        by_weights = inputs[row] @ by_counts[:, : width + 1]
        expected = num_full * (by_weights @ full) + (by_weights @ rest if num_rest else 0.0)
        counted, upper = (num_full * one[row, width] + one[row, num_rest] for one in (table, most))
        if expected <= counted * (1 + _ROUNDING):
            return table * (expected / counted) if counted else table
        nearer: FloatArray = table + (most - table) * ((expected - counted) / (upper - counted))
        return nearer

    dense = expected_costs(section, input_density, 1.0)
    return IndexCosts(
        exact(even.cycles, dense.cycles, index_cycles(section)), exact(even.quanta, dense.quanta, index_quanta(section))
    )


def tile_counts(nonzero: BoolArray, width: int) -> NDArray[np.uint8]:
    """Return the non-zeros of each tile of ``width`` rows, shape (groups, ceil(rows / width), K), of (groups, rows, K).

    ``width`` is 255 at most.
    """
    starts = np.arange(0, nonzero.shape[1], width)
    counts: NDArray[np.uint8] = np.add.reduceat(nonzero.view(np.uint8), starts, axis=1, dtype=np.uint8)
    return counts


def _histograms(mask: Mask, width: int) -> tuple[FloatArray, FloatArray]:
    """Return the shares of (group, k) with 0 to ``width`` non-zeros in full tiles of filters, and in the last one."""
    groups, filters, taps, channels = mask.shape
    counts = tile_counts(mask.array().reshape(groups, filters, taps * channels), width)
    num_full = filters // width
    return _shares(counts[:, :num_full], width), _shares(counts[:, num_full:], width)


def _shares(counts: NDArray[np.uint8], width: int) -> FloatArray:
    return np.bincount(counts.ravel(), minlength=width + 1) / max(1, counts.size)


def _averages(section: OuterProduct, inputs: FloatArray, weights: FloatArray) -> IndexCosts:
    """Return averages for the distributions of counts of r positions (rows of ``inputs``) and s filters."""
    cycles = inputs @ index_cycles(section) @ weights.T
    cycles[0, :] = cycles[:, 0] = 0.0  # without positions or filters there is no tile, and no bitmap to multiply
    return IndexCosts(cycles, inputs @ index_quanta(section) @ weights.T)


@lru_cache(maxsize=1024)
def _binomials(size: int, density: float) -> FloatArray:
    """Return the distribution of the non-zeros among 0 to ``size`` elements, a row each."""
    total, nonzero = np.arange(size + 1)[:, np.newaxis], np.arange(size + 1)
    zeros = np.maximum(total - nonzero, 0)
    table: FloatArray = _choices(size) * float(density) ** nonzero * (1.0 - density) ** zeros
    return table


def _drawn(full: FloatArray, size: int, width: int) -> FloatArray:
    """Return the distributions of the non-zeros among s of ``width`` filters drawn at random; none above ``width``."""
    table = np.zeros((size + 1, size + 1))
    table[: width + 1, : width + 1] = np.einsum("b,sbi->si", full, _hypergeometrics(width))
    return table


@lru_cache(maxsize=32)
def _hypergeometrics(width: int) -> FloatArray:
    """Return the probabilities that s drawn of ``width`` filters, b of them non-zero, hold i non-zeros: (s, b, i)."""
    choices = _choices(width)
    drawn, nonzero, found = np.ogrid[: width + 1, : width + 1, : width + 1]
    zeros_found = drawn - found
    possible = zeros_found >= 0
    ways = choices[nonzero, found] * choices[width - nonzero, np.where(possible, zeros_found, 0)] * possible
    table: FloatArray = ways / choices[width, drawn]
    return table


@lru_cache(maxsize=32)
def _choices(size: int) -> FloatArray:
    """Return Pascal's triangle up to ``size``, shape (size + 1, size + 1), zero above the diagonal."""
    table = np.zeros((size + 1, size + 1))
    table[:, 0] = 1.0
    for row in range(1, size + 1):
        table[row, 1:] = table[row - 1, 1:] + table[row - 1, :-1]
    return table
