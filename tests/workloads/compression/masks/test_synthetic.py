"""Random scores depend on seed and name alone, and choose every place equally often."""

from __future__ import annotations

import numpy as np

from workloads.compression.masks.magnitude import nm_mask
from workloads.compression.masks.synthetic import synthetic_scores

SHAPE = (1, 4000, 1, 8)


def test_same_seed_and_name_give_the_same_scores() -> None:
    first = synthetic_scores(SHAPE, seed=1, name="a")
    synthetic_scores(SHAPE, seed=1, name="b")
    assert np.array_equal(first, synthetic_scores(SHAPE, seed=1, name="a"))
    assert not np.array_equal(first, synthetic_scores(SHAPE, seed=1, name="b"))
    assert not np.array_equal(first, synthetic_scores(SHAPE, seed=2, name="a"))


def test_every_choice_of_two_of_eight_is_equally_likely() -> None:
    masks = nm_mask(synthetic_scores(SHAPE, seed=0, name="w"), 2, 8).reshape(-1, 8)
    patterns, counts = np.unique(masks, axis=0, return_counts=True)
    assert len(patterns) == 28  # 8 * 7 / 2
    # 4000 draws over 28 choices: 142.9 each, a standard deviation of 11.7; five of them leave one run in 10^5 wrong.
    assert abs(counts - 4000 / 28).max() < 5 * 11.7
