"""Masks: which weights stay, by their scores, in the order (groups, filters, taps, channels).

Scores are magnitudes of real weights or, where there are none, random numbers. All functions keep the largest and,
among equal ones, those that come first, so that masks depend on nothing but the scores.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from workloads.sparsity import BoolArray

FloatArray = NDArray[np.floating]
_STRIP_ELEMENTS = 2**18  # one strip of groups with its ranks stays in a core's cache


def nm_mask(scores: FloatArray, n: int, m: int) -> BoolArray:
    """Return the mask that keeps the ``n`` largest scores of each ``m`` neighbours along the last axis.

    A last group of fewer than ``m`` keeps ``n`` as well, or all that it has. A weight's rank in its group is the number
    of those that go before it: larger ones, and equal ones further to the front.
    """
    channels = scores.shape[-1]
    m = min(m, channels)  # a longer group holds no more than all of them, and padding to its length may fit no memory
    num_groups = -(-channels // m)
    rows = scores.reshape(-1, channels)
    kept = np.empty(rows.shape, dtype=np.bool_)
    strip = max(1, _STRIP_ELEMENTS // (num_groups * m))
    for start in range(0, len(rows), strip):
        part = rows[start : start + strip]
        padded = np.full((len(part), num_groups * m), -1, dtype=scores.dtype)  # below every score: never kept
        padded[:, :channels] = part
        is_kept = _ranks(padded.reshape(-1, m)) < n
        kept[start : start + strip] = is_kept.reshape(padded.shape)[:, :channels]
    return kept.reshape(scores.shape)


def _ranks(groups: FloatArray) -> NDArray[np.integer]:
    """Return, for rows of M scores, each score's rank in its row: 0 for the first. Shape as given.

    Counting all pairs with one array operation a position is several times faster than sorting rows this short.
    """
    by_position = np.ascontiguousarray(groups.T)
    size = len(by_position)
    ranks = np.zeros(by_position.shape, dtype=np.int8 if size < 2**7 else np.int32)
    for position in range(size):
        later_is_larger = by_position[position + 1 :] > by_position[position]
        ranks[position] += later_is_larger.sum(axis=0, dtype=ranks.dtype)
        ranks[position + 1 :] += ~later_is_larger
    return ranks.T


def largest_mask(scores: FloatArray, num_kept: int) -> BoolArray:
    """Return the mask of exactly the ``num_kept`` largest scores of the whole array."""
    if num_kept == scores.size:
        return np.ones(scores.shape, dtype=np.bool_)
    if num_kept == 0:
        return np.zeros(scores.shape, dtype=np.bool_)
    flat = scores.reshape(-1)
    threshold = np.partition(flat, flat.size - num_kept)[flat.size - num_kept]
    mask = np.asarray(flat > threshold)
    ties = np.flatnonzero(flat == threshold)
    mask[ties[: num_kept - int(np.count_nonzero(mask))]] = True
    return mask.reshape(scores.shape)


def num_kept_of(count: int, removed_fraction: float) -> int:
    """Return how many of ``count`` stay when ``removed_fraction`` of them goes, rounded to the nearest whole number."""
    return count - round(count * removed_fraction)


def block_sums(magnitudes: FloatArray, filters: int, channels: int) -> NDArray[np.float64]:
    """Return the sum over each block of ``filters`` x ``channels`` at one kernel position.

    Blocks at the upper edges may be smaller. Shape (groups, filter blocks, taps, channel blocks).
    """
    by_filter = np.add.reduceat(magnitudes, range(0, magnitudes.shape[1], filters), axis=1, dtype=np.float64)
    return np.asarray(np.add.reduceat(by_filter, range(0, magnitudes.shape[3], channels), axis=3))


def block_grid(shape: tuple[int, int, int, int], filters: int, channels: int) -> tuple[int, int, int, int]:
    """Return the shape of the array of blocks of a tensor of ``shape``."""
    return shape[0], -(-shape[1] // filters), shape[2], -(-shape[3] // channels)


def expand_blocks(kept_blocks: BoolArray, shape: tuple[int, int, int, int], filters: int, channels: int) -> BoolArray:
    """Return the mask of ``shape`` whose blocks of ``filters`` x ``channels`` are kept or not.

    Blocks are cut at the edges of the tensor, so that one larger than it takes no more memory than it.
    """
    wide = kept_blocks.repeat(min(filters, shape[1]), axis=1)[:, : shape[1]]
    return wide.repeat(min(channels, shape[3]), axis=3)[..., : shape[3]]
