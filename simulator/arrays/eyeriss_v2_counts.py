"""Cycles of Eyeriss v2's PEs from counts of non-zeros: exact from channels or masks, expected from a density."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.arrays.protocol import Int64Array
from workloads.sparsity import BoolArray

FloatArray = NDArray[np.float64]


def expected_quanta(count: Int64Array, density_fraction: float, lanes: int) -> FloatArray:
    """Return E[ceil(b / lanes)] for b non-zeros of ``count`` elements: binomial, exact.

    (E[b] + E[-b mod lanes]) / lanes; the chances of b modulo ``lanes`` are the discrete Fourier transform of the
    binomial's characteristic function at the ``lanes`` roots of one.
    """
    count = np.asarray(count)
    if lanes == 1:
        return np.asarray(count * density_fraction)
    steps = np.arange(lanes)
    roots = np.exp(2j * np.pi * steps / lanes)
    at_roots = (1 - density_fraction + density_fraction * roots) ** count[..., np.newaxis]
    chances = (at_roots @ (roots.conj()[:, np.newaxis] ** steps)).real / lanes
    return np.asarray((count * density_fraction + chances @ (-steps % lanes)) / lanes)


def pe_cycles(inputs_per_channel: Int64Array, weights_per_channel: Int64Array, macs_per_pe: int = 1) -> int:
    """Return the cycles of one PE, exact: sum of a_k * ceil(w_k / macs_per_pe).

    Parameters
    ----------
    inputs_per_channel, weights_per_channel : int64 array, shape (K,)
        Non-zeros at each reduction index (of a 1 x 1 convolution: input channel), over all positions and filters.
    macs_per_pe : int
    """
    return int(np.sum(inputs_per_channel * _ceil(weights_per_channel, macs_per_pe)))


def nonzeros_per_channel(mask: BoolArray, num_parts: int = 1) -> Int64Array:
    """Return the non-zeros of each part at each reduction index, shape (parts that have any row, K).

    Parameters
    ----------
    mask : bool array, shape (rows, K)
        Positions or filters by reduction index.
    num_parts : int
        Array rows or columns that the mask's rows are dealt to, ceil(rows / num_parts) neighbours each.
    """
    width = -(-mask.shape[0] // num_parts)
    return np.add.reduceat(mask.astype(np.int64), np.arange(0, mask.shape[0], width), axis=0)


def slowest_pe_cycles(input_mask: BoolArray, weight_mask: BoolArray, rows: int, cols: int, macs_per_pe: int = 1) -> int:
    """Return the cycles of the slowest of ``rows`` x ``cols`` PEs, exact from masks (positions, K) and (filters, K)."""
    inputs = nonzeros_per_channel(input_mask, rows)
    weights = _ceil(nonzeros_per_channel(weight_mask, cols), macs_per_pe)
    return int((inputs @ weights.T).max())


def _ceil(numerator: Int64Array, denominator: int) -> Int64Array:
    return -(-numerator // denominator)
