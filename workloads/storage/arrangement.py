"""Arrays as storage sees them: rows and columns, with the bounds that groups and blocks must not cross.

Weights are (groups, filters, taps, channels) as in ``workloads.weight_layout``: rows are groups x filters, columns are
taps x channels. An array of two axes (rows, cols) stands for (1, rows, 1, cols): the activations of a convolution have
one row a (batch, channel) and one column a position.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.errors import NetworkError

ValueArray = NDArray[Any]
Arrangement = tuple[int, int, int, int]


def arrangement_of(shape: tuple[int, ...]) -> Arrangement:
    """Return (groups, filters, taps, channels) of an array of two or four axes.

    Raises
    ------
    NetworkError
        For another number of axes, or an axis with no element.
    """
    if len(shape) not in (2, 4) or min(shape) < 1:
        raise NetworkError(
            f"stored array: expected (rows, cols) or (groups, filters, taps, channels), none of them 0, "
            f"found shape {list(shape)}"
        )
    if len(shape) == 2:
        return 1, shape[0], 1, shape[1]
    groups, filters, taps, channels = shape
    return groups, filters, taps, channels


def rows_and_cols(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the numbers of rows and of columns; raises as ``arrangement_of`` does."""
    groups, filters, taps, channels = arrangement_of(shape)
    return groups * filters, taps * channels


def as_matrix(values: ValueArray) -> ValueArray:
    """Return ``values`` as (rows, cols); raises as ``arrangement_of`` does."""
    return values.reshape(rows_and_cols(values.shape))


def as_arranged(values: ValueArray) -> ValueArray:
    """Return ``values`` as (groups, filters, taps, channels); raises as ``arrangement_of`` does."""
    return values.reshape(arrangement_of(values.shape))


def padded(values: ValueArray, axis: int, multiple: int) -> ValueArray:
    """Return ``values`` with zeros after the end of ``axis``, up to a whole multiple of ``multiple``."""
    missing = -values.shape[axis] % multiple
    widths = [(0, missing if index == axis else 0) for index in range(values.ndim)]
    return np.pad(values, widths)
