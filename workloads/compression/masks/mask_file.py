"""Masks that the user gives: a ``.npz`` file with one array a weight tensor, in the tensor's own shape."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.array_file import read_arrays
from workloads.errors import ConfigError
from workloads.nearest_names import did_you_mean
from workloads.sparsity import BoolArray
from workloads.tensor import Tensor


def masks_from_file(path: Path, weights: Mapping[str, Tensor]) -> dict[str, BoolArray]:
    """Return the masks in ``path`` by the name of the weight tensor: True where the weight stays.

    Parameters
    ----------
    path : Path
        As ``numpy.savez`` writes it; arrays hold booleans, or zeros and ones.
    weights : mapping of str to Tensor
        Those that may have a mask.

    Raises
    ------
    ConfigError
        When the file cannot be read or is damaged, holds no mask, or one for another tensor, of another shape or with
        other values.
    """
    found = read_arrays(path)
    if not found:
        raise ConfigError(f"{path}: expected at least one mask, found none")
    return {name: _checked(path, name, values, weights) for name, values in found.items()}


def _checked(path: Path, name: str, values: NDArray[Any], weights: Mapping[str, Tensor]) -> BoolArray:
    if name not in weights:
        raise ConfigError(f"{path}: mask {name!r} is for no weight of the network{did_you_mean(name, weights)}")
    expected = weights[name].shape
    if values.shape != expected:
        raise ConfigError(f"{path}: mask {name!r} has shape {list(values.shape)}, expected {list(expected)}")
    if values.dtype.kind not in "biu":
        raise ConfigError(f"{path}: mask {name!r} holds {values.dtype}, expected booleans or whole numbers 0 and 1")
    if values.dtype.kind != "b" and not np.isin(values, (0, 1)).all():
        raise ConfigError(f"{path}: mask {name!r} holds other numbers than 0 and 1")
    return values.astype(np.bool_)
