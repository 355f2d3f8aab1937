"""What an array type must tell the simulator about one tile; see docs/add_an_array.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from workloads.loop_nest import MatrixNest
from workloads.sparsity import Pattern

Int64Array = NDArray[np.int64]


def _nothing() -> Int64Array:
    return np.zeros((), dtype=np.int64)


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
    padding : int64 array
        Those of ``stream`` that are spent on zeros added to round the reduction up to whole groups.
    imbalance : int64 array
        Those of ``stream`` in which some PEs wait for others that have more non-zeros.
    """

    fill: Int64Array
    stream: Int64Array
    num_folds: Int64Array
    padding: Int64Array = field(default_factory=_nothing)
    imbalance: Int64Array = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScratchpadAccesses:
    """Elements that cross the scratchpad's ports for one tile, by operand, zeros counted.

    A compressed operand takes fewer bits an element (``MatrixNest.weight_storage``), not fewer elements.
    """

    input_read: Int64Array
    weight_read: Int64Array
    output_read: Int64Array
    """Partial sums read back to be added to."""
    output_write: Int64Array


class ArrayModel(Protocol):
    """Closed-form cost of a tile; every argument and result is an int64 array and all broadcast together.

    A model made by ``array_model`` takes operands as dense. ``bound_to`` gives the one that knows a nest's zeros.
    """

    @property
    def num_pes(self) -> int:
        """Multiply-accumulates a cycle at full use."""

    @property
    def streamed_dimension(self) -> Dimension:
        """The dimension that streams through the array while the other two stay mapped on it."""

    @property
    def tile_units(self) -> tuple[int, int, int]:
        """Sizes along m, n and k that just fill the array; 1 along the streamed dimension."""

    @property
    def peak_macs_per_cycle(self) -> float:
        """Multiply-accumulates a cycle at full use, for the operand widths that it is bound to."""

    @property
    def performed_fraction(self) -> float:
        """Multiply-accumulates that the PEs do or gate over those of the dense product: the others are skipped."""

    def bound_to(self, nest: MatrixNest) -> ArrayModel:
        """Return the model for ``nest``: its sparsity, its kernel positions a channel, its element widths.

        Whatever a mask says is reduced to numbers here, once a nest; the other methods must be fast and vectorised.
        """

    def stored_pattern(self, own: Pattern | None) -> Pattern | None:
        """Return the pattern in which N:M storage lays weights down for this array: ``own`` unless it needs another.

        None where it takes no N:M weights from the nest that it is bound to.
        """

    def tile_cycles(self, m: Int64Array, n: Int64Array, k: Int64Array) -> TileCycles:
        """Return the cycles of an (m x k) by (k x n) tile; sizes are of the dense product."""

    def scratchpad_accesses(self, m: Int64Array, n: Int64Array, k: Int64Array) -> ScratchpadAccesses:
        """Return the elements read and written in the scratchpad for an (m x k) by (k x n) tile."""
