"""The N:M systolic array: hand arithmetic, what it runs in which pattern, and laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.arrays.nm_systolic import DENSE, NmSystolicArray, most_in_group, tightest_patterns
from simulator.arrays.systolic import SystolicArray
from workloads.loop_nest import MatrixNest
from workloads.sparsity import BlockPattern, Mask, NmPattern, Sparsity, SparsityOrigin

SIZES = st.integers(1, 2000)
DATAFLOWS = st.sampled_from(["os", "ws"])
PATTERNS = st.integers(1, 16).flatmap(lambda m: st.builds(NmPattern, n=st.integers(1, m), m=st.just(m)))


def nest(channels: int = 20, taps: int = 1, sparsity: Sparsity | None = None, **changes: object) -> MatrixNest:
    fields = {
        "groups": 1, "batch": 33, "axes": (), "num_filters": 17, "num_channels": channels, "k_per_channel": taps,
        "input_bits": 8, "weight_bits": 8, "output_bits": 8, "resident_bits": 0, "num_output_elements": 33 * 17,
        "weight_sparsity": sparsity,
    }  # fmt: skip
    return MatrixNest(**(fields | changes))


def stated(pattern: NmPattern | BlockPattern | None) -> Sparsity:
    return Sparsity(density_fraction=0.5, origin=SparsityOrigin.SYNTHETIC, pattern=pattern)


def masked(nonzero: np.ndarray) -> Sparsity:
    return Sparsity(
        density_fraction=float(nonzero.mean()), origin=SparsityOrigin.PRUNED, mask=Mask.of(nonzero.astype(bool))
    )


def bound(pattern: NmPattern, dataflow: str = "os", rows: int = 8, cols: int = 8, **of_nest: int) -> NmSystolicArray:
    return NmSystolicArray(rows, cols, dataflow).bound_to(nest(sparsity=stated(pattern), **of_nest))


def int64(*sizes: int) -> tuple[np.int64, ...]:
    return tuple(np.int64(size) for size in sizes)


@pytest.mark.parametrize(
    ("dataflow", "taps", "fill", "stream", "padding"),
    [
        # K = 20 at 2:8: K' = 3 groups * 2 = 6; 5 would do
        ("os", 1, 15 * 14, 15 * 6, 15 * 1),
        # one fold of 6 rows along K, three along N; no fewer with 5 rows
        ("ws", 1, 3 * 22, 3 * 33, 0),
        # 5 channels at 4 positions: a group each, K' = 4 * 2 = 8
        ("os", 4, 15 * 14, 15 * 8, 15 * 3),
    ],
)
def test_hand_arithmetic(dataflow, taps, fill, stream, padding):
    array = bound(NmPattern(n=2, m=8), dataflow, channels=20 // taps, taps=taps)

    cycles = array.tile_cycles(*int64(33, 17, 20))

    assert (cycles.fill, cycles.stream, cycles.padding, cycles.imbalance) == (fill, stream, padding, 0)


def test_padding_costs_a_fold_of_rows():
    # K = 33 at 2:8 on 8 rows: 5 groups, 10 rows, two folds; ceil(33 * 2 / 8) = 9 rows need two as well.
    # K = 25: 4 groups, 8 rows, one fold. K = 34 channels at 1:2 twice over: see below
    array = bound(NmPattern(n=2, m=8), "ws", channels=33)
    assert array.tile_cycles(*int64(10, 8, 33)).padding == 0
    # 2 positions of 9 channels: 2 * 2 groups, 8 rows; ceil(18 * 2 / 8) = 5. 3 positions: 12 rows, two folds; 7 need one
    array = bound(NmPattern(n=2, m=8), "ws", channels=9, taps=3)
    assert array.tile_cycles(*int64(10, 8, 27)).stream == 20
    assert array.tile_cycles(*int64(10, 8, 27)).padding == 10


@pytest.mark.parametrize(
    ("dataflow", "expected"),
    [
        # input, weight, output read, output write of 33 x 17 x 20 at 2:8: inputs and weights as if dense
        ("os", (33 * 20 * 3, 20 * 17 * 5, 0, 33 * 17)),
        ("ws", (33 * 20 * 3, 20 * 17, 0, 33 * 17)),
    ],
)
def test_hand_arithmetic_of_accesses(dataflow, expected):
    accesses = bound(NmPattern(n=2, m=8), dataflow).scratchpad_accesses(*int64(33, 17, 20))

    assert (accesses.input_read, accesses.weight_read, accesses.output_read, accesses.output_write) == expected


def test_a_group_that_two_folds_share_is_read_twice():
    # 3:4 on 8 rows, K = 16: 12 rows of 4 groups, cut inside the third, whose 4 channels are read again
    accesses = bound(NmPattern(n=3, m=4), "ws", channels=16).scratchpad_accesses(*int64(10, 8, 16))

    assert accesses.input_read == 10 * (16 + 4)
    assert accesses.output_read == 10 * 8


def test_performed_fraction_and_units():
    # K' = 6 of 20
    assert bound(NmPattern(n=2, m=8)).performed_fraction == pytest.approx(6 / 20)
    assert bound(NmPattern(n=2, m=8), "ws").tile_units == (1, 8, 32)
    assert bound(NmPattern(n=2, m=8)).tile_units == (8, 8, 1)
    assert bound(NmPattern(n=2, m=8)).peak_macs_per_cycle == bound(NmPattern(n=2, m=8)).num_pes == 64
    assert bound(NmPattern(n=2, m=8), "ws").streamed_dimension == "m"


@pytest.mark.parametrize(
    ("patterns", "weights", "runs"),
    [
        (None, (2, 8), (2, 8)),
        (None, (3, 6), (3, 6)),  # M needs not be a power of two
        (None, (2, 32), (2, 16)),  # M is 16 at most: two in all of 32 are two in either half
        (((2, 4),), (1, 4), (2, 4)),  # a stricter pattern fits a looser one
        (((2, 4),), (1, 2), (2, 4)),
        (((2, 8), (4, 8)), (1, 4), (2, 8)),
        (((2, 4),), (2, 8), (2, 4)),
        (((2, 4),), (3, 4), None),
        (((2, 8),), (2, 4), None),  # up to four of eight
    ],
)
def test_the_pattern_that_it_runs(patterns, weights, runs):
    array = NmSystolicArray(8, 8, "os", patterns=patterns).bound_to(
        nest(channels=64, sparsity=stated(NmPattern(n=weights[0], m=weights[1])))
    )

    assert array.pattern == (DENSE if runs is None else NmPattern(n=runs[0], m=runs[1]))


@pytest.mark.parametrize("sparsity", [None, stated(None), stated(BlockPattern(filters=4, channels=4))])
def test_other_weights_run_dense(sparsity):
    array = NmSystolicArray(8, 8, "os").bound_to(nest(sparsity=sparsity))

    cycles, dense = (one.tile_cycles(*int64(33, 17, 20)) for one in (array, SystolicArray(8, 8, "os")))
    assert (cycles.fill, cycles.stream, cycles.padding) == (dense.fill, dense.stream, 0)
    assert array.performed_fraction == 1


def test_a_pattern_that_padding_makes_longer_runs_dense():
    # 3 channels in groups of 16 with 4 kept: 4 steps for 3
    assert bound(NmPattern(n=4, m=16), channels=3).pattern == DENSE


def test_binding_anew_forgets_the_last_nest():
    array = bound(NmPattern(n=2, m=8))

    assert array.bound_to(nest()) == NmSystolicArray(8, 8, "os")


def test_a_mask_is_searched_for_the_tightest_pattern():
    nonzero = np.zeros((1, 3, 2, 20))
    nonzero[..., ::8] = 1  # channels 0, 8, 16
    nonzero[0, 1, 0, 1] = 1  # two in the first group of eight
    found = tightest_patterns(Mask.of(nonzero.astype(bool)), [2, 4, 8, 16])

    assert [str(pattern) for pattern in found] == ["2:2", "2:4", "2:8", "3:16"]
    array = NmSystolicArray(8, 8, "os").bound_to(nest(channels=20, taps=2, sparsity=masked(nonzero)))
    # a position of 20 channels: 2:8 takes 3 * 2, 3:16 takes 2 * 3: either is best
    assert array.padded_channels * array.pattern.n // array.pattern.m == 6


def test_a_mask_helps_where_the_stated_pattern_fits_none():
    nonzero = np.zeros((1, 3, 1, 32))
    nonzero[..., ::4] = 1  # stated as 4:16, is 1:4
    sparsity = replace(masked(nonzero), pattern=NmPattern(n=4, m=16))
    array = NmSystolicArray(8, 8, "os", max_m=4, patterns=((2, 4),))

    assert array.bound_to(nest(channels=32, sparsity=sparsity)).pattern == NmPattern(n=2, m=4)
    assert array.bound_to(nest(channels=32, sparsity=replace(sparsity, mask=None))).pattern == DENSE


def test_a_mask_of_zeros_keeps_one_of_a_group():
    array = NmSystolicArray(8, 8, "os").bound_to(nest(channels=32, sparsity=masked(np.zeros((1, 3, 1, 32)))))

    assert array.pattern == NmPattern(n=1, m=16)


def test_unfolded_windows_are_padded_at_each_position_of_the_mask():
    # 2:8 at 4 positions of 5 channels: a group each, 8 steps in all; without a mask 20 channels take 3 groups
    nonzero = np.zeros((1, 17, 4, 5))
    nonzero[..., :2] = 1
    unfolded = nest(channels=20, is_unfolded=True, sparsity=replace(masked(nonzero), pattern=NmPattern(n=2, m=8)))

    with_mask = NmSystolicArray(8, 8, "os").bound_to(unfolded)
    without = NmSystolicArray(8, 8, "os").bound_to(replace(unfolded, weight_sparsity=stated(NmPattern(n=2, m=8))))

    assert with_mask.tile_cycles(*int64(8, 8, 20)).stream == 8
    assert without.tile_cycles(*int64(8, 8, 20)).stream == 6


@given(pattern=PATTERNS, m=st.integers(1, 40), data=st.data())
def test_most_in_group_bounds_what_a_mask_of_the_pattern_has(pattern, m, data):
    length = data.draw(st.integers(1, 80))
    nonzero = np.zeros(length, dtype=bool)
    for start in range(0, length, pattern.m):
        size = min(pattern.m, length - start)
        places = data.draw(st.permutations(range(size)))[: pattern.n]
        nonzero[[start + place for place in places]] = True

    counted = max(int(nonzero[start : start + m].sum()) for start in range(0, length, m))

    assert counted <= most_in_group(pattern, m) <= m


@given(seed=st.integers(0, 2**32 - 1), channels=st.integers(1, 70), m=st.integers(1, 70), density=st.floats(0, 1))
def test_tightest_pattern_is_the_densest_group(seed, channels, m, density):
    nonzero = np.random.default_rng(seed).random((2, 3, 2, channels)) < density

    (pattern,) = tightest_patterns(Mask.of(nonzero), [m])

    densest = max(nonzero[..., start : start + m].sum(axis=-1).max() for start in range(0, channels, m))
    assert pattern == NmPattern(n=max(1, int(densest)), m=m)


def test_groups_wider_than_a_byte_counts():
    assert tightest_patterns(Mask.of(np.ones((1, 1, 1, 600), dtype=bool)), [512]) == [NmPattern(n=512, m=512)]


@given(dataflow=DATAFLOWS, rows=st.integers(1, 40), cols=st.integers(1, 40), m=SIZES, n=SIZES, k=SIZES)
def test_density_one_is_the_dense_array(dataflow, rows, cols, m, n, k):
    array = bound(NmPattern(n=8, m=8), dataflow, rows, cols, channels=k)
    dense = SystolicArray(rows, cols, dataflow)

    for ours, theirs in (
        (array.tile_cycles(*int64(m, n, k)), dense.tile_cycles(*int64(m, n, k))),
        (array.scratchpad_accesses(*int64(m, n, k)), dense.scratchpad_accesses(*int64(m, n, k))),
    ):
        assert ours == theirs


@given(dataflow=DATAFLOWS, group=st.integers(2, 16), m=SIZES, n=SIZES, channels=SIZES, taps=st.integers(1, 9))
def test_fewer_kept_weights_are_never_slower(dataflow, group, m, n, channels, taps):
    sizes = int64(m, n, channels * taps)
    cycles = [
        bound(NmPattern(n=kept, m=group), dataflow, channels=channels, taps=taps).tile_cycles(*sizes)
        for kept in range(1, group + 1)
    ]

    totals = [int(one.fill + one.stream) for one in cycles]
    assert totals == sorted(totals)
    for one in cycles:
        assert 0 <= one.padding <= one.stream


@given(pattern=PATTERNS, dataflow=DATAFLOWS, m=SIZES, n=SIZES, tiles=st.tuples(SIZES, SIZES), taps=st.integers(1, 9))
def test_splitting_a_tile_never_makes_it_shorter(pattern, dataflow, m, n, tiles, taps):
    first, second = tiles
    array = bound(pattern, dataflow, channels=first + second, taps=taps)

    def stream(*sizes: int) -> int:
        return int(array.tile_cycles(*int64(*sizes)).stream)

    whole = stream(m, n, taps * (first + second))
    assert stream(m, n, taps * first) + stream(m, n, taps * second) >= whole
    assert stream(first, n, taps * 4) + stream(second, n, taps * 4) >= stream(first + second, n, taps * 4)
    assert stream(m, first, taps * 4) + stream(m, second, taps * 4) >= stream(m, first + second, taps * 4)


@given(pattern=PATTERNS, dataflow=DATAFLOWS, rows=st.integers(1, 40), m=SIZES, n=SIZES, k=SIZES)
def test_never_faster_than_all_pes_on_the_kept_weights(pattern, dataflow, rows, m, n, k):
    array = bound(pattern, dataflow, rows, channels=k)
    cycles, accesses = array.tile_cycles(*int64(m, n, k)), array.scratchpad_accesses(*int64(m, n, k))

    assert (cycles.fill + cycles.stream) * array.num_pes >= m * n * k * array.pattern.n / array.pattern.m
    assert accesses.input_read >= m * k
    assert accesses.weight_read >= n * k
    assert accesses.output_write - accesses.output_read == m * n


@given(pattern=PATTERNS, dataflow=DATAFLOWS, seed=st.integers(0, 2**32 - 1))
def test_a_mask_of_a_pattern_takes_what_the_pattern_takes(pattern, dataflow, seed):
    """Distance 0: a mask of full N:M groups is recognised as such, where M is a power of two."""
    pattern = NmPattern(n=min(pattern.n, 4), m=8)
    order = np.random.default_rng(seed).permuted(np.tile(np.arange(8), (1, 17, 2, 3, 1)), axis=-1)
    nonzero = (order < pattern.n).reshape(1, 17, 2, 24)
    arrays = [
        NmSystolicArray(8, 8, dataflow).bound_to(nest(channels=24, taps=2, sparsity=sparsity))
        for sparsity in (stated(pattern), masked(nonzero))
    ]

    by_pattern, by_mask = (array.tile_cycles(*int64(33, 17, 48)) for array in arrays)

    assert by_mask.stream <= by_pattern.stream


def test_broadcasts_over_grids_of_tiles():
    array = bound(NmPattern(n=2, m=8), "ws")
    m, n, k = np.array([[1], [33]]), np.array([17, 64, 5]), np.int64(20)

    cycles = array.tile_cycles(m, n, k)

    assert (cycles.fill + cycles.stream).dtype == np.int64
    assert (cycles.fill + cycles.stream).tolist() == [
        [int(sum(getattr(array.tile_cycles(*int64(row, col, 20)), part) for part in ("fill", "stream"))) for col in n]
        for row in (1, 33)
    ]
