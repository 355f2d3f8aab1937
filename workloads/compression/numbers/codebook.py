"""Codebooks: weights clustered around a few values (k-means in one dimension)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_ROUNDS = 50
_FloatArray = NDArray[np.float64]


def to_codebook(values: NDArray[Any], num_codes: int, *, keep_zeros: bool) -> NDArray[Any]:
    """Return ``values``, each replaced by the nearest entry of a codebook made for them.

    Assumes one codebook a tensor, found by Lloyd's rounds from evenly spaced quantiles; where a layer is pruned, here
    or before, one of its entries is zero, so that it stays pruned and every storage format can hold it.

    Parameters
    ----------
    values : array of float32 or float64, any shape
    num_codes : int
        Entries, zero included; at least 2.
    keep_zeros : bool
        Zeros stay zeros, and the other entries are made for the other values.

    Returns
    -------
    array
        Same shape and dtype, at most ``num_codes`` different values.

    Source: Han et al., Deep Compression, arXiv 1510.00149, section 3.
    """
    chosen = values[values != 0] if keep_zeros else values.reshape(-1)
    if not chosen.size:
        return values.copy()
    centres = cluster(np.sort(chosen).astype(np.float64), num_codes - 1 if keep_zeros else num_codes)
    nearest = centres[np.searchsorted(_halfway(centres), values, side="right")].astype(values.dtype)
    return np.where(values != 0, nearest, 0).astype(values.dtype) if keep_zeros else nearest


def cluster(ordered: _FloatArray, num_clusters: int) -> _FloatArray:
    """Return the centres of at most ``num_clusters`` clusters of ``ordered`` (ascending, not empty), ascending.

    In one dimension a cluster is a run of the sorted values, so a round costs a binary search and a difference of
    running sums a cluster. Every value is the mean of those nearest to it unless ``MAX_ROUNDS`` come first.
    """
    is_new = np.concatenate(([True], ordered[1:] != ordered[:-1]))
    if np.count_nonzero(is_new) <= num_clusters:
        return ordered[is_new]
    positions = ((np.arange(num_clusters) + 0.5) / num_clusters * ordered.size).astype(np.int64)
    centres = np.unique(ordered[positions])
    running_sum = np.concatenate(([0.0], np.cumsum(ordered)))
    ends = _cluster_ends(ordered, centres)
    for _ in range(MAX_ROUNDS):
        sizes = np.diff(ends)
        sums = running_sum[ends[1:]] - running_sum[ends[:-1]]
        centres = np.where(sizes > 0, sums / np.maximum(sizes, 1), centres)
        moved = _cluster_ends(ordered, centres)
        if np.array_equal(moved, ends):
            break
        ends = moved
    return centres


def _cluster_ends(ordered: _FloatArray, centres: _FloatArray) -> NDArray[np.int64]:
    """Where in ``ordered`` each cluster ends, from 0 on; a value half-way belongs to the upper centre."""
    inner = np.searchsorted(ordered, _halfway(centres), side="left")
    return np.concatenate(([0], inner, [ordered.size])).astype(np.int64)


def _halfway(centres: _FloatArray) -> _FloatArray:
    return (centres[:-1] + centres[1:]) / 2
