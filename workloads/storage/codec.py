"""What a storage format must be able to do, and what a tensor is once it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from workloads.errors import NetworkError
from workloads.sparsity import BoolArray
from workloads.storage.arrangement import ValueArray
from workloads.storage.random_mask import RandomMask
from workloads.storage.storage_format import StorageBits, StorageFormat

Int64Array = NDArray[np.int64]


class Codec(Protocol):
    """One storage format with its parameters.

    Arrays are (rows, cols) or (groups, filters, taps, channels), see ``workloads.storage.arrangement``. Whatever equals
    zero counts as a zero: a negative zero of a float comes back as zero.
    """

    @property
    def format(self) -> StorageFormat:
        """Its name."""

    def encode(self, values: ValueArray) -> Encoded:
        """Return ``values`` as they would be stored.

        Raises
        ------
        StorageMisfit
            When the format cannot hold them; says where.
        """

    def decode(self, encoded: Encoded) -> ValueArray:
        """Return what ``encode`` was given: same shape, dtype and values."""

    def exact_bits(self, mask: BoolArray, element_bits: int) -> StorageBits:
        """Return what an array with non-zeros at ``mask`` takes: the same as encoding it, but faster.

        Raises
        ------
        StorageMisfit
            As ``encode`` does.
        """

    def expected_bits(self, mask: RandomMask, element_bits: int) -> StorageBits:
        """Return the mean of ``exact_bits`` over masks drawn as ``mask`` says.

        Raises
        ------
        StorageMisfit
            When such masks need not fit the format.
        """


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberStream:
    """Unsigned numbers of one width, one after another.

    Parameters
    ----------
    name : str
        What they are: ``row_pointers``, ``runs``.
    numbers : int64 array of one axis
    width_bits : int
        Of each; 0 when they can only be 0.

    Raises
    ------
    NetworkError
        When a number does not fit the width.
    """

    name: str
    numbers: Int64Array
    width_bits: int

    def __post_init__(self) -> None:
        largest = int(self.numbers.max(initial=0))
        smallest = int(self.numbers.min(initial=0))
        if smallest < 0 or largest.bit_length() > self.width_bits:
            raise NetworkError(
                f"stream {self.name!r}: numbers from {smallest} to {largest}, expected unsigned numbers of "
                f"{self.width_bits} bits"
            )

    @property
    def num_bits(self) -> int:
        """Bits of all numbers."""
        return self.numbers.size * self.width_bits


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Encoded:
    """A stored array.

    Parameters
    ----------
    codec : Codec
        What it was stored by.
    shape : tuple of int
        Of the array, two or four axes.
    values : array of one axis
        Elements stored, in their own dtype.
    streams : tuple of NumberStream
        The metadata.
    """

    codec: Codec
    shape: tuple[int, ...]
    values: ValueArray
    streams: tuple[NumberStream, ...] = ()

    def numbers(self, name: str) -> Int64Array:
        """Return the numbers of the stream ``name``."""
        for stream in self.streams:
            if stream.name == name:
                return stream.numbers
        found = ", ".join(stream.name for stream in self.streams) or "none"
        raise NetworkError(f"array stored as {self.codec.format}: expected a stream {name!r}, found {found}")

    def bits(self, element_bits: int) -> StorageBits:
        """Return what is stored, in bits, when an element takes ``element_bits``."""
        return StorageBits(
            value_bits=self.values.size * element_bits,
            metadata_bits=sum(stream.num_bits for stream in self.streams),
        )


def decode(encoded: Encoded) -> ValueArray:
    """Return the array that ``encoded`` was made of: same shape, dtype and values."""
    return encoded.codec.decode(encoded)


def index_width_bits(count: int) -> int:
    """Return the bits of an index into ``count`` things, ceil(log2(count)): 0 where there is no choice."""
    return (count - 1).bit_length()


def pointer_width_bits(num_nonzeros: int) -> int:
    """Return the bits of a number from 0 to ``num_nonzeros``, ceil(log2(num_nonzeros + 1))."""
    return num_nonzeros.bit_length()
