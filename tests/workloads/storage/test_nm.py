import numpy as np
import pytest

from workloads.sparsity import BlockPattern, NmPattern
from workloads.storage import RandomMask, StorageBits, StorageMisfit, decode
from workloads.storage.nm import NmSlots

TWO_OF_FOUR = NmSlots(NmPattern(n=2, m=4))


def test_example_of_the_docstring():
    """The second group has one non-zero: its first slot holds the zero at 0. Four slots of 8 + 2 bits."""
    stored = TWO_OF_FOUR.encode(np.array([[0, 7, 0, 5, 0, 0, 9, 0]], dtype=np.int8))
    assert stored.values.tolist() == [7, 5, 0, 9]
    assert stored.numbers("indices").tolist() == [1, 3, 0, 2]
    assert stored.bits(8) == StorageBits(value_bits=32, metadata_bits=8)


def test_groups_do_not_cross_kernel_positions():
    """Two positions of 6 channels, groups of 4 and 2 in each: four non-zeros in a row lie in two groups."""
    values = np.zeros((1, 1, 2, 6), dtype=np.int8)
    values[0, 0, 0, 4:] = 1
    values[0, 0, 1, :2] = 1
    stored = TWO_OF_FOUR.encode(values)
    assert stored.values.tolist() == [0, 0, 1, 1, 1, 1, 0, 0]
    assert stored.numbers("indices").tolist() == [0, 1, 0, 1, 0, 1, 0, 1]
    assert decode(stored).tolist() == values.tolist()


def test_slots_past_the_last_channel():
    """One channel left of 4: its slot and one for the channel that is not there."""
    stored = TWO_OF_FOUR.encode(np.array([[0, 0, 0, 0, 3]], dtype=np.int8))
    assert stored.values.tolist() == [0, 0, 3, 0]
    assert stored.bits(8).value_bits == 32


def test_index_bits_of_groups_that_are_no_power_of_two():
    """1:5: 3 bits of index for each of 2 groups; 1:1 needs none."""
    assert NmSlots(NmPattern(n=1, m=5)).exact_bits(np.zeros((1, 10), dtype=bool), 8).metadata_bits == 6
    assert NmSlots(NmPattern(n=1, m=1)).exact_bits(np.ones((1, 10), dtype=bool), 8).metadata_bits == 0


def test_group_with_too_many_non_zeros_is_named():
    """Group 1, filter 2 of 3 is row 5; position 1; channels 4 to 5 are what is left of the second group."""
    mask = np.zeros((2, 3, 2, 7), dtype=bool)
    mask[1, 2, 1, 4:7] = True
    for refused in (lambda: TWO_OF_FOUR.exact_bits(mask, 8), lambda: TWO_OF_FOUR.encode(mask.astype(np.int8))):
        with pytest.raises(StorageMisfit) as found:
            refused()
        assert str(found.value) == (
            "format nm 2:4: row 5, group 1 of kernel position 1 (channels 4 to 6) has 3 non-zeros, expected at most 2"
        )


def test_groups_of_more_than_255():
    mask = np.ones((1, 600), dtype=bool)
    with pytest.raises(StorageMisfit, match=r"row 0, group 0 .*has 300 non-zeros, expected at most 256"):
        NmSlots(NmPattern(n=256, m=300)).exact_bits(mask, 8)


def test_expected_bits_are_those_of_all_slots():
    """3 x 2 positions of 10 channels: 3 groups each, 36 slots, whatever the density."""
    for density in (0.0, 0.1, 0.5):
        model = RandomMask(arrangement=(1, 3, 2, 10), density_fraction=density, pattern=NmPattern(n=2, m=4))
        assert TWO_OF_FOUR.expected_bits(model, 8) == StorageBits(value_bits=288, metadata_bits=72)


@pytest.mark.parametrize(("n", "m"), [(2, 4), (1, 2), (1, 4), (2, 8), (1, 16)])
def test_patterns_that_keep_to_two_of_four(n, m):
    model = RandomMask(arrangement=(1, 1, 1, 16), density_fraction=n / m, pattern=NmPattern(n=n, m=m))
    assert TWO_OF_FOUR.expected_bits(model, 8).value_bits == 64


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (None, "no pattern"),
        (NmPattern(n=3, m=8), "pattern 3:8"),
        (NmPattern(n=2, m=2), "pattern 2:2"),
        (BlockPattern(filters=4, channels=1), "pattern block 4x1"),
    ],
)
def test_random_masks_that_need_not_fit(pattern, found):
    model = RandomMask(arrangement=(1, 1, 1, 16), density_fraction=0.25, pattern=pattern)
    with pytest.raises(StorageMisfit, match=f"format nm 2:4: expected zeros that keep to 2:4, found {found}"):
        TWO_OF_FOUR.expected_bits(model, 8)


def test_masks_that_fit_any_pattern():
    empty = RandomMask(arrangement=(1, 1, 1, 16), density_fraction=0.0)
    half = RandomMask(arrangement=(1, 1, 1, 16), density_fraction=0.5)
    assert TWO_OF_FOUR.expected_bits(empty, 8).value_bits == 64
    assert NmSlots(NmPattern(n=4, m=4)).expected_bits(half, 8).value_bits == 128
