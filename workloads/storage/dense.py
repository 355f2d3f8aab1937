"""Dense storage: every element in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from workloads.sparsity import BoolArray
from workloads.storage.arrangement import ValueArray, as_matrix
from workloads.storage.codec import Encoded
from workloads.storage.random_mask import RandomMask
from workloads.storage.storage_format import StorageBits, StorageFormat


@dataclass(frozen=True, slots=True)
class Dense:
    """Every element, zeros and all, row by row; no metadata."""

    format: ClassVar[StorageFormat] = StorageFormat.DENSE

    def encode(self, values: ValueArray) -> Encoded:
        """Return the elements one after another."""
        return Encoded(codec=self, shape=values.shape, values=as_matrix(values).ravel())

    def decode(self, encoded: Encoded) -> ValueArray:
        """Return the elements in their shape."""
        return encoded.values.reshape(encoded.shape)

    def exact_bits(self, mask: BoolArray, element_bits: int) -> StorageBits:
        """Return all elements' bits, whatever the mask."""
        return StorageBits(value_bits=mask.size * element_bits, metadata_bits=0)

    def expected_bits(self, mask: RandomMask, element_bits: int) -> StorageBits:
        """Return all elements' bits, whatever the density."""
        return StorageBits(value_bits=mask.num_elements * element_bits, metadata_bits=0)
