"""Bitmap storage: one bit an element says whether it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from workloads.sparsity import BoolArray
from workloads.storage.arrangement import ValueArray, as_matrix
from workloads.storage.codec import Encoded, NumberStream
from workloads.storage.random_mask import RandomMask
from workloads.storage.storage_format import StorageBits, StorageFormat


@dataclass(frozen=True, slots=True)
class Bitmap:
    """One bit an element, then the non-zeros, both row by row.

    0 7 0 0 5     ->     bitmap 0 1 0 0 1, values 7 5: 5 bits of metadata
    """

    format: ClassVar[StorageFormat] = StorageFormat.BITMAP

    def encode(self, values: ValueArray) -> Encoded:
        """Return the bitmap and the non-zeros."""
        flat = as_matrix(values).ravel()
        nonzero = flat != 0
        bitmap = NumberStream(name="bitmap", numbers=nonzero.astype(np.int64), width_bits=1)
        return Encoded(codec=self, shape=values.shape, values=flat[nonzero], streams=(bitmap,))

    def decode(self, encoded: Encoded) -> ValueArray:
        """Return the non-zeros at the ones of the bitmap."""
        nonzero = encoded.numbers("bitmap").astype(bool)
        flat = np.zeros(nonzero.size, dtype=encoded.values.dtype)
        flat[nonzero] = encoded.values
        return flat.reshape(encoded.shape)

    def exact_bits(self, mask: BoolArray, element_bits: int) -> StorageBits:
        """Return a bit an element, and the bits of the non-zeros."""
        return StorageBits(value_bits=int(np.count_nonzero(mask)) * element_bits, metadata_bits=mask.size)

    def expected_bits(self, mask: RandomMask, element_bits: int) -> StorageBits:
        """Return a bit an element, and the bits of the expected non-zeros."""
        return StorageBits(value_bits=mask.num_nonzeros * element_bits, metadata_bits=mask.num_elements)
