"""Cycles of Eyeriss v2's PEs from counts of non-zeros: exact from channels or masks, expected from a density."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simulator.arrays.protocol import Int64Array
from workloads.sparsity import BoolArray

FloatArray = NDArray[np.float64]

_NOISE = 1e-12
"""Differences of squares below this part of them are rounding: a certain number has no variance."""


def quanta_moments(count: Int64Array, density_fraction: float, lanes: int) -> tuple[FloatArray, FloatArray]:
    """Return mean and variance of ceil(b / lanes), b non-zeros of ``count`` elements: binomial, exact.

    ceil(b / lanes) = (b + r) / lanes with r = -b mod lanes. With root_t = exp(2 pi i t / lanes), chances of b modulo
    ``lanes``, and means of b where it has that remainder, are Fourier sums of E[root_t^b] = (1 - p + p root_t)^count
    and of E[b root_t^b] = count p root_t (1 - p + p root_t)^(count - 1).
    """
    count, p = np.asarray(count), density_fraction
    mean, variance = count * p, count * p * (1 - p)
    if lanes == 1:
        return np.asarray(mean), np.asarray(variance)
    steps = np.arange(lanes)
    roots = np.array([1.0, -1.0]) if lanes == 2 else np.exp(2j * np.pi * steps / lanes)  # real numbers are faster
    bases, powers = 1 - p + p * roots, count[..., np.newaxis]
    to_remainders = (roots.conj()[:, np.newaxis] ** steps) / lanes
    chances = (bases**powers @ to_remainders).real
    means = ((powers * p * roots * bases ** (powers - 1)) @ to_remainders).real
    filled_up = -steps % lanes
    squares = variance + mean**2 + 2 * means @ filled_up + chances @ filled_up**2
    quanta = (mean + chances @ filled_up) / lanes
    spread = squares / lanes**2 - quanta**2
    return np.asarray(quanta), np.where(spread > _NOISE * (1 + quanta**2), spread, 0.0)


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
