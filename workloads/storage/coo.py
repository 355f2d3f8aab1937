"""Coordinate storage: row and column of every non-zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from workloads.sparsity import BoolArray
from workloads.storage.arrangement import ValueArray, as_matrix, rows_and_cols
from workloads.storage.codec import Encoded, NumberStream, index_width_bits
from workloads.storage.random_mask import RandomMask
from workloads.storage.storage_format import StorageBits, StorageFormat


@dataclass(frozen=True, slots=True)
class Coo:
    """Non-zeros row by row, each with a row index of ceil(log2(rows)) and a column index of ceil(log2(cols)) bits.

    Assumes the reader knows from elsewhere how many non-zeros a tensor stored as coordinates or runs has.

        0 7 0 0
        5 0 0 0     ->     values 7 5, rows 0 1 (1 bit each), columns 1 0 (2 bits each)
    """

    format: ClassVar[StorageFormat] = StorageFormat.COO

    def encode(self, values: ValueArray) -> Encoded:
        """Return the non-zeros with the indices of their rows and columns."""
        matrix = as_matrix(values)
        rows, cols = np.nonzero(matrix)
        streams = (
            NumberStream(name="row_indices", numbers=rows, width_bits=index_width_bits(matrix.shape[0])),
            NumberStream(name="col_indices", numbers=cols, width_bits=index_width_bits(matrix.shape[1])),
        )
        return Encoded(codec=self, shape=values.shape, values=matrix[rows, cols], streams=streams)

    def decode(self, encoded: Encoded) -> ValueArray:
        """Return the non-zeros at their indices."""
        matrix = np.zeros(rows_and_cols(encoded.shape), dtype=encoded.values.dtype)
        matrix[encoded.numbers("row_indices"), encoded.numbers("col_indices")] = encoded.values
        return matrix.reshape(encoded.shape)

    def exact_bits(self, mask: BoolArray, element_bits: int) -> StorageBits:
        """Return the bits of the non-zeros and of two indices each."""
        return _bits(mask.shape, int(np.count_nonzero(mask)), element_bits)

    def expected_bits(self, mask: RandomMask, element_bits: int) -> StorageBits:
        """Return the bits of the expected non-zeros and of two indices each."""
        return _bits(mask.arrangement, mask.num_nonzeros, element_bits)


def _bits(shape: tuple[int, ...], num_nonzeros: float, element_bits: int) -> StorageBits:
    rows, cols = rows_and_cols(shape)
    return StorageBits(
        value_bits=num_nonzeros * element_bits,
        metadata_bits=num_nonzeros * (index_width_bits(rows) + index_width_bits(cols)),
    )
