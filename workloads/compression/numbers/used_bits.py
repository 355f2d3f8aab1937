"""How many bits the values of a weight tensor need, whatever format they are written in."""

from __future__ import annotations

import numpy as np

from workloads.weights import WeightArray

_GRID_BITS = range(2, 9)
_GRID_TOLERANCE = 1e-3  # of a step; the rounding of float32 moves a code by less than a tenth of this
_SAMPLE_ELEMENTS = 2**12


def used_bits(values: WeightArray) -> int | None:
    """Return the fewest bits an element that write ``values`` down; None where they look never rounded.

    Either they are multiples of a step, with the largest magnitude of the tensor or of each filter as the largest code
    of 2 to 8 bits; or they repeat, and the base-two logarithm of the number of different values in the tensor, or in
    the filter with the most, is enough. Values repeat when the non-zero ones occur twice on average.

    Parameters
    ----------
    values : array, shape (groups, output channels, taps, channels)
        Finite.
    """
    tensor, filters = values.reshape(1, -1), values.reshape(values.shape[0] * values.shape[1], -1)
    bits = [found for rows in (tensor, filters) for found in (_grid_bits(rows), _level_bits(rows)) if found is not None]
    return min(bits, default=None)


def _grid_bits(rows: WeightArray) -> int | None:
    """Bits of the coarsest symmetric integers that hold each row, scaled to its largest magnitude."""
    largest = np.abs(rows).max(axis=1, keepdims=True).astype(np.float64)
    scale = np.where(largest > 0, largest, 1.0)
    sample = slice(0, max(1, _SAMPLE_ELEMENTS // rows.shape[1]))
    for bits in _GRID_BITS:
        steps = scale / (2 ** (bits - 1) - 1)
        if _is_on_grid(rows[sample, :_SAMPLE_ELEMENTS], steps[sample]) and _is_on_grid(rows, steps):
            return bits
    return None


def _is_on_grid(rows: WeightArray, steps: WeightArray) -> bool:
    codes = rows / steps
    return bool((np.abs(codes - np.rint(codes)) < _GRID_TOLERANCE).all())


def _level_bits(rows: WeightArray) -> int | None:
    """Bits for the different values of the row that has the most; None unless values repeat."""
    ordered = np.sort(rows, axis=1)
    is_new = (ordered[:, 1:] != ordered[:, :-1]) & (ordered[:, 1:] != 0)
    num_levels = np.count_nonzero(is_new, axis=1) + (ordered[:, 0] != 0)
    num_nonzeros = np.count_nonzero(rows, axis=1)
    if 2 * int(num_levels.sum()) > int(num_nonzeros.sum()):
        return None
    has_zero = num_nonzeros < rows.shape[1]
    most = int((num_levels + has_zero).max())
    return max(1, (most - 1).bit_length())
