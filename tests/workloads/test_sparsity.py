"""Sparsity: an object that exists is valid; masks pack and unpack."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from workloads.errors import NetworkError
from workloads.sparsity import BlockPattern, BoolArray, Mask, NmPattern, Sparsity, SparsityOrigin, group_counts

MASKS = arrays.arrays(np.bool_, arrays.array_shapes(min_dims=4, max_dims=4, max_side=6))


@given(mask=MASKS)
def test_masks_come_back_and_are_counted(mask: BoolArray) -> None:
    packed = Mask.of(mask)
    assert np.array_equal(packed.array(), mask)
    assert packed.num_nonzeros == int(mask.sum())
    assert packed == Mask.of(mask.copy())
    assert hash(packed) == hash(Mask.of(mask.copy()))
    assert packed != Mask.of(~mask)


def test_masks_of_other_shapes_differ() -> None:
    assert Mask.of(np.ones((1, 2, 1, 3), dtype=bool)) != Mask.of(np.ones((1, 3, 1, 2), dtype=bool))


@given(mask=MASKS)
def test_density_is_that_of_the_mask(mask: BoolArray) -> None:
    density = float(mask.mean())
    Sparsity(density_fraction=density, origin=SparsityOrigin.FILE, mask=Mask.of(mask))
    wrong = density + 1e-6 if density < 0.5 else density - 1e-6
    with pytest.raises(NetworkError, match=r"^density is .*, expected that of the mask, "):
        Sparsity(density_fraction=wrong, origin=SparsityOrigin.FILE, mask=Mask.of(mask))


def test_density_of_a_mask_by_hand() -> None:
    # 3 of 8 stay; a byte has room for all, and nothing is filled up
    mask = Mask.of(np.array([1, 0, 0, 1, 0, 0, 1, 0], dtype=bool).reshape(1, 2, 1, 4))
    assert Sparsity(density_fraction=0.375, origin=SparsityOrigin.FILE, mask=mask).mask == mask
    with pytest.raises(NetworkError, match=r"^density is 0.5, expected that of the mask, 0.375$"):
        Sparsity(density_fraction=0.5, origin=SparsityOrigin.FILE, mask=mask)


@pytest.mark.parametrize("density", [-0.1, 1.01, float("nan")])
def test_density_outside_its_range(density: float) -> None:
    with pytest.raises(NetworkError, match=rf"^density is {density}, expected a fraction in \[0, 1\]$"):
        Sparsity(density_fraction=density, origin=SparsityOrigin.GIVEN)


@pytest.mark.parametrize(("n", "m"), [(0, 4), (5, 4), (-1, 2)])
def test_patterns_that_make_no_sense(n: int, m: int) -> None:
    with pytest.raises(NetworkError, match=rf"^pattern {n}:{m}: expected 1 <= N <= M$"):
        NmPattern(n=n, m=m)


@pytest.mark.parametrize(("filters", "channels"), [(0, 4), (4, 0), (-1, 1)])
def test_blocks_of_nothing(filters: int, channels: int) -> None:
    expected = rf"^pattern block {filters}x{channels}: expected at least one filter and one channel$"
    with pytest.raises(NetworkError, match=expected):
        BlockPattern(filters=filters, channels=channels)


def test_patterns_in_words() -> None:
    assert (str(NmPattern(n=2, m=8)), str(BlockPattern(filters=4, channels=1))) == ("2:8", "block 4x1")


@given(mask=MASKS, m=st.integers(1, 300))
def test_groups_are_counted(mask: BoolArray, m: int) -> None:
    """The last group may be shorter than m, and a group may have more than 255 places."""
    counts = group_counts(mask, m)
    size = mask.shape[-1]
    for place in np.ndindex(mask.shape[:-1]):
        assert counts[place].tolist() == [int(mask[place][start : start + m].sum()) for start in range(0, size, m)]


def test_groups_of_more_than_a_byte_counts() -> None:
    assert group_counts(np.ones((1, 700), dtype=bool), 300).tolist() == [[300, 300, 100]]


def test_one_group_of_the_filters_of_all() -> None:
    bits = np.random.default_rng(0).random((2, 3, 1, 5)) < 0.5
    joined = Mask.of(bits).with_one_group()
    assert joined == Mask.of(bits.reshape(1, 6, 1, 5))
