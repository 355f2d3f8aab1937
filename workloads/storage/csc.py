"""Compressed sparse columns: non-zeros column by column with row indices, and a pointer to the start of each column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from workloads.sparsity import BoolArray
from workloads.storage.arrangement import ValueArray, as_matrix, rows_and_cols
from workloads.storage.codec import Encoded, NumberStream, index_width_bits, pointer_width_bits
from workloads.storage.csr import pointed_bits
from workloads.storage.random_mask import RandomMask
from workloads.storage.storage_format import StorageBits, StorageFormat


@dataclass(frozen=True, slots=True)
class Csc:
    """Non-zeros column by column, each with a row index of ceil(log2(rows)) bits, and cols + 1 pointers.

    Pointers count non-zeros from the first on, the last pointer all of them: ceil(log2(non-zeros + 1)) bits each.

        0 7 0 0
        5 0 0 9     ->     values 5 7 9, rows 1 0 1 (1 bit each), pointers 0 1 2 2 3 (2 bits each)
    """

    format: ClassVar[StorageFormat] = StorageFormat.CSC

    def encode(self, values: ValueArray) -> Encoded:
        """Return the non-zeros, their row indices and the column pointers."""
        matrix = as_matrix(values)
        cols, rows = np.nonzero(matrix.T)
        starts = np.searchsorted(cols, np.arange(matrix.shape[1] + 1))
        streams = (
            NumberStream(name="col_pointers", numbers=starts, width_bits=pointer_width_bits(rows.size)),
            NumberStream(name="row_indices", numbers=rows, width_bits=index_width_bits(matrix.shape[0])),
        )
        return Encoded(codec=self, shape=values.shape, values=matrix[rows, cols], streams=streams)

    def decode(self, encoded: Encoded) -> ValueArray:
        """Return the non-zeros at their rows, between the pointers of their columns."""
        matrix = np.zeros(rows_and_cols(encoded.shape), dtype=encoded.values.dtype)
        cols = np.repeat(np.arange(matrix.shape[1]), np.diff(encoded.numbers("col_pointers")))
        matrix[encoded.numbers("row_indices"), cols] = encoded.values
        return matrix.reshape(encoded.shape)

    def exact_bits(self, mask: BoolArray, element_bits: int) -> StorageBits:
        """Return the bits of the non-zeros, their indices and the pointers."""
        rows, cols = rows_and_cols(mask.shape)
        return pointed_bits(cols, rows, int(np.count_nonzero(mask)), element_bits)

    def expected_bits(self, mask: RandomMask, element_bits: int) -> StorageBits:
        """Return the bits of the expected non-zeros, their indices and the pointers."""
        rows, cols = rows_and_cols(mask.arrangement)
        return pointed_bits(cols, rows, mask.num_nonzeros, element_bits)
