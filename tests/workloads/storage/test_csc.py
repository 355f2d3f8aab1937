import numpy as np
import pytest

from workloads.storage import RandomMask, StorageBits
from workloads.storage.csc import Csc


def test_example_of_the_docstring():
    """Three non-zeros of 1 bit of index; five pointers up to 3, 2 bits each."""
    stored = Csc().encode(np.array([[0, 7, 0, 0], [5, 0, 0, 9]], dtype=np.int8))
    assert stored.values.tolist() == [5, 7, 9]
    assert stored.numbers("row_indices").tolist() == [1, 0, 1]
    assert stored.numbers("col_pointers").tolist() == [0, 1, 2, 2, 3]
    assert stored.bits(8) == StorageBits(value_bits=24, metadata_bits=3 * 1 + 5 * 2)


def test_expected_bits_by_hand():
    """100 x 64 at 0.1: 640 non-zeros of 8 + 7 bits, 65 pointers of 10 bits."""
    bits = Csc().expected_bits(RandomMask(arrangement=(1, 100, 1, 64), density_fraction=0.1), 8)
    assert bits.value_bits == pytest.approx(5120)
    assert bits.metadata_bits == pytest.approx(640 * 7 + 650)
