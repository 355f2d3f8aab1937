"""The joined matrix of a recurrent cell, against brute force over all groups of channels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.compression.masks.magnitude import nm_mask
from workloads.formats import INT8
from workloads.recurrent_sparsity import joined_sparsity
from workloads.sparsity import BlockPattern, Mask, NmPattern, Pattern, Sparsity, SparsityOrigin
from workloads.tensor import Tensor, TensorRole

TWO_OF_FOUR = NmPattern(n=2, m=4)


def weight(name: str, channels: int, sparsity: Sparsity | None) -> Tensor:
    """Four gates of one hidden unit."""
    return Tensor(name=name, shape=(1, 4, channels), format=INT8, role=TensorRole.WEIGHT, sparsity=sparsity)


def stated(pattern: Pattern | None, density: float = 0.5) -> Sparsity:
    return Sparsity(density_fraction=density, origin=SparsityOrigin.GIVEN, pattern=pattern)


def pruned(channels: int, pattern: NmPattern, seed: int) -> Sparsity:
    mask = nm_mask(np.random.default_rng(seed).random((1, 4, 1, channels)), pattern.n, pattern.m)
    return Sparsity(
        density_fraction=float(mask.mean()), origin=SparsityOrigin.PRUNED, pattern=pattern, mask=Mask.of(mask)
    )


def test_nothing_known() -> None:
    assert joined_sparsity(weight("w", 4, None), weight("r", 4, None)) is None


def test_density_is_that_of_all_elements() -> None:
    # 4 x 6 at 1/2 and 4 x 2 dense: 12 + 8 of 32
    joined = joined_sparsity(weight("w", 6, stated(None)), weight("r", 2, None))
    assert joined is not None
    assert (joined.density_fraction, joined.pattern, joined.mask) == (20 / 32, None, None)


@pytest.mark.parametrize(
    ("pattern", "num_inputs", "holds"),
    [
        (TWO_OF_FOUR, 8, True),
        (TWO_OF_FOUR, 5, False),  # input 4 and hidden units 0 to 2 share a group: up to 1 + 2 of 4 are kept
        (BlockPattern(filters=2, channels=3), 6, True),
        (BlockPattern(filters=2, channels=3), 5, False),
    ],
)
def test_a_pattern_holds_where_groups_stay_apart(pattern: Pattern, num_inputs: int, holds: bool) -> None:
    joined = joined_sparsity(weight("w", num_inputs, stated(pattern)), weight("r", 7, stated(pattern)))
    assert joined is not None
    assert joined.pattern == (pattern if holds else None)


def test_two_patterns_are_none() -> None:
    joined = joined_sparsity(weight("w", 4, stated(TWO_OF_FOUR)), weight("r", 4, stated(NmPattern(n=1, m=2))))
    assert joined is not None
    assert joined.pattern is None


@given(num_inputs=st.integers(1, 12), num_hidden=st.integers(1, 12), m=st.integers(2, 5), seed=st.integers(0, 99))
def test_every_group_keeps_to_the_pattern_that_is_claimed(num_inputs: int, num_hidden: int, m: int, seed: int) -> None:
    pattern = NmPattern(n=1, m=m)
    w, r = (weight(*args) for args in (("w", num_inputs, pruned(num_inputs, pattern, seed)),
                                       ("r", num_hidden, pruned(num_hidden, pattern, seed + 1))))  # fmt: skip
    joined = joined_sparsity(w, r)
    assert joined is not None
    assert joined.mask is not None
    rows = joined.mask.array()[0, :, 0, :]
    assert rows.shape == (4, num_inputs + num_hidden)
    assert w.sparsity is not None
    assert w.sparsity.mask is not None
    assert np.array_equal(rows[:, :num_inputs], w.sparsity.mask.array()[0, :, 0, :])
    if joined.pattern is not None:
        assert all(row[start : start + m].sum() <= 1 for row in rows for start in range(0, rows.shape[1], m))
