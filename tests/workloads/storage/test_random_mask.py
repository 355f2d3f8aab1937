import itertools

import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.sparsity import BlockPattern, NmPattern
from workloads.storage import RandomMask


def chance(start, length, pattern=None, density=0.25, channels=8):
    model = RandomMask(arrangement=(1, 1, 1, channels), density_fraction=density, pattern=pattern)
    return model.zero_stretches().chance(np.array([start]), np.array([length])).item()


def test_independent_elements():
    assert chance(3, 5) == pytest.approx(0.75**5)
    assert chance(0, 0) == 1


def test_nm_groups_by_listing_all_masks():
    """Two groups of 2:4, 6 x 6 masks, each as likely as another; any stretch of the 8 channels."""
    pairs = [np.isin(np.arange(4), pair) for pair in itertools.combinations(range(4), 2)]
    masks = np.array([np.concatenate(both) for both in itertools.product(pairs, pairs)])
    for start, end in itertools.combinations(range(9), 2):
        listed = (~masks[:, start:end].any(axis=1)).mean()
        assert chance(start, end - start, NmPattern(n=2, m=4), 0.5) == pytest.approx(listed)


def test_nm_places_that_are_not_all_used():
    """1:2 at density 0.25: the one place is used half the time, either element is zero with chance 1 - 0.5 * 0.5."""
    pattern = NmPattern(n=1, m=2)
    assert chance(0, 1, pattern) == pytest.approx(0.75)
    assert chance(0, 2, pattern) == pytest.approx(0.5)
    assert chance(1, 2, pattern) == pytest.approx(0.75**2)


def test_blocks_are_zero_together():
    """Channels 3 to 6 touch two blocks of 4, channels 4 to 7 one."""
    pattern = BlockPattern(filters=2, channels=4)
    assert chance(3, 4, pattern) == pytest.approx(0.75**2)
    assert chance(4, 4, pattern) == pytest.approx(0.75)


def test_counts():
    model = RandomMask(arrangement=(2, 3, 4, 5), density_fraction=0.25, pattern=BlockPattern(filters=2, channels=4))
    assert (model.num_elements, model.num_nonzeros, model.band_filters) == (120, 30, 2)


def test_short_group_may_be_full():
    """2:4 on 5 channels: 2 of 4 and the one left, 3 of 5."""
    pattern = NmPattern(n=2, m=4)
    assert RandomMask(arrangement=(1, 1, 1, 5), density_fraction=0.6, pattern=pattern).most_fraction == 0.6
    with pytest.raises(NetworkError, match=r"density is 0\.61, expected at most 0\.6 of pattern 2:4 on 5 channels"):
        RandomMask(arrangement=(1, 1, 1, 5), density_fraction=0.61, pattern=pattern)


@pytest.mark.parametrize("density", [-0.1, 1.1])
def test_density_out_of_range(density):
    with pytest.raises(NetworkError, match=rf"density is {density}, expected a fraction in \[0, 1\]"):
        RandomMask(arrangement=(1, 1, 1, 5), density_fraction=density)
