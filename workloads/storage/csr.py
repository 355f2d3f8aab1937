"""Compressed sparse rows: non-zeros row by row with column indices, and a pointer to the start of each row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from workloads.sparsity import BoolArray
from workloads.storage.arrangement import ValueArray, as_matrix, rows_and_cols
from workloads.storage.codec import Encoded, NumberStream, index_width_bits, pointer_width_bits
from workloads.storage.random_mask import RandomMask
from workloads.storage.storage_format import StorageBits, StorageFormat


@dataclass(frozen=True, slots=True)
class Csr:
    """Non-zeros row by row, each with a column index of ceil(log2(cols)) bits, and rows + 1 pointers.

    Pointers count non-zeros from the first on, the last pointer all of them: ceil(log2(non-zeros + 1)) bits each.

        0 7 0 0
        5 0 0 9     ->     values 7 5 9, columns 1 0 3 (2 bits each), pointers 0 1 3 (2 bits each)
    """

    format: ClassVar[StorageFormat] = StorageFormat.CSR

    def encode(self, values: ValueArray) -> Encoded:
        """Return the non-zeros, their column indices and the row pointers."""
        matrix = as_matrix(values)
        rows, cols = np.nonzero(matrix)
        starts = np.searchsorted(rows, np.arange(matrix.shape[0] + 1))
        streams = (
            NumberStream(name="row_pointers", numbers=starts, width_bits=pointer_width_bits(cols.size)),
            NumberStream(name="col_indices", numbers=cols, width_bits=index_width_bits(matrix.shape[1])),
        )
        return Encoded(codec=self, shape=values.shape, values=matrix[rows, cols], streams=streams)

    def decode(self, encoded: Encoded) -> ValueArray:
        """Return the non-zeros at their columns, between the pointers of their rows."""
        matrix = np.zeros(rows_and_cols(encoded.shape), dtype=encoded.values.dtype)
        rows = np.repeat(np.arange(matrix.shape[0]), np.diff(encoded.numbers("row_pointers")))
        matrix[rows, encoded.numbers("col_indices")] = encoded.values
        return matrix.reshape(encoded.shape)

    def exact_bits(self, mask: BoolArray, element_bits: int) -> StorageBits:
        """Return the bits of the non-zeros, their indices and the pointers."""
        rows, cols = rows_and_cols(mask.shape)
        return pointed_bits(rows, cols, int(np.count_nonzero(mask)), element_bits)

    def expected_bits(self, mask: RandomMask, element_bits: int) -> StorageBits:
        """Return the bits of the expected non-zeros, their indices and the pointers."""
        rows, cols = rows_and_cols(mask.arrangement)
        return pointed_bits(rows, cols, mask.num_nonzeros, element_bits)


def pointed_bits(num_lines: int, line_length: int, num_nonzeros: float, element_bits: int) -> StorageBits:
    """Return the bits of ``num_lines`` compressed rows (or columns) of ``line_length`` elements.

    Assumes pointers are as wide as the expected number of non-zeros needs, where only a density is known.
    """
    pointers = (num_lines + 1) * pointer_width_bits(round(num_nonzeros))
    return StorageBits(
        value_bits=num_nonzeros * element_bits,
        metadata_bits=num_nonzeros * index_width_bits(line_length) + pointers,
    )
