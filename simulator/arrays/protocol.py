"""What an array type must tell the simulator about one tile; see docs/add_an_array.md."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]


class Dimension(StrEnum):
    """A loop of the matrix product: M output positions, N filters, K reduction."""

    M = "m"
    N = "n"
    K = "k"


@dataclass(frozen=True, slots=True, kw_only=True)
class TileCycles:
    """Cycles of one tile, split by what a longer stream would not repeat.

    Parameters
    ----------
    fill : int64 array
        Cycles to fill and drain the array, all folds of the tile together.
    stream : int64 array
        Cycles in which operands stream through it. The tile takes ``fill + stream``.
    num_folds : int64 array
        Mappings of the array that the tile needs, one after another.
    """

    fill: Int64Array
    stream: Int64Array
    num_folds: Int64Array


@dataclass(frozen=True, slots=True, kw_only=True)
class ScratchpadAccesses:
    """Elements that cross the scratchpad's ports for one tile, by operand."""

    input_read: Int64Array
    weight_read: Int64Array
    output_read: Int64Array
    """Partial sums read back to be added to."""
    output_write: Int64Array


class ArrayModel(Protocol):
    """Closed-form cost of a tile; every argument and result is an int64 array and all broadcast together."""

    @property
    def num_pes(self) -> int:
        """Multiply-accumulates a cycle at full use."""

    @property
    def streamed_dimension(self) -> Dimension:
        """The dimension that streams through the array while the other two stay mapped on it."""

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return the cycles of an (m x k) by (k x n) tile."""

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return the elements read and written in the scratchpad for an (m x k) by (k x n) tile."""
