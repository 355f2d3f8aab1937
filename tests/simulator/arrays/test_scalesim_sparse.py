"""SCALE-Sim's sparse modes: hand arithmetic, what they are bound to, and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.arrays.scalesim_sparse import ScalesimSparseArray
from simulator.arrays.systolic import SystolicArray
from workloads.loop_nest import MatrixNest
from workloads.sparsity import NmPattern, Sparsity, SparsityOrigin

SIZES = st.integers(1, 2000)
PATTERNS = st.integers(1, 16).flatmap(lambda m: st.builds(NmPattern, n=st.integers(1, m), m=st.just(m)))
DATAFLOWS = st.sampled_from(["os", "ws", "is"])


def nest(k: int, pattern: NmPattern | None) -> MatrixNest:
    sparsity = None
    if pattern is not None:
        density = pattern.n / pattern.m
        sparsity = Sparsity(density_fraction=density, origin=SparsityOrigin.GIVEN, pattern=pattern)
    return MatrixNest(
        groups=1, batch=33, axes=(), num_filters=17, num_channels=k, input_bits=8, weight_bits=8, output_bits=8,
        resident_bits=0, num_output_elements=33 * 17, weight_sparsity=sparsity,
    )  # fmt: skip


def layer_wise(pattern: NmPattern | None, dataflow: str, k: int, side: int = 8) -> ScalesimSparseArray:
    return ScalesimSparseArray(side, side, dataflow).bound_to(nest(k, pattern))


def row_wise(block: int, k: int, side: int = 8) -> ScalesimSparseArray:
    return ScalesimSparseArray(side, side, "ws", "row_wise", block).bound_to(nest(k, None))


def int64(*sizes: int) -> tuple[np.int64, ...]:
    return tuple(np.int64(size) for size in sizes)


@pytest.mark.parametrize(
    ("dataflow", "fill", "stream", "input_read", "weight_read", "output_write"),
    [
        # 33 x 17 x 20 at 2:8 on 8 x 8: K' = 2 * 2 + min(4, 2) = 6
        ("os", 15 * 14, 15 * 6, 33 * 6 * 3, 6 * 17 * 5, 33 * 17),
        # 33 * 6 * 3 * 8 / 2 = 2376 inputs: more than the 33 * 20 * 3 = 1980 that there are
        ("ws", 3 * 22, 3 * 33, 2376, 6 * 17, 33 * 17),
        ("is", 5 * 22, 5 * 17, 33 * 6, 6 * 17 * 5, 33 * 17),
    ],
)
def test_layer_wise_by_hand(dataflow, fill, stream, input_read, weight_read, output_write):
    array = layer_wise(NmPattern(n=2, m=8), dataflow, k=20)

    cycles, accesses = array.tile_cycles(*int64(33, 17, 20)), array.scratchpad_accesses(*int64(33, 17, 20))

    assert (cycles.fill, cycles.stream) == (fill, stream)
    assert (accesses.input_read, accesses.weight_read) == (input_read, weight_read)
    assert (accesses.output_read, accesses.output_write) == (0, output_write)
    assert array.performed_fraction == 6 / 20
    assert array.streamed_dimension == SystolicArray(8, 8, dataflow).streamed_dimension
    assert array.peak_macs_per_cycle == array.num_pes == 64


def test_row_wise_by_hand():
    # blocks of 4: K' = ceil(20 / 8) * 4 = 12, six folds; 4 words at each of 8 * (33 + 8 - 1) slots a fold
    array = row_wise(4, k=20)

    cycles, accesses = array.tile_cycles(*int64(33, 17, 20)), array.scratchpad_accesses(*int64(33, 17, 20))

    assert (cycles.num_folds, cycles.stream, cycles.fill) == (6, 6 * 33, 6 * 22)
    assert (accesses.input_read, accesses.weight_read) == (4 * 6 * 8 * 40, 12 * 17)
    assert accesses.output_write == 33 * 17 * 2
    assert array.performed_fraction == 12 / 20


def test_fractions_of_a_word_are_rounded_up():
    # K = 33 at 3:4: K' = 25; 16 * 25 * 4 / 3 = 533.3 words
    accesses = layer_wise(NmPattern(n=3, m=4), "ws", k=33).scratchpad_accesses(*int64(16, 7, 33))

    assert accesses.input_read == 534


def test_row_wise_takes_all_layers_and_no_more_than_all_their_products():
    assert row_wise(8, k=64).performed_fraction == 0.5
    assert row_wise(8, k=5).num_kept(5) == 8
    assert row_wise(8, k=5).performed_fraction == 1


def test_units_hold_the_array_full_of_kept_weights():
    assert layer_wise(NmPattern(n=2, m=8), "ws", k=64).tile_units == (1, 8, 32)
    assert layer_wise(NmPattern(n=2, m=8), "is", k=64).tile_units == (8, 1, 32)
    assert layer_wise(NmPattern(n=2, m=8), "os", k=64).tile_units == (8, 8, 1)
    assert row_wise(4, k=64).tile_units == (1, 8, 16)


@pytest.mark.parametrize("pattern", [None, NmPattern(n=4, m=4)])
@given(dataflow=DATAFLOWS, m=SIZES, n=SIZES, k=SIZES)
def test_density_one_is_the_dense_array(pattern, dataflow, m, n, k):
    array, dense = layer_wise(pattern, dataflow, k), SystolicArray(8, 8, dataflow)

    assert array.tile_cycles(*int64(m, n, k)) == dense.tile_cycles(*int64(m, n, k))
    assert array.scratchpad_accesses(*int64(m, n, k)) == dense.scratchpad_accesses(*int64(m, n, k))
    assert array.performed_fraction == 1


@given(pattern=PATTERNS, k=SIZES)
def test_kept_weights_are_those_of_the_repeated_pattern(pattern, k):
    kept = sum(place % pattern.m < pattern.n for place in range(k))

    assert layer_wise(pattern, "os", k).num_kept(k) == kept


@given(group=st.integers(1, 16), dataflow=DATAFLOWS, m=SIZES, n=SIZES, k=SIZES)
def test_fewer_kept_weights_are_never_slower(group, dataflow, m, n, k):
    cycles = [
        layer_wise(NmPattern(n=kept, m=group), dataflow, k).tile_cycles(*int64(m, n, k)) for kept in range(1, group + 1)
    ]

    totals = [int(one.fill + one.stream) for one in cycles]
    assert totals == sorted(totals)


@given(pattern=PATTERNS, dataflow=DATAFLOWS, m=SIZES, n=SIZES, tiles=st.tuples(SIZES, SIZES), block=st.integers(1, 8))
def test_splitting_a_tile_never_makes_it_shorter(pattern, dataflow, m, n, tiles, block):
    first, second = tiles
    for array in (layer_wise(pattern, dataflow, first + second), row_wise(2 * block, first + second)):
        streams = [int(array.tile_cycles(*int64(m, n, k)).stream) for k in (first, second, first + second)]
        assert streams[0] + streams[1] >= streams[2]


def test_broadcasts_over_grids_of_tiles():
    k = np.array([1, 7, 8, 20])

    cycles = layer_wise(NmPattern(n=2, m=8), "os", k=20).tile_cycles(np.array([[8], [9]]), np.int64(8), k)

    assert cycles.stream.tolist() == [[1, 2, 2, 6], [2, 4, 4, 12]]
