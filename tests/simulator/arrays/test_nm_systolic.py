"""The N:M systolic array: hand arithmetic, what it runs in which pattern, and laws."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.arrays.nm_systolic import DENSE, NmSystolicArray
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
        # K = 20 at 2:8: K' = 3 groups * 2 = 6, and the third group has 4 channels for its 2 steps
        ("os", 1, 15 * 14, 15 * 6, 0),
        # one fold of 6 rows along K, three along N
        ("ws", 1, 3 * 22, 3 * 33, 0),
        # 5 channels at 4 positions: a group each, K' = 4 * 2 = 8
        ("os", 4, 15 * 14, 15 * 8, 0),
    ],
)
def test_hand_arithmetic(dataflow, taps, fill, stream, padding):
    array = bound(NmPattern(n=2, m=8), dataflow, channels=20 // taps, taps=taps)

    cycles = array.tile_cycles(*int64(33, 17, 20))

    assert (cycles.fill, cycles.stream, cycles.padding, cycles.imbalance) == (fill, stream, padding, 0)


def test_steps_that_no_channel_can_fill_are_padding():
    # 17 channels at 2:8: the third group has one channel for its two steps
    one = bound(NmPattern(n=2, m=8), channels=17)
    assert (one.tile_cycles(*int64(8, 8, 17)).stream, one.tile_cycles(*int64(8, 8, 17)).padding) == (6, 1)
    # at 4:16 and 3 positions of 18 channels: 2 groups each, 8 steps, of which the 2 channels of the second fill 2
    three = bound(NmPattern(n=4, m=16), channels=18, taps=3)
    assert (three.tile_cycles(*int64(8, 8, 54)).stream, three.tile_cycles(*int64(8, 8, 54)).padding) == (24, 6)
    # a tile of 16 of the channels has whole groups alone
    assert (three.tile_cycles(*int64(8, 8, 48)).stream, three.tile_cycles(*int64(8, 8, 48)).padding) == (12, 0)


def test_padding_costs_a_fold_of_rows():
    # K = 33 at 2:8 on 8 rows: 5 groups, 10 rows, two folds; the 9 rows that channels fill need two as well.
    array = bound(NmPattern(n=2, m=8), "ws", channels=33)
    assert array.tile_cycles(*int64(10, 8, 33)).padding == 0
    # 3 positions of 9 channels: 2 groups each, 12 rows, two folds; channels fill 3 * (2 + 1) = 9, two folds too
    array = bound(NmPattern(n=2, m=8), "ws", channels=9, taps=3)
    assert (array.tile_cycles(*int64(10, 8, 27)).stream, array.tile_cycles(*int64(10, 8, 27)).padding) == (20, 0)
    # 2 positions of 9 channels at 4:8: 4 groups, 16 rows, two folds; channels fill 2 * (4 + 1) = 10. One of 9: 8 and 5
    array = bound(NmPattern(n=4, m=8), "ws", channels=9)
    assert (array.tile_cycles(*int64(10, 8, 9)).stream, array.tile_cycles(*int64(10, 8, 9)).padding) == (10, 0)
    # 25 channels at 3:8: 4 groups, 12 rows, two folds; channels fill 10. 17: 9 rows, two folds; channels fill 7, one
    array = bound(NmPattern(n=3, m=8), "ws", channels=17)
    assert (array.tile_cycles(*int64(10, 8, 17)).stream, array.tile_cycles(*int64(10, 8, 17)).padding) == (20, 10)


@pytest.mark.parametrize(
    ("channels", "tile", "steps"),
    [(20, 8, 2), (20, 16, 4), (20, 20, 6), (100, 8, 2), (100, 32, 8), (100, 100, 26), (100, 4, 2)],
)
def test_a_tile_of_channels_takes_its_own_groups(channels, tile, steps):
    # 2:8: ceil(tile / 8) * 2, whatever the layer's channels
    assert bound(NmPattern(n=2, m=8), channels=channels).tile_cycles(*int64(8, 8, tile)).stream == steps


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
    # K' = 6 of 20; of 17, 5 of the 6 have a channel
    assert bound(NmPattern(n=2, m=8)).performed_fraction == pytest.approx(6 / 20)
    assert bound(NmPattern(n=2, m=8), channels=17, taps=9).performed_fraction == pytest.approx(5 / 17)
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
    array, fresh = bound(NmPattern(n=2, m=8)), NmSystolicArray(8, 8, "os")

    assert array.bound_to(nest()) == fresh.bound_to(nest())
    assert fresh.bound_to(nest()).pattern == DENSE


def test_a_mask_is_searched_for_the_tightest_pattern():
    nonzero = np.zeros((1, 3, 2, 20))
    nonzero[..., ::8] = 1  # channels 0, 8, 16
    nonzero[0, 1, 0, 1] = 1  # two in the first group of eight

    array = NmSystolicArray(8, 8, "os").bound_to(nest(channels=20, taps=2, sparsity=masked(nonzero)))

    # 2:8 takes 3 * 2 a position, 3:16 takes 2 * 3: either is best
    assert array.tile_cycles(*int64(8, 8, 40)).stream == 2 * 6


def test_patterns_of_storage():
    assert bound(NmPattern(n=1, m=2)).stored_pattern(NmPattern(n=1, m=2)) == NmPattern(n=1, m=2)
    assert NmSystolicArray(8, 8, "os").stored_pattern(NmPattern(n=1, m=2)) is None
    assert bound(NmPattern(n=2, m=8)).stored_pattern(None) == NmPattern(n=2, m=8)
    blocks = BlockPattern(filters=4, channels=4)
    assert bound(NmPattern(n=2, m=8)).stored_pattern(blocks) == NmSystolicArray(8, 8, "os").stored_pattern(blocks)
    assert bound(NmPattern(n=2, m=8)).stored_pattern(blocks) == blocks


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


def test_unfolded_windows_are_padded_at_each_position_masked_or_not():
    # 2:8 at 4 positions of 5 channels: a group each, 8 steps in all; in one line 20 channels would take 3 groups
    nonzero = np.zeros((1, 17, 4, 5))
    nonzero[..., :2] = 1
    two_of_eight = NmPattern(n=2, m=8)
    for sparsity in (stated(two_of_eight), masked(nonzero), replace(masked(nonzero), pattern=two_of_eight)):
        unfolded = nest(channels=20, is_unfolded=True, unfolded_taps=4, sparsity=sparsity)
        array = NmSystolicArray(8, 8, "os").bound_to(unfolded)

        assert array.tile_cycles(*int64(8, 8, 20)).stream == 8
        assert array.tile_cycles(*int64(8, 8, 7)).stream == 4  # 7 / 5 positions are two groups
        assert array.performed_fraction == pytest.approx(8 / 20)


@given(
    n=st.integers(1, 4), channels=st.integers(1, 40), taps=st.integers(2, 9), seed=st.integers(0, 2**32 - 1),
    unfolded=st.booleans(),
)  # fmt: skip
def test_the_same_weights_cost_the_same_stated_or_masked(n, channels, taps, seed, unfolded):
    order = np.random.default_rng(seed).permuted(np.tile(np.arange(8), (1, 200, taps, 5, 1)), axis=-1)
    nonzero = (order < n).reshape(1, 200, taps, 40)[..., :channels]
    nonzero[0, 0, 0] = np.arange(channels) % 8 < n
    shape = {"channels": channels, "taps": taps}
    if unfolded:
        shape = {"channels": channels * taps, "is_unfolded": True, "unfolded_taps": taps}
    sizes = int64(8, 8, channels * taps)

    by_pattern, by_mask = (
        NmSystolicArray(8, 8, "os").bound_to(nest(sparsity=sparsity, **shape)).tile_cycles(*sizes)
        for sparsity in (stated(NmPattern(n=n, m=8)), masked(nonzero))
    )

    assert by_mask.stream <= by_pattern.stream <= channels * taps
    assert by_mask.stream == by_pattern.stream or channels > 8  # a last group may happen to have fewer


@given(pattern=PATTERNS, channels=st.integers(1, 40), taps=st.integers(1, 9), dataflow=DATAFLOWS)
def test_padding_is_no_part_of_what_is_performed(pattern, channels, taps, dataflow):
    for shape in ({"channels": channels, "taps": taps}, {"channels": channels * taps, "unfolded_taps": taps}):
        array = bound(pattern, dataflow, **shape)
        cycles = array.tile_cycles(*int64(33, 17, channels * taps))

        performed = 33 * 17 * channels * taps * array.performed_fraction / array.num_pes
        assert 0 <= cycles.padding <= cycles.stream - performed + 1e-9
        # a mask of the pattern with every slot that can be is filled
        nonzero = np.arange(channels) % pattern.m < pattern.n
        assert array.performed_fraction >= nonzero.mean() - 1e-12


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
