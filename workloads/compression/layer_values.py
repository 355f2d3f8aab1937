"""The values of one weight tensor, checked and in the order in which arrays reduce."""

from __future__ import annotations

import numpy as np

from workloads.errors import NetworkError
from workloads.operators import Operator
from workloads.tensor import Tensor
from workloads.weight_layout import to_layout
from workloads.weights import WeightArray, WeightSource

MIN_ZERO_FRACTION = 0.01
"""Fewer zeros than this, in weights that nobody prunes, count as chance."""


def has_zeros(values: WeightArray) -> bool:
    """Whether more than a hundredth of ``values`` is zero: by pruning or rounding, not by chance."""
    return bool(values.size - np.count_nonzero(values) > MIN_ZERO_FRACTION * values.size)


def load_checked(weights: WeightSource | None, tensor: Tensor) -> WeightArray | None:
    """Return the values of ``tensor``; None where the source has none.

    Raises
    ------
    NetworkError
        When they have another shape than the tensor, or one is NaN or infinite; names tensor and index.
    """
    values = None if weights is None else weights.load(tensor.name)
    if values is not None:
        check_values(values, tensor.name, tensor.shape)
    return values


def check_values(values: WeightArray, name: str, shape: tuple[int, ...]) -> None:
    """Check the values of weight tensor ``name``, which has ``shape``.

    Raises
    ------
    NetworkError
        As ``load_checked``.
    """
    if values.shape != shape:
        raise NetworkError(
            f"weight tensor {name!r}: its values have shape {list(values.shape)}, expected {list(shape)}"
        )
    if not np.isfinite(values).all():
        index = np.argwhere(~np.isfinite(values))[0].tolist()
        raise NetworkError(
            f"weight tensor {name!r}: expected finite numbers, found {values[tuple(index)]} at index {index}"
        )


def load_arranged(weights: WeightSource | None, tensor: Tensor, operator: Operator) -> WeightArray | None:
    """Return the values of ``tensor`` as (groups, filters, taps, channels); None where the source has none."""
    values = load_checked(weights, tensor)
    return None if values is None else np.ascontiguousarray(to_layout(operator, tensor.name, values))
