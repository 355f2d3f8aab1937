"""How many folds clusters of non-zeros take on a row of multipliers: by packing them, and as an expectation."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_STEP = 1 / 256
_NORMAL = np.array([0.5 * math.erfc(-step * _STEP / math.sqrt(2)) for step in range(-6 * 256, 6 * 256 + 1)])
"""Cumulative normal distribution from -6 to 6."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoldShares:
    """What one filter takes on average, float64 arrays of one shape.

    Parameters
    ----------
    folds : array
        Folds: 1/3 where three filters share one, 3 where one is cut in three.
    passes : array
        Times that the streamed operand passes: a cut filter's folds share one.
    cuts : array
        Folds that add to the sums of an earlier one.
    """

    folds: FloatArray
    passes: FloatArray
    cuts: FloatArray


def pack(nonzeros: Iterable[int], num_multipliers: int) -> list[list[int]]:
    """Return the clusters of each fold, multipliers that hand on a partial sum included.

    Filters in order, as many whole ones as fit; one that does not fit an empty array is cut, and shares no fold. A
    filter without non-zeros needs no multiplier.
    """
    folds: list[list[int]] = []
    is_open, used = False, 0
    for size in nonzeros:
        if size == 0:
            continue
        if is_open and used + size <= num_multipliers:
            folds[-1].append(size)
            used += size
            continue
        folds.append([min(size, num_multipliers)])
        is_open, used = size <= num_multipliers, size
        begins = range(num_multipliers, size, num_multipliers - 1)
        folds.extend([min(size - begin, num_multipliers - 1) + 1] for begin in begins)
    return folds


def num_folds(nonzeros: Iterable[int], num_multipliers: int) -> int:
    """Return the number of folds of ``pack``."""
    return len(pack(nonzeros, num_multipliers))


def fold_shares(mean: FloatArray, variance: FloatArray, num_multipliers: int) -> FoldShares:
    """Return the expected shares of filters with ``mean`` non-zeros, independent of each other.

    With X the non-zeros of one filter, S_j those of j, P multipliers and q the chance of X > P, packing starts anew
    after each cut filter and each fold of whole ones. A start consumes one filter with chance q, in
    1 + ceil((X - P) / (P - 1)) folds; else as many as fit, in one fold. By renewal, a filter takes

        (1 - q + 2 q + P(X > P + (P - 1)) + P(X > P + 2 (P - 1)) + ...) / (q + P(S_1 <= P) + P(S_2 <= P) + ...)

    folds. Assumes sums of non-zeros are normally distributed, and many filters: the last fold is as full as any.

    Parameters
    ----------
    mean, variance : float64 arrays
        Of one shape; no mean is below 1.
    num_multipliers : int
        P.
    """
    mean, deviation = np.asarray(mean, dtype=np.float64), np.sqrt(np.asarray(variance, dtype=np.float64))
    if not deviation.any():
        return _equal_shares(mean, num_multipliers)
    means, deviations = mean[..., np.newaxis], deviation[..., np.newaxis]
    counts = np.arange(1, math.ceil(num_multipliers / max(1.0, float(mean.min()))) + 2 + _spare(mean, deviation))
    fits = _chance_at_most(num_multipliers, counts * means, np.sqrt(counts) * deviations)
    most = float((mean + 6 * deviation).max())
    reaches = num_multipliers + (num_multipliers - 1) * np.arange(math.ceil(most / max(1, num_multipliers - 1)) + 1)
    exceeds = 1 - _chance_at_most(reaches, means, deviations)
    is_cut, cuts = exceeds[..., 0], exceeds.sum(axis=-1)
    per_start = is_cut + fits.sum(axis=-1)
    return FoldShares(folds=(1 + cuts) / per_start, passes=1 / per_start, cuts=cuts / per_start)


def _equal_shares(size: FloatArray, num_multipliers: int) -> FoldShares:
    """Return the shares of filters that all have ``size`` non-zeros: what the sums come to without deviation."""
    cuts = np.maximum(0.0, np.ceil((size - num_multipliers - 1e-9) / (num_multipliers - 1)))
    fitting = np.maximum(1.0, np.floor((num_multipliers + 1e-9) / size))
    return FoldShares(folds=(1 + cuts) / fitting, passes=1 / fitting, cuts=cuts)


def _spare(mean: FloatArray, deviation: FloatArray) -> int:
    """Filters beyond P / mean that may still fit by chance, six deviations out."""
    spread = float((deviation / mean).max())
    return math.ceil(36 * spread**2 + 6 * spread)


def _chance_at_most(limit: int | NDArray[np.int64], mean: FloatArray, deviation: FloatArray) -> FloatArray:
    """Normal chance of a whole number being at most ``limit``; without deviation, certainty."""
    certain = np.where(mean <= limit + 1e-9, np.inf, -np.inf)
    places = np.divide(limit + 0.5 - mean, deviation, out=certain, where=deviation > 0)
    return np.asarray(np.interp(places, np.linspace(-6, 6, _NORMAL.size), _NORMAL, left=0.0, right=1.0))
