"""Averages over counts of non-zeros: against sums over every pattern of a small tile."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from hw_configs.array_sections import OuterProduct
from simulator.arrays.outer_product_counts import costs_of, expected_costs, index_cycles, index_quanta, tile_counts
from workloads.sparsity import Mask, Sparsity, SparsityOrigin

SMALL = OuterProduct(tile=5, input_lanes=2, weight_lanes=3, merge_words_per_cycle=4)


def cycles_of(a: int, b: int) -> int:
    return 1 + max(-(-a // 2) * -(-b // 3), -(-a * b // 4))


def test_cycles_of_counts():
    assert index_cycles(SMALL).tolist() == [[cycles_of(a, b) for b in range(6)] for a in range(6)]
    assert index_quanta(SMALL)[5].tolist() == [0, 3, 3, 3, 6, 6]


@pytest.mark.parametrize(("da", "db"), [(0.3, 0.6), (1.0, 0.5), (0.0, 0.5), (1.0, 1.0)])
def test_expectation_is_the_sum_over_all_patterns(da, db):
    def probability(bits, density):
        return np.prod([density if bit else 1 - density for bit in bits])

    for r, s in ((5, 5), (3, 2), (1, 4)):
        expected = sum(
            probability(a, da) * probability(b, db) * cycles_of(sum(a), sum(b))
            for a in product((0, 1), repeat=r)
            for b in product((0, 1), repeat=s)
        )
        assert expected_costs(SMALL, da, db).cycles[r, s] == pytest.approx(expected, rel=1e-12)


def test_no_tile_takes_no_cycle():
    costs = expected_costs(SMALL, 0.5, 0.5)

    assert not costs.cycles[0].any()
    assert not costs.cycles[:, 0].any()


def test_part_of_a_tile_of_a_mask_is_the_mean_over_all_choices_of_its_filters():
    nonzero = np.random.default_rng(1).random((1, 5, 1, 8)) < 0.5
    weights = Sparsity(density_fraction=0.5, origin=SparsityOrigin.PRUNED, mask=Mask.of(nonzero))

    choices = list(combinations(range(5), 2))
    slow = np.mean([cycles_of(5, nonzero[0, list(two), 0, k].sum()) for two in choices for k in range(8)])

    assert costs_of(SMALL, 1.0, weights, 5).cycles[5, 2] == pytest.approx(slow, rel=1e-12)


def test_tile_counts():
    nonzero = np.random.default_rng(2).random((3, 11, 4)) < 0.5

    counts = tile_counts(nonzero, 4)

    assert counts.tolist() == [
        [group[first : first + 4].sum(axis=0).tolist() for first in (0, 4, 8)] for group in nonzero
    ]


def test_a_last_tile_of_more_non_zeros_slows_none_beyond_dense():
    """The 5 filters of the full tile are zero, the 3 of the last one are not: exact in sum, no entry above dense."""
    nonzero = np.zeros((1, 8, 1, 6), dtype=bool)
    nonzero[:, 5:] = True
    weights = Sparsity(density_fraction=3 / 8, origin=SparsityOrigin.PRUNED, mask=Mask.of(nonzero))
    dense = expected_costs(SMALL, 1.0, 1.0)

    costs = costs_of(SMALL, 1.0, weights, 5)

    assert costs.cycles[5, 5] + costs.cycles[5, 3] == pytest.approx(cycles_of(5, 0) + cycles_of(5, 3), rel=1e-12)
    assert (costs.cycles <= dense.cycles + 1e-9).all()
    assert (costs.quanta <= dense.quanta + 1e-9).all()
