import numpy as np
import pytest

from workloads.sparsity import BlockPattern, NmPattern
from workloads.storage import RandomMask, StorageBits, decode
from workloads.storage.block import Blocks

TWO_BY_TWO = Blocks(BlockPattern(filters=2, channels=2))


def test_example_of_the_docstring():
    stored = TWO_BY_TWO.encode(np.array([[0, 0, 7, 0], [0, 0, 0, 5]], dtype=np.int8))
    assert stored.numbers("bitmap").tolist() == [0, 1]
    assert stored.values.tolist() == [7, 0, 0, 5]
    assert stored.bits(8) == StorageBits(value_bits=32, metadata_bits=2)


def test_blocks_at_an_edge_are_stored_as_large_as_others():
    """3 filters x 3 channels: 2 x 2 blocks; the last one holds one element of the array and three zeros."""
    values = np.zeros((3, 3), dtype=np.int8)
    values[2, 2] = 9
    stored = TWO_BY_TWO.encode(values)
    assert stored.numbers("bitmap").tolist() == [0, 0, 0, 1]
    assert stored.values.tolist() == [9, 0, 0, 0]
    assert decode(stored).tolist() == values.tolist()


def test_blocks_cross_neither_groups_nor_kernel_positions():
    """2 groups of 1 filter, 3 positions of 1 channel: six blocks, though 2 x 3 elements would fit in two."""
    assert TWO_BY_TWO.exact_bits(np.ones((2, 1, 3, 1), dtype=bool), 8) == StorageBits(
        value_bits=6 * 32, metadata_bits=6
    )


def test_expected_blocks_of_independent_elements():
    """3 x 3 at 0.5: one block of 4, two of 2 and one of 1 element, kept with 15/16, 3/4, 3/4 and 1/2."""
    bits = TWO_BY_TWO.expected_bits(RandomMask(arrangement=(1, 3, 1, 3), density_fraction=0.5), 8)
    assert bits.value_bits == pytest.approx((15 / 16 + 3 / 4 + 3 / 4 + 1 / 2) * 32)
    assert bits.metadata_bits == 4


def test_expected_blocks_of_the_same_blocks_are_the_density():
    model = RandomMask(arrangement=(1, 4, 3, 8), density_fraction=0.25, pattern=TWO_BY_TWO.pattern)
    assert TWO_BY_TWO.expected_bits(model, 8).value_bits == pytest.approx(0.25 * 96 * 8)


def test_expected_blocks_that_cut_across_those_of_the_mask():
    """Blocks of 3 x 2 on zeros in blocks of 2 x 2, 6 filters: rows 0-2 and 3-5 touch two bands each."""
    model = RandomMask(arrangement=(1, 6, 1, 2), density_fraction=0.5, pattern=TWO_BY_TWO.pattern)
    bits = Blocks(BlockPattern(filters=3, channels=2)).expected_bits(model, 1)
    assert bits.value_bits == pytest.approx(2 * (1 - 0.5**2) * 6)


def test_expected_blocks_that_hold_whole_nm_groups():
    """Every group of 2:4 has a non-zero, so that no block is left out."""
    model = RandomMask(arrangement=(1, 4, 1, 8), density_fraction=0.5, pattern=NmPattern(n=2, m=4))
    assert Blocks(BlockPattern(filters=1, channels=4)).expected_bits(model, 8).value_bits == pytest.approx(256)
