"""A value of the graph while it is being translated: a shape in the file's order, and how the network labels its axes.

The file keeps images as (B, H, W, C); operators of a network name them (B, C, H, W). The bytes stay where they are: a
value has the file's shape and the order in which the network lists its axes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from numpy.typing import NDArray

from workloads.errors import NetworkError
from workloads.formats import ElementFormat
from workloads.tensor import MAX_ELEMENTS
from workloads.tflite_import.element_types import element_format
from workloads.tflite_import.records import Shape

IMAGE_RANKS = (4, 5)


class Rearrangement(NamedTuple):
    """Elements in order under another shape, then axes in another order: what becomes of a constant's array."""

    shape: Shape
    permutation: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the numbers of a constant are.

    Parameters
    ----------
    tensors : tuple of int
        Indices of the file's tensors, joined along axis 0; empty where a constant is computed from others.
    rearrangements : tuple of Rearrangement
        Done to them in turn.
    """

    tensors: tuple[int, ...] = ()
    rearrangements: tuple[Rearrangement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value whose shape is known.

    Parameters
    ----------
    name : str
    shape : tuple of int
        In the file's order.
    element_type : int
        ``tflite.TensorType`` in which it is stored.
    axis_order : tuple of int
        The axes of ``shape`` in the network's order; empty when that is the file's.
    source : Source or None
        For a constant; None for what is computed while the network runs.
    data : array or None
        Content of a small constant, in the file's shape.
    origins : frozenset of (int, int)
        Index and number of elements of the file's tensors that a constant comes from.
    """

    name: str
    shape: Shape
    element_type: int
    axis_order: tuple[int, ...] = ()
    source: Source | None = None
    data: NDArray[Any] | None = None
    origins: frozenset[tuple[int, int]] = frozenset()

    def __post_init__(self) -> None:
        if any(size < 1 for size in self.shape) and self.source is None:
            raise NetworkError(f"tensor {self.name!r}: shape {list(self.shape)} has a dimension below 1")
        if any(size < 0 for size in self.shape) or self.num_elements > MAX_ELEMENTS:
            raise NetworkError(
                f"tensor {self.name!r}: shape {list(self.shape)} is not one of 0 to {MAX_ELEMENTS} elements"
            )

    @property
    def num_elements(self) -> int:
        """Number of elements."""
        return math.prod(self.shape)

    @property
    def rank(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def is_constant(self) -> bool:
        """Known before the network runs."""
        return self.source is not None

    @property
    def is_immediate(self) -> bool:
        """True for a constant of one element, which an instruction carries: no tensor is made of it."""
        return self.is_constant and self.num_elements == 1

    @property
    def is_image(self) -> bool:
        """True when the network lists its channels, last in the file, after the batch."""
        return self.rank in IMAGE_RANKS and self.axis_order == image_order(self.rank)

    @property
    def network_shape(self) -> Shape:
        """Its shape in the network's order of axes."""
        return tuple(self.shape[axis] for axis in self.axis_order) if self.axis_order else self.shape

    def network_axis(self, axis: int) -> int:
        """Return where the network lists the file's axis ``axis``."""
        return self.axis_order.index(axis) if self.axis_order else axis

    @property
    def format(self) -> ElementFormat:
        """How an element is stored."""
        return element_format(self.element_type, self.name)

    def integers(self) -> tuple[int, ...] | None:
        """Return the content as whole numbers, or None where it is not known."""
        return None if self.data is None else tuple(int(item) for item in self.data.reshape(-1))

    def reshaped(self, shape: Shape) -> Value:
        """Return a constant under another shape, elements in the file's order."""
        return self._rearranged(Rearrangement(shape, tuple(range(len(shape)))), shape)

    def transposed(self, permutation: tuple[int, ...]) -> Value:
        """Return a constant with its axes really in another order."""
        moved = Rearrangement(self.shape, permutation)
        return self._rearranged(moved, tuple(self.shape[axis] for axis in permutation))

    def listed(self, axis_order: tuple[int, ...]) -> Value:
        """Return the same value with the network's order of axes."""
        return replace(self, axis_order=axis_order)

    def _rearranged(self, step: Rearrangement, shape: Shape) -> Value:
        assert self.source is not None
        source = replace(self.source, rearrangements=(*self.source.rearrangements, step))
        data = None if self.data is None else self.data.reshape(step.shape).transpose(step.permutation)
        return replace(self, shape=shape, axis_order=(), source=source, data=data)


def image_order(rank: int) -> tuple[int, ...]:
    """Return the axes of an image (B, *spatial, C) in the network's order (B, C, *spatial)."""
    return (0, rank - 1, *range(1, rank - 1))
