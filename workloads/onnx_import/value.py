"""What is known about one value of an ONNX graph: type, shape, and its content where that is small and constant."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from workloads.errors import NetworkError
from workloads.formats import ElementFormat
from workloads.onnx_import.element_types import element_format
from workloads.tensor import MAX_ELEMENTS

Array = NDArray[Any]
Shape = tuple[int, ...]


class Origin(NamedTuple):
    """A parameter of the file, and how many elements it has there."""

    name: str
    num_elements: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value of the graph whose shape is known.

    Parameters
    ----------
    name : str
        Name of the tensor that holds it (an alias keeps the name of what it stands for).
    shape : tuple of int
    element_type : int
        What the graph computes with (``onnx.TensorProto.DataType``).
    stored_type : int
        How it is stored: differs from ``element_type`` between a DequantizeLinear and its user.
    is_constant : bool
        Known before the network runs.
    data : array or None
        Content of a small constant.
    origins : frozenset of Origin
        Parameters of the file that it was computed from.
    is_from_file : bool
        A constant that the file spells out, not one computed from others.
    """

    name: str
    shape: Shape
    element_type: int
    stored_type: int
    is_constant: bool = False
    data: Array | None = None
    origins: frozenset[Origin] = frozenset()
    is_from_file: bool = False

    def __post_init__(self) -> None:
        if any(size < 0 for size in self.shape):
            raise NetworkError(f"tensor {self.name!r}: shape {list(self.shape)} has a negative dimension")
        if self.num_elements > MAX_ELEMENTS:
            raise NetworkError(
                f"tensor {self.name!r}: shape {list(self.shape)} has {self.num_elements} elements, "
                f"more than the {MAX_ELEMENTS} that are supported"
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
    def format(self) -> ElementFormat:
        """How an element is stored."""
        return element_format(self.stored_type, self.name)

    @property
    def is_immediate(self) -> bool:
        """True for a constant of one element, which an instruction carries: no tensor is made of it."""
        return self.is_constant and self.num_elements == 1

    def integers(self) -> tuple[int, ...] | None:
        """Return the content as integers, or None where it is not known."""
        return None if self.data is None else tuple(int(item) for item in np.ravel(self.data))


def make_value(name: str, shape: Shape, element_type: int, stored_type: int | None = None) -> Value:
    """Return a value that is computed while the network runs."""
    stored = element_type if stored_type is None else stored_type
    return Value(name=name, shape=tuple(shape), element_type=element_type, stored_type=stored)
