"""The mask that a method gives a layer: by magnitude where there are values, else drawn at random."""

from __future__ import annotations

import math

import numpy as np

from workloads.compression.masks.magnitude import (
    FloatArray,
    block_grid,
    block_sums,
    expand_blocks,
    largest_mask,
    nm_mask,
    num_kept_of,
)
from workloads.compression.masks.synthetic import synthetic_scores
from workloads.compression.spec.methods import BlockPruning, NmPruning, UnstructuredPruning
from workloads.sparsity import BlockPattern, BoolArray, NmPattern, Pattern

Shape = tuple[int, int, int, int]
ScoredPruning = NmPruning | UnstructuredPruning | BlockPruning
"""Pruning that chooses what stays by a score."""


def magnitude_mask(method: ScoredPruning, magnitudes: FloatArray) -> BoolArray:
    """Return the mask that keeps the largest ``magnitudes``, an array (groups, filters, taps, channels).

    Blocks are compared by the sum of their magnitudes.
    """
    if isinstance(method, BlockPruning):
        return _block_mask(method, block_sums(magnitudes, method.filters, method.channels), magnitudes.shape)
    return _element_mask(method, magnitudes)


def synthetic_mask(method: ScoredPruning, shape: Shape, *, seed: int, name: str) -> BoolArray:
    """Return a mask of ``shape`` for the weight tensor ``name`` drawn from ``seed``, with the exact number of zeros."""
    if isinstance(method, BlockPruning):
        grid = block_grid(shape, method.filters, method.channels)
        return _block_mask(method, synthetic_scores(grid, seed=seed, name=name), shape)
    return _element_mask(method, synthetic_scores(shape, seed=seed, name=name))


def expected_density_fraction(method: ScoredPruning, shape: Shape) -> float:
    """Return the density of the masks that ``method`` makes of ``shape``: the mean one for blocks, else the exact."""
    match method:
        case NmPruning():
            whole_groups, rest = divmod(shape[3], method.m)
            return (whole_groups * method.n + min(rest, method.n)) / shape[3]
        case UnstructuredPruning():
            return num_kept_of(math.prod(shape), method.removed_fraction) / math.prod(shape)
        case BlockPruning():
            num_blocks = math.prod(block_grid(shape, method.filters, method.channels))
            return num_kept_of(num_blocks, method.removed_fraction) / num_blocks


def pattern_of(method: ScoredPruning) -> Pattern | None:
    """Return the pattern that the zeros of ``method`` keep to; None for unstructured ones."""
    match method:
        case NmPruning():
            return NmPattern(n=method.n, m=method.m)
        case BlockPruning():
            return BlockPattern(filters=method.filters, channels=method.channels)
        case UnstructuredPruning():
            return None


def global_masks(method: UnstructuredPruning, magnitudes: dict[str, FloatArray]) -> dict[str, BoolArray]:
    """Return masks by name with one threshold for all of ``magnitudes``: all of them are held at once."""
    if not magnitudes:
        return {}
    pooled = np.concatenate([values.reshape(-1) for values in magnitudes.values()])
    mask = largest_mask(pooled, num_kept_of(pooled.size, method.removed_fraction))
    ends = np.cumsum([values.size for values in magnitudes.values()])[:-1]
    parts = np.split(mask, ends)
    return {name: part.reshape(magnitudes[name].shape) for name, part in zip(magnitudes, parts, strict=True)}


def _element_mask(method: NmPruning | UnstructuredPruning, scores: FloatArray) -> BoolArray:
    if isinstance(method, NmPruning):
        return nm_mask(scores, method.n, method.m)
    return largest_mask(scores, num_kept_of(scores.size, method.removed_fraction))


def _block_mask(method: BlockPruning, scores: FloatArray, shape: tuple[int, ...]) -> BoolArray:
    kept = largest_mask(scores, num_kept_of(scores.size, method.removed_fraction))
    groups, filters, taps, channels = shape
    return expand_blocks(kept, (groups, filters, taps, channels), method.filters, method.channels)
