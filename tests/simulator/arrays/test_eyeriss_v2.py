"""Eyeriss v2's closed form: hand arithmetic, laws, and its distance from drawn masks."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_configs.array_sections import EyerissV2
from simulator.arrays.eyeriss_v2 import EyerissV2Array
from simulator.arrays.eyeriss_v2_counts import slowest_pe_cycles
from simulator.arrays.protocol import Dimension
from workloads.loop_nest import MatrixNest
from workloads.sparsity import Mask, Sparsity, SparsityOrigin

SIZES = st.integers(1, 500)
SIDES = st.integers(1, 32)
LANES = st.integers(1, 4)
FRACTIONS = st.floats(0, 1)


def array(rows=24, cols=8, lanes=1, inputs=1.0, weights=1.0) -> EyerissV2Array:
    return EyerissV2Array(
        rows=rows,
        cols=cols,
        section=EyerissV2(macs_per_pe=lanes),
        input_density_fraction=inputs,
        weight_density_fraction=weights,
    )


def cycles_of(model: EyerissV2Array, m, n, k):
    return model.tile_cycles(np.int64(m), np.int64(n), np.int64(k))


def nest(mask: np.ndarray, positions: int, input_density: float = 1.0) -> MatrixNest:
    """A product of ``positions`` by the filters of ``mask`` (groups, filters, taps, channels)."""
    groups, filters, taps, channels = mask.shape
    return MatrixNest(
        groups=groups,
        batch=positions,
        axes=(),
        num_filters=filters,
        num_channels=channels,
        k_per_channel=taps,
        input_bits=8,
        weight_bits=8,
        output_bits=8,
        resident_bits=0,
        num_output_elements=groups * positions * filters,
        input_sparsity=Sparsity(density_fraction=input_density, origin=SparsityOrigin.GIVEN),
        weight_sparsity=Sparsity(
            density_fraction=float(mask.mean()), origin=SparsityOrigin.SYNTHETIC, mask=Mask.of(mask)
        ),
    )


def test_hand_arithmetic():
    # dense, 4 x 2 PEs: ceil(10 / 4) = 3 positions, ceil(5 / 2) = 3 filters, K = 7: 3 * 3 * 7 cycles
    assert cycles_of(array(4, 2), 10, 5, 7).stream == 63
    # two lanes: 3 * ceil(3 / 2) * 7
    assert cycles_of(array(4, 2, lanes=2), 10, 5, 7).stream == 42
    # one PE, densities a half and a quarter: 8 * 8 * 16 / 8, and nobody to wait for
    one = cycles_of(array(1, 1, inputs=0.5, weights=0.25), 8, 8, 16)
    assert (one.stream, one.imbalance, one.fill) == (128, 0, 0)


def test_hand_arithmetic_of_accesses():
    # 70 filters on 2 columns are 35 a PE, two blocks of at most 32; half of 32 * 100 weights take 9 stretches of 192
    model = array(4, 2, weights=0.5)
    sizes = (np.int64(10), np.int64(70), np.int64(100))

    accesses, cycles = model.scratchpad_accesses(*sizes), model.tile_cycles(*sizes)

    assert accesses.input_read == 10 * 100 * 2
    assert accesses.weight_read == 70 * 100
    assert accesses.output_write == 10 * 70 * 9
    assert accesses.output_read == 10 * 70 * 8
    assert cycles.num_folds == 2 * 9


@given(rows=SIDES, cols=SIDES, lanes=LANES, m=SIZES, n=SIZES, k=SIZES)
def test_density_one_is_the_dense_array(rows, cols, lanes, m, n, k):
    cycles = cycles_of(array(rows, cols, lanes), m, n, k)

    filters = math.ceil(n / cols)
    assert cycles.stream == math.ceil(m / rows) * math.ceil(filters / lanes) * k
    assert cycles.imbalance == cycles.padding == 0


@given(
    rows=SIDES,
    cols=SIDES,
    lanes=LANES,
    sizes=st.tuples(SIZES, SIZES, SIZES),
    dense=st.tuples(FRACTIONS, FRACTIONS),
    shares=st.tuples(FRACTIONS, FRACTIONS),
)
def test_fewer_non_zeros_never_take_longer(rows, cols, lanes, sizes, dense, shares):
    more = cycles_of(array(rows, cols, lanes, *dense), *sizes)
    fewer = cycles_of(array(rows, cols, lanes, dense[0] * shares[0], dense[1] * shares[1]), *sizes)

    assert fewer.stream <= more.stream


@given(rows=SIDES, cols=SIDES, lanes=LANES, m=SIZES, n=SIZES, k=SIZES, inputs=FRACTIONS, weights=FRACTIONS)
def test_parts_are_at_most_the_whole(rows, cols, lanes, m, n, k, inputs, weights):
    model = array(rows, cols, lanes, inputs, weights)
    cycles = cycles_of(model, m, n, k)

    assert 0 <= cycles.imbalance <= cycles.stream
    assert (cycles.stream - cycles.imbalance) * model.num_pes >= m * n * k * model.performed_fraction * (
        1 - 1e-9
    ) - 1e-6
    assert cycles.num_folds >= 1


@given(
    rows=SIDES,
    cols=SIDES,
    lanes=LANES,
    shares=st.tuples(st.integers(1, 9), st.integers(1, 9), SIZES),
    more=st.tuples(st.integers(1, 9), st.integers(1, 9), SIZES),
    axis=st.integers(0, 2),
    densities=st.tuples(FRACTIONS, FRACTIONS),
)
def test_a_tile_cut_at_full_rows_or_columns_streams_no_less(rows, cols, lanes, shares, more, axis, densities):
    model = array(rows, cols * lanes, lanes, *densities)
    units = (rows, cols * lanes * lanes, 1)
    whole = [share * unit for share, unit in zip(shares, units, strict=True)]
    part, rest = list(whole), list(whole)
    rest[axis] = more[axis] * units[axis]
    whole[axis] += rest[axis]

    assert cycles_of(model, *part).stream + cycles_of(model, *rest).stream >= cycles_of(model, *whole).stream


@pytest.mark.parametrize(
    ("sides", "lanes", "sizes", "densities"),
    [
        ((1, 8), 1, (64, 64, 256), (1.0, 0.3)),
        ((24, 8), 2, (196, 64, 256), (0.5, 0.3)),
        ((4, 4), 1, (64, 64, 512), (0.3, 0.1)),
        ((12, 14), 2, (784, 128, 576), (0.6, 0.125)),
        ((24, 8), 2, (49, 512, 512), (0.4, 0.2)),
        ((8, 8), 1, (8, 8, 1000), (0.9, 0.9)),
        ((16, 16), 1, (16, 16, 2000), (0.5, 0.99)),
    ],
)
def test_within_three_per_cent_of_drawn_masks(sides, lanes, sizes, densities):
    rng = np.random.default_rng(0)
    (m, n, k), (inputs, weights) = sizes, densities
    drawn = [
        slowest_pe_cycles(rng.random((m, k)) < inputs, rng.random((n, k)) < weights, *sides, lanes) for _ in range(20)
    ]

    cycles = cycles_of(array(*sides, lanes, inputs, weights), m, n, k)

    assert cycles.stream == pytest.approx(np.mean(drawn), rel=0.03)
    # waiting alone, which is a small part of it, to a fifth
    average = cycles.stream - cycles.imbalance
    assert cycles.imbalance == pytest.approx(np.mean(drawn) - average, rel=0.2)


def test_busiest_column_of_a_mask_is_exact_for_dense_inputs():
    # filters of very different densities: the busiest column takes its non-zeros times the positions of a row
    rng = np.random.default_rng(1)
    weights = rng.random((64, 300)) < np.linspace(0.05, 0.6, 64)[:, np.newaxis]
    model = array(4, 8).bound_to(nest(weights.reshape(1, 64, 3, 100), positions=40))

    cycles = cycles_of(model, 40, 64, 300)

    assert abs(int(cycles.stream) - slowest_pe_cycles(np.ones((40, 300), dtype=bool), weights, 4, 8)) <= 1
    assert cycles.imbalance > 0.5 * (cycles.stream - cycles.imbalance)


def test_mask_of_a_density_gives_about_its_closed_form():
    # worst of these draws: 1 %
    for seed in range(5):
        mask = np.random.default_rng(seed).random((1, 64, 9, 32)) < 0.3
        known = array().bound_to(nest(mask, positions=196, input_density=0.5))

        from_mask, expected = cycles_of(known, 196, 64, 288), cycles_of(array(inputs=0.5, weights=0.3), 196, 64, 288)

        assert from_mask.stream == pytest.approx(expected.stream, rel=0.03)


def test_binding_forgets_what_it_was_bound_to_before():
    mask = np.random.default_rng(0).random((1, 64, 1, 64)) < 0.2
    bound = array().bound_to(nest(mask, positions=8))

    assert bound.column_excess_ratio != 1
    assert bound.bound_to(nest(np.ones((1, 64, 1, 64), dtype=bool), positions=8)) == array()


@pytest.mark.parametrize("mask", [np.ones((1, 3, 1, 5), dtype=bool), np.zeros((2, 3, 1, 5), dtype=bool)])
def test_masks_without_variation(mask):
    model = array(2, 2).bound_to(nest(mask, positions=4))

    cycles = cycles_of(model, 4, 3, 5)

    assert cycles.imbalance == 0
    assert cycles.stream == (2 * 2 * 5 if mask.all() else 0)


def test_broadcasts_over_grids():
    model = array(4, 2, 2, 0.5, 0.3)
    m, n, k = np.array([[[1]], [[33]]]), np.array([[7], [64], [5]]), np.array([9, 100])

    together = model.tile_cycles(m, n, k)

    assert together.stream.shape == together.num_folds.shape == together.imbalance.shape == (2, 3, 2)
    assert together.stream.dtype == np.int64
    assert together.stream[1, 2, 0] == cycles_of(model, 33, 5, 9).stream


def test_two_million_weights_are_bound_without_a_loop():
    large = nest(np.random.default_rng(0).random((1, 512, 9, 512)) < 0.2, positions=49)
    start = time.perf_counter()
    array().bound_to(large)

    assert time.perf_counter() - start < 5


def test_describes_itself():
    assert array(lanes=2).num_pes == 24 * 8 * 2
    assert array(lanes=2).peak_macs_per_cycle == 384
    assert array().streamed_dimension is Dimension.M
    assert array().tile_units == (24, 8, 1)
    assert array(inputs=0.5, weights=0.25).performed_fraction == 0.125
