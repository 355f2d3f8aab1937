"""Tensors: a shape, an element format and the part a tensor plays in its network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from workloads.errors import NetworkError
from workloads.formats import ElementFormat
from workloads.sparsity import Sparsity

MAX_ELEMENTS = 2**48
"""More elements than this in one tensor is refused: products of sizes would leave int64."""


class TensorRole(StrEnum):
    """The part a tensor plays: where its bytes start and where they must end."""

    INPUT = "input"
    """Fed from outside; starts off-chip."""
    WEIGHT = "weight"
    """A parameter or other constant of the network; starts off-chip."""
    ACTIVATION = "activation"
    """Made by one operator, used by others, dead after its last use."""
    OUTPUT = "output"
    """Made by one operator and handed out; must end off-chip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """A tensor of known shape.

    Parameters
    ----------
    name : str
        Unique in its network.
    shape : tuple of int
        Every dimension at least 1; a scalar has the empty shape.
    format : ElementFormat
    role : TensorRole
    num_file_parameters : int or None
        For a weight: how many parameters of the network it holds, where that is not all of its elements (a constant
        computed from others, a second copy, a table of indices).
    sparsity : Sparsity or None
        What is known of its zeros; None when nothing is: then it counts as dense.
    num_codes : int or None
        For a weight stored as indices into a codebook: entries of the codebook, each of ``format``.

    Raises
    ------
    NetworkError
        For a dimension below 1, or more than ``MAX_ELEMENTS`` elements.
    """

    name: str
    shape: tuple[int, ...]
    format: ElementFormat
    role: TensorRole
    num_file_parameters: int | None = None
    sparsity: Sparsity | None = None
    num_codes: int | None = None

    def __post_init__(self) -> None:
        for axis, size in enumerate(self.shape):
            if size < 1:
                raise NetworkError(
                    f"tensor {self.name!r}: dimension {axis} is {size}, expected at least 1 (shape {list(self.shape)})"
                )
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
    def num_parameters(self) -> int:
        """Parameters of the network that it holds."""
        if self.role is not TensorRole.WEIGHT:
            return 0
        return self.num_elements if self.num_file_parameters is None else self.num_file_parameters

    @property
    def density_fraction(self) -> float:
        """Non-zero elements over all; 1 where nothing is known of zeros."""
        return 1.0 if self.sparsity is None else self.sparsity.density_fraction

    @property
    def element_bits(self) -> int:
        """Bits of one stored element: of its code where there is a codebook, else of its format."""
        return self.format.bits if self.num_codes is None else max(1, (self.num_codes - 1).bit_length())

    @property
    def size_bits(self) -> int:
        """Bits of the whole tensor, packed, zeros and all; see workloads.storage for compressed sizes."""
        return self.num_elements * self.format.bits

    @property
    def size_bytes(self) -> int:
        """Bytes of the whole tensor, packed, rounded up to a whole byte."""
        return -(-self.size_bits // 8)
