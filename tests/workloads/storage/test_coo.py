import numpy as np

from workloads.storage import StorageBits
from workloads.storage.coo import Coo


def test_example_of_the_docstring():
    """Two non-zeros of 1 + 2 bits of indices."""
    stored = Coo().encode(np.array([[0, 7, 0, 0], [5, 0, 0, 0]], dtype=np.int8))
    assert stored.values.tolist() == [7, 5]
    assert stored.numbers("row_indices").tolist() == [0, 1]
    assert stored.numbers("col_indices").tolist() == [1, 0]
    assert stored.bits(8) == StorageBits(value_bits=16, metadata_bits=6)


def test_columns_run_over_kernel_positions():
    """Group 1, filter 0 of 2 is row 2; tap 2, channel 1 of 3 is column 7 of 9."""
    values = np.zeros((2, 2, 3, 3))
    values[1, 0, 2, 1] = 1.0
    stored = Coo().encode(values)
    assert stored.numbers("row_indices").tolist() == [2]
    assert stored.numbers("col_indices").tolist() == [7]
    assert stored.bits(16) == StorageBits(value_bits=16, metadata_bits=2 + 4)
