"""The SIGMA-like array: STONNE's example by hand, laws, masks against densities."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_configs.accelerator import Array
from hw_configs.array_sections import Sigma
from simulator.arrays.protocol import Dimension
from simulator.arrays.sigma import SigmaArray, nonzeros_per_filter, sigma_array
from simulator.arrays.sigma_folds import num_folds
from workloads.errors import ConfigError
from workloads.loop_nest import MatrixNest
from workloads.sparsity import BlockPattern, Mask, NmPattern, Pattern, Sparsity, SparsityOrigin

SIZES = st.integers(1, 300)
MULTIPLIERS = st.integers(2, 256)
PORTS = st.integers(1, 64)


def array(multipliers=128, ports=64, collected=64, **fields) -> SigmaArray:
    section = Sigma(distribution_bandwidth=ports, reduction_bandwidth=collected)
    return SigmaArray(num_multipliers=multipliers, section=section, **fields)


def cycles_of(model, m, n, k):
    return model.tile_cycles(np.int64(m), np.int64(n), np.int64(k))


def nest(shape, weights: Sparsity | None = None) -> MatrixNest:
    """64 positions by the filters of ``shape`` (groups, filters, taps, channels)."""
    groups, filters, taps, channels = shape
    return MatrixNest(
        groups=groups,
        batch=64,
        axes=(),
        num_filters=filters,
        num_channels=channels,
        k_per_channel=taps,
        input_bits=8,
        weight_bits=8,
        output_bits=8,
        resident_bits=0,
        num_output_elements=groups * 64 * filters,
        weight_sparsity=weights,
    )


def masked(mask: np.ndarray) -> MatrixNest:
    sparsity = Sparsity(density_fraction=float(mask.mean()), origin=SparsityOrigin.SYNTHETIC, mask=Mask.of(mask))
    return nest(mask.shape, sparsity)


def given_density(density: float, pattern: Pattern | None = None) -> Sparsity:
    return Sparsity(density_fraction=density, origin=SparsityOrigin.GIVEN, pattern=pattern)


def test_hand_arithmetic():
    # 255 non-zeros on 128 multipliers: 128 and 127, 2 folds a filter of 1 + 2 + 64 * 2 + 4 + 7 = 142 cycles
    cycles = cycles_of(array(), 64, 64, 255)

    assert cycles.num_folds == 128
    assert cycles.stream == 128 * 64 * 2
    assert cycles.fill + cycles.stream == 128 * 142
    # one more needs a third fold
    assert cycles_of(array(), 64, 64, 256).num_folds == 192


def test_small_clusters_share_folds_and_collection_may_bind():
    # 8 multipliers fed by 8 ports, clusters of 2: 4 a fold, 3 folds for 10; one sum a cycle makes 4 cycles a position
    wide, narrow = cycles_of(array(8, 8, 8), 5, 10, 2), cycles_of(array(8, 8, 1), 5, 10, 2)

    assert (wide.num_folds, wide.stream, wide.fill) == (3, 3 * 5, 3 * (1 + 1 + 4 + 3))
    assert (narrow.num_folds, narrow.stream) == (3, 3 * 5 * 4)


def test_hand_arithmetic_of_accesses():
    # K = 20 on 8 multipliers: folds of 8, 7 and 5; each filter passes the inputs once and adds to its sums twice
    accesses = array(8, 8, 8).scratchpad_accesses(np.int64(5), np.int64(10), np.int64(20))

    assert accesses.input_read == 5 * 20 * 10
    assert accesses.weight_read == 10 * 20
    assert accesses.output_read == 5 * 10 * 2
    assert accesses.output_write == 5 * 10 * 3


@given(multipliers=MULTIPLIERS, ports=PORTS, m=SIZES, n=SIZES, k=SIZES)
def test_density_one_is_the_dense_array(multipliers, ports, m, n, k):
    dense = array(multipliers, ports)
    bound = dense.bound_to(nest((1, n, 1, k), given_density(1.0)))
    known = dense.bound_to(masked(np.ones((1, n, 1, k), dtype=bool)))

    for model in (bound, known):
        assert cycles_of(model, m, n, k) == cycles_of(dense, m, n, k)
    assert cycles_of(dense, m, n, k).num_folds == num_folds([k] * n, multipliers)


@given(multipliers=MULTIPLIERS, n=SIZES, k=SIZES, tile=st.tuples(SIZES, SIZES))
def test_a_mask_of_ones_is_the_dense_array_for_every_tile(multipliers, n, k, tile):
    dense = array(multipliers).bound_to(nest((1, n, 1, k)))
    known = array(multipliers).bound_to(masked(np.ones((1, n, 1, k), dtype=bool)))
    sizes = (np.int64(10), np.int64(min(n, tile[0])), np.int64(min(k, tile[1])))

    assert known.tile_cycles(*sizes) == dense.tile_cycles(*sizes)
    assert known.scratchpad_accesses(*sizes) == dense.scratchpad_accesses(*sizes)


def test_the_last_fold_of_the_layer_is_no_part_of_a_tile():
    # 75 filters of 2 on 128 multipliers: 64 and 11 of them, two folds; a tile of 64 takes one, one of 11 another
    known = array().bound_to(masked(np.ones((1, 75, 1, 2), dtype=bool)))

    assert [int(cycles_of(known, 64, n, 2).num_folds) for n in (75, 64, 11)] == [2, 1, 1]


@given(
    multipliers=MULTIPLIERS, n=SIZES, k=SIZES, tile=st.tuples(SIZES, SIZES), density=st.floats(0, 1),
    seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_masks_never_take_more_folds_than_no_zeros(multipliers, n, k, tile, density, seed):
    mask = np.random.default_rng(seed).random((1, n, 1, k)) < density
    known, stated = masked(mask), nest((1, n, 1, k), given_density(density))
    sizes = (np.int64(10), np.int64(min(n, tile[0])), np.int64(min(k, tile[1])))
    dense = array(multipliers).bound_to(nest((1, n, 1, k)))

    for one in (known, stated):
        sparse = array(multipliers).bound_to(one)
        assert sparse.tile_cycles(*sizes).num_folds <= dense.tile_cycles(*sizes).num_folds
        assert sparse.scratchpad_accesses(*sizes).input_read <= dense.scratchpad_accesses(*sizes).input_read


def test_a_mask_of_zeros_takes_no_fold():
    cycles = cycles_of(array().bound_to(masked(np.zeros((2, 64, 1, 32), dtype=bool))), 64, 64, 32)

    assert (cycles.num_folds, cycles.stream, cycles.fill) == (0, 0, 0)


@given(multipliers=MULTIPLIERS, n=SIZES, k=SIZES, more=st.floats(0, 1), share=st.floats(0, 1))
def test_fewer_non_zeros_never_take_longer(multipliers, n, k, more, share):
    # of filters with equal counts
    dense = array(multipliers, weight_density_fraction=more)
    sparse = array(multipliers, weight_density_fraction=more * share)

    assert cycles_of(sparse, 10, n, k).stream <= cycles_of(dense, 10, n, k).stream


@given(multipliers=st.integers(16, 256), k=st.integers(64, 2000))
def test_fewer_drawn_non_zeros_never_take_longer_either(multipliers, k):
    streams = [
        int(cycles_of(array(multipliers, weight_density_fraction=d, dispersion=1.0), 10, 1000, k).stream)
        for d in (0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9)
    ]

    assert streams == sorted(streams)


@given(multipliers=MULTIPLIERS, ports=PORTS, n=SIZES, k=SIZES, density=st.floats(0, 1), part=st.integers(1, 299))
def test_a_tile_cut_along_filters_or_positions_streams_no_less(multipliers, ports, n, k, density, part):
    model = array(multipliers, ports, weight_density_fraction=density, dispersion=1.0)
    first = min(part, n - 1)
    if first == 0:
        return
    whole = cycles_of(model, 20, n, k)

    along_n = cycles_of(model, 20, first, k).stream + cycles_of(model, 20, n - first, k).stream
    along_m = cycles_of(model, 7, n, k).stream + cycles_of(model, 13, n, k).stream

    assert along_m == whole.stream
    # a small rest may not use all of a port's multipliers: then it streams faster than they do together
    if min(first, n - first) * max(1, int(density * k)) >= -(-multipliers // ports):
        assert along_n >= whole.stream


@given(multipliers=MULTIPLIERS, k=st.integers(2, 300), part=st.integers(1, 299))
def test_a_filter_that_is_cut_between_tiles_takes_no_fewer_folds(multipliers, k, part):
    # of one filter: several may pack better in parts
    model = array(multipliers, whole_k=k)
    first = min(part, k - 1)

    parts = cycles_of(model, 1, 1, first).num_folds + cycles_of(model, 1, 1, k - first).num_folds

    assert parts >= cycles_of(model, 1, 1, k).num_folds


@pytest.mark.parametrize("density", [0.01, 0.1, 0.25, 0.5, 0.9])
def test_folds_of_a_whole_mask_are_those_of_packing_it(density):
    mask = np.random.default_rng(3).random((2, 60, 9, 32)) < density
    model = array().bound_to(masked(mask))

    packed = [num_folds(rows, 128) for rows in np.count_nonzero(mask, axis=(2, 3)).tolist()]

    assert cycles_of(model, 10, 60, 288).num_folds == int(np.ceil(np.mean(packed)))


def test_mask_of_a_density_gives_about_its_closed_form():
    # worst of these draws: 4 %, at a density of a quarter
    for density in (0.1, 0.25, 0.5):
        mask = np.random.default_rng(5).random((1, 512, 1, 256)) < density
        known, expected = masked(mask), nest(mask.shape, given_density(density))

        from_mask = cycles_of(array().bound_to(known), 64, 512, 256)
        from_density = cycles_of(array().bound_to(expected), 64, 512, 256)

        assert from_density.stream == pytest.approx(from_mask.stream, rel=0.06)


def test_filters_without_weights_take_nothing():
    mask = np.zeros((1, 64, 1, 256), dtype=bool)
    mask[0, 0] = True

    assert cycles_of(array().bound_to(masked(mask)), 10, 64, 256).num_folds == 3


@pytest.mark.parametrize(
    ("pattern", "dispersion"), [(None, 1.0), (NmPattern(n=2, m=4), 0.0), (BlockPattern(filters=1, channels=4), 4.0)]
)
def test_dispersion_of_patterns(pattern, dispersion):
    bound = array().bound_to(nest((1, 64, 1, 256), given_density(0.5, pattern)))

    assert bound.dispersion == dispersion


def test_non_zeros_of_filters():
    mask = np.zeros((2, 3, 2, 2), dtype=bool)
    mask[1, 2, :, 0] = True

    assert nonzeros_per_filter(Mask.of(mask)).tolist() == [[0, 0, 0], [0, 0, 2]]


def test_broadcasts_over_grids_without_a_loop():
    model = array(weight_density_fraction=0.3, dispersion=1.0)
    m, n, k = np.arange(1, 6)[:, None, None], np.arange(1, 20)[:, None], 7 * np.arange(1, 40)
    model.tile_cycles(m, n, k)

    start = time.perf_counter()
    together = model.tile_cycles(m, n, k)

    assert time.perf_counter() - start < 0.5
    assert together.stream.shape == together.num_folds.shape == (5, 19, 39)
    assert together.stream[4, 3, 2] == cycles_of(model, 5, 4, 21).stream


def test_two_million_weights_are_bound_without_a_loop():
    large = masked(np.random.default_rng(0).random((1, 512, 9, 512)) < 0.2)
    start = time.perf_counter()
    array().bound_to(large)

    assert time.perf_counter() - start < 5


def test_describes_itself():
    assert array().num_pes == array().peak_macs_per_cycle == 128
    assert array().streamed_dimension is Dimension.M
    assert array().tile_units == (1, 1, 128)
    assert array(weight_density_fraction=0.25).performed_fraction == 0.25


def test_one_multiplier_is_too_few():
    fields = {"clock_hz": "1 GHz", "formats": ("int8",), "accumulator_format": "int32", "dataflow": "ws"}
    section = {"distribution_bandwidth": 1, "reduction_bandwidth": 1}
    single = Array.model_validate(fields | {"type": "sigma", "rows": 1, "cols": 1, "sigma": section})

    with pytest.raises(ConfigError, match=r"array\.rows: expected at least 2 multipliers \(rows x cols\)"):
        sigma_array(single)
