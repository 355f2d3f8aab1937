"""What is written, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.errors import NetworkError

NumberArray = NDArray[Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IntegerWeight:
    """A weight as integers times a scale.

    Parameters
    ----------
    values : integer array
        In the shape of the weight's ``Tensor``, each within ``bits`` bits, signed.
    scale : float array
        Of a shape that broadcasts to that of ``values``: one factor, or one a filter with axes of 1 beside it.
    bits : int
        1 to 16.
    """

    values: NumberArray
    scale: NumberArray
    bits: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompressedWeight:
    """The values of a compressed weight.

    Parameters
    ----------
    name : str
        Of the weight's ``Tensor`` in the network that ``load_onnx`` makes of the file.
    values : float array
        The numbers that the network multiplies by, with real zeros, in the ``Tensor``'s shape.
    integer : IntegerWeight or None
        The same numbers as integers, where they are to be stored so.

    Raises
    ------
    NetworkError
        For values that are not finite, integers wider than their bits, or integers that stand for other numbers.
    """

    name: str
    values: NumberArray
    integer: IntegerWeight | None = None

    def __post_init__(self) -> None:
        is_wrong = ~np.isfinite(self.values)
        if is_wrong.any():
            index = [int(place) for place in np.argwhere(is_wrong)[0]]
            raise NetworkError(
                f"weight {self.name!r}: holds {self.values[tuple(index)]} at index {index}, expected a finite number"
            )
        if self.integer is not None:
            self._check_integers(self.integer)

    def _check_integers(self, integer: IntegerWeight) -> None:
        if not 1 <= integer.bits <= 16 or integer.values.dtype.kind not in "iu":
            raise NetworkError(
                f"weight {self.name!r}: {integer.bits}-bit {integer.values.dtype} values, "
                "expected integers of 1 to 16 bits"
            )
        low, high = -(1 << integer.bits - 1), (1 << integer.bits - 1) - 1
        least, most = int(integer.values.min(initial=0)), int(integer.values.max(initial=0))
        if least < low or most > high:
            raise NetworkError(
                f"weight {self.name!r}: integers from {least} to {most}, expected {low} to {high} ({integer.bits} bits)"
            )
        if integer.values.shape != self.values.shape:
            raise NetworkError(
                f"weight {self.name!r}: integers of shape {list(integer.values.shape)}, "
                f"expected {list(self.values.shape)} as the values"
            )
        difference = np.abs(integer.values * np.asarray(integer.scale, dtype=np.float64) - self.values)
        if np.any(difference > 1e-3 * np.abs(integer.scale)):  # rounding of scales to float16 stays below this
            raise NetworkError(
                f"weight {self.name!r}: integers times scale differ from the values by up to {difference.max():.3g}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenWeight:
    """How a weight is stored in the written file: ``float32``, ``int8``, ``sparse float32`` or ``unchanged``."""

    name: str
    stored_as: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenModel:
    """A file that was written.

    Parameters
    ----------
    path : Path
    num_bytes_before, num_bytes_after : int
        Of the source and of the written file, each with its external data.
    weights : tuple of WrittenWeight
    notes : tuple of str
        What the user should know, such as integers that took a wider container.
    """

    path: Path
    num_bytes_before: int
    num_bytes_after: int
    weights: tuple[WrittenWeight, ...]
    notes: tuple[str, ...] = ()
