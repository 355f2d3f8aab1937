"""Arrays of several samples."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from workloads.errors import NetworkError


def split_samples(array: NDArray[Any], shape: tuple[int, ...], what: str) -> NDArray[Any]:
    """Return ``array`` as (samples, *shape).

    Parameters
    ----------
    array : array
        One sample of ``shape``, several below each other in a further axis in front, or several one after the other
        in axis 0 (a data set of batch 32 for a network of batch 1).
    shape : tuple of int
    what : str
        What an error calls it.

    Raises
    ------
    NetworkError
        When it has none of these shapes.
    """
    is_stacked = array.ndim == len(shape) + 1 and array.shape[1:] == shape
    is_joined = array.ndim == len(shape) > 0 and array.shape[1:] == shape[1:] and array.shape[0] % shape[0] == 0
    if not (is_stacked or is_joined or array.shape == shape) or not array.size:
        raise NetworkError(
            f"{what} has shape {list(array.shape)}, expected {list(shape)}, or several of these along axis 0"
        )
    return array.reshape(-1, *shape)
