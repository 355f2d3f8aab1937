"""Closed forms of the sparse tensor core family: hand arithmetic, laws, and which pattern weights run at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_configs.accelerator import Array
from hw_configs.array_sections import SparseTensorCore
from simulator.arrays import array_model
from simulator.arrays.nm_groups import ReductionGroups
from simulator.arrays.protocol import Dimension
from simulator.arrays.sparse_tensor_core import (
    SparseTensorCoreArray,
    metadata_bits,
    sparse_tensor_core_array,
)
from workloads.errors import ConfigError
from workloads.loop_nest import MatrixNest
from workloads.sparsity import BlockPattern, Mask, NmPattern, Sparsity, SparsityOrigin

SECTION = SparseTensorCore(patterns=((2, 4), (2, 6), (2, 8)))
PATTERNS = st.sampled_from([(1, 1), (2, 4), (2, 6), (2, 8), (1, 4), (3, 4)])
SIZES = st.integers(1, 3000)


def core(pattern=(1, 1), num_pes=1024, **changes) -> SparseTensorCoreArray:
    return SparseTensorCoreArray(num_pes, SECTION, pattern, **changes)


def sizes(*values):
    return tuple(np.asarray(value, dtype=np.int64) for value in values)


def nest(weights: Sparsity | None, taps: int = 1, channels: int = 64, unfolded_taps: int = 1) -> MatrixNest:
    return MatrixNest(
        groups=1,
        batch=8,
        axes=(),
        num_filters=4,
        num_channels=channels,
        k_per_channel=taps,
        is_unfolded=unfolded_taps > 1,
        unfolded_taps=unfolded_taps,
        input_bits=8,
        weight_bits=8,
        output_bits=8,
        resident_bits=0,
        num_output_elements=32,
        weight_sparsity=weights,
    )


def with_pattern(pattern) -> Sparsity:
    return Sparsity(density_fraction=0.25, origin=SparsityOrigin.GIVEN, pattern=pattern)


def with_mask(nonzero: np.ndarray) -> Sparsity:
    return Sparsity(
        density_fraction=float(nonzero.mean()), origin=SparsityOrigin.PRUNED, mask=Mask.of(nonzero.astype(bool))
    )


def test_hand_arithmetic():
    # 1,024 positions, 128 filters, K = 1,152 at 2:8: 144 groups keep 288 weights, 18 steps of 16
    cycles = core((2, 8)).tile_cycles(*sizes(1024, 128, 1152))

    assert cycles.stream == 1024 * 128 * 18 * 16 / 1024 == 36_864
    assert (cycles.fill, cycles.padding, cycles.imbalance) == (0, 0, 0)
    assert cycles.num_folds == (1024 // 128) * (128 // 64)


def test_padding_of_2_6_by_hand():
    # K = 128 at 2:6: 22 groups keep 44, 3 steps of 16 = 48, from 144 inputs; the last group has 2 channels for its 2
    cycles = core((2, 6)).tile_cycles(*sizes(1024, 512, 128))

    assert core((2, 6)).padded_k(*sizes(128)) == 144
    assert cycles.stream == 512 * 48
    assert cycles.padding == 512 * 48 - 512 * 44


def test_2_6_can_be_slower_than_2_4():
    # K = 32: 2:4 keeps 16, one step; 2:6 has 6 groups that keep 12, one step too, but selects from 48 inputs
    four, six = (core(pattern).scratchpad_accesses(*sizes(128, 64, 32)) for pattern in ((2, 4), (2, 6)))

    assert six.input_read == 1.5 * four.input_read


def test_groups_run_along_channels_at_each_kernel_position():
    # 9 kernel positions x 6 channels at 2:4: 2 groups each, 18 in all, 36 weights, 3 steps; K in one run has 14 groups
    assert core((2, 4), groups=ReductionGroups(taps=9, channels=6)).padded_k(*sizes(54)) == 96
    assert core((2, 4)).padded_k(*sizes(54)) == 64


def test_accesses_by_hand():
    accesses = core((2, 4)).scratchpad_accesses(*sizes(1024, 128, 1152))

    assert accesses.input_read == 1024 * 1152 * 128 // 64
    assert accesses.weight_read == 128 * 1152 * 1024 // 128
    assert (accesses.output_read, accesses.output_write) == (0, 1024 * 128)


def test_part_of_a_share_counts_for_that_part_but_never_less_than_once():
    accesses = core().scratchpad_accesses(*sizes(192, 32, 16))

    assert accesses.input_read == 192 * 16  # half a share of filters
    assert accesses.weight_read == 32 * 16 * 1.5  # 192 positions are one and a half shares


def test_broadcasts():
    array = core((2, 8))
    m, n, k = np.array([[64], [100]]), np.array([32, 7, 1]), np.int64(200)

    together = array.tile_cycles(m, n, k)

    assert together.stream.dtype == np.int64
    assert together.stream.tolist() == [
        [int(array.tile_cycles(*sizes(row, col, 200)).stream) for col in (32, 7, 1)] for row in (64, 100)
    ]


@given(m=SIZES, n=SIZES, k=SIZES)
def test_dense_streams_k_rounded_up_to_steps(m, n, k):
    cycles = core().tile_cycles(*sizes(m, n, k))

    assert cycles.stream == -(-m * n * (-(-k // 16) * 16) // 1024)


@given(m=SIZES, n=SIZES, k=SIZES, pattern=PATTERNS)
def test_parts_are_at_most_the_whole(m, n, k, pattern):
    cycles = core(pattern).tile_cycles(*sizes(m, n, k))

    assert 0 <= cycles.padding <= cycles.stream
    assert cycles.stream * 1024 >= m * n * k * pattern[0] / pattern[1]


@given(m=SIZES, n=SIZES, blocks=st.integers(1, 20))
def test_fewer_kept_weights_are_never_slower_where_k_is_whole_steps_of_all(m, n, blocks):
    streams = [int(core(p).tile_cycles(*sizes(m, n, 192 * blocks)).stream) for p in ((2, 8), (2, 6), (2, 4), (1, 1))]

    assert streams == sorted(streams)


@given(m=SIZES, n=SIZES, k=SIZES, part=st.integers(1, 2999), axis=st.integers(0, 2), pattern=PATTERNS)
def test_splitting_a_tile_never_helps(m, n, k, part, axis, pattern):
    whole = [m, n, k]
    first = [*whole]
    first[axis] = min(part, whole[axis] - 1)
    rest = [*whole]
    rest[axis] -= first[axis]
    array = core(pattern)
    if first[axis] == 0:
        return

    streams = [int(array.tile_cycles(*sizes(*tile)).stream) for tile in (whole, first, rest)]
    inputs = [int(array.scratchpad_accesses(*sizes(*tile)).input_read) for tile in (whole, first, rest)]

    assert streams[1] + streams[2] >= streams[0]
    assert inputs[1] + inputs[2] >= inputs[0]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (NmPattern(n=2, m=4), (2, 4)),
        (NmPattern(n=2, m=6), (2, 6)),
        (NmPattern(n=2, m=8), (2, 8)),
        (NmPattern(n=1, m=4), (2, 8)),  # two groups of four keep two of eight
        (NmPattern(n=1, m=2), (2, 4)),
        (NmPattern(n=2, m=16), (2, 8)),
        (NmPattern(n=1, m=16), (2, 8)),
        (NmPattern(n=4, m=8), (1, 1)),  # all four may be neighbours
        (NmPattern(n=3, m=4), (1, 1)),
        (BlockPattern(filters=4, channels=4), (1, 1)),
        (None, (1, 1)),
    ],
)
def test_pattern_that_weights_run_at(pattern, expected):
    assert core().bound_to(nest(with_pattern(pattern))).pattern == expected


def test_weights_of_which_nothing_is_known_are_dense():
    bound = core((2, 4)).bound_to(nest(None, taps=9))

    assert (bound.pattern, bound.groups.taps, bound.performed_fraction) == ((1, 1), 9, 1.0)


def test_masks_decide_where_there_are_any():
    groups_of_eight = np.zeros((1, 4, 3, 64))
    groups_of_eight[..., [2, 3, 12]] = 1
    assert core().bound_to(nest(with_mask(groups_of_eight), taps=3)).pattern == (2, 8)

    groups_of_eight[0, 3, 2, 4] = 1  # a third one in channels 0 to 7; 2, 3 | 4 are in different groups of four
    assert core().bound_to(nest(with_mask(groups_of_eight), taps=3)).pattern == (2, 4)

    groups_of_eight[0, 3, 2, 1] = 1  # 1, 2, 3
    assert core().bound_to(nest(with_mask(groups_of_eight), taps=3)).pattern == (1, 1)


def test_a_depthwise_layer_runs_dense():
    # 9 positions of 1 channel: 2:4 would keep 18 weights, two steps of 16, for 9 in one
    half = np.random.default_rng(1).random((1, 4, 9, 1)) < 0.5

    bound = core().bound_to(nest(with_mask(half), taps=9, channels=1))

    assert (bound.pattern, bound.performed_fraction) == ((1, 1), 1.0)
    assert bound.tile_cycles(*sizes(64, 1, 9)).stream == 1


def test_the_first_layer_of_a_network_unfolded_or_not_masked_or_not():
    # 3 channels at 49 positions, 2:8: a group of two slots each, 98, 7 steps of 16; dense 147, 10 steps.
    # 12,544 positions, 64 filters: 7 * 12544 * 64 / 64 = 87,808 cycles, of which 98 / 112 have a weight: 76,832
    order = np.random.default_rng(2).permuted(np.tile(np.arange(3), (1, 64, 49, 1)), axis=-1)
    two_of_eight = NmPattern(n=2, m=8)
    for sparsity in (with_pattern(two_of_eight), with_mask(order < 2)):
        for weights in (
            nest(sparsity, taps=49, channels=3),
            nest(sparsity, channels=147, unfolded_taps=49),
        ):
            bound = core().bound_to(weights)
            cycles = bound.tile_cycles(*sizes(12_544, 64, 147))

            assert (cycles.stream, cycles.stream - cycles.padding) == (87_808, 76_832)
            assert bound.performed_fraction == 98 / 147
            # two of three in a group: 2:4 selects from the fewest inputs
            assert (bound.pattern, bound.padded_k(*sizes(147))) == ((2, 4), 7 * 32)


CHANNELS = st.integers(1, 40)
TAPS = st.integers(1, 9)


def shapes(channels: int, taps: int) -> list[dict[str, int]]:
    folded = {"taps": taps, "channels": channels}
    return [folded, {"channels": channels * taps, "unfolded_taps": taps}] if taps > 1 else [folded]


@given(channels=CHANNELS, taps=TAPS)
def test_density_one_is_dense(channels, taps):
    full = with_mask(np.ones((1, 4, taps, channels)))

    for shape in shapes(channels, taps):
        known, dense = core().bound_to(nest(full, **shape)), core().bound_to(nest(None, **shape))
        whole = sizes(64, 4, channels * taps)

        assert known.tile_cycles(*whole) == dense.tile_cycles(*whole)
        assert known.scratchpad_accesses(*whole) == dense.scratchpad_accesses(*whole)


@given(
    channels=CHANNELS, taps=TAPS, seed=st.integers(0, 2**32 - 1), densities=st.tuples(st.floats(0, 1), st.floats(0, 1))
)
def test_a_sparser_mask_is_never_slower_and_none_slower_than_dense(channels, taps, seed, densities):
    places = np.random.default_rng(seed).random((1, 4, taps, channels))

    for shape in shapes(channels, taps):
        arrays = [core().bound_to(nest(with_mask(places < density), **shape)) for density in (*sorted(densities), 1.1)]
        streams = [int(array.tile_cycles(*sizes(64, 4, channels * taps)).stream) for array in arrays]

        assert streams == sorted(streams)
        for array, density in zip(arrays, sorted(densities), strict=False):
            assert array.performed_fraction >= (places < density).mean() - 1e-12


@given(channels=CHANNELS, taps=TAPS, seed=st.integers(0, 2**32 - 1), pattern=PATTERNS)
def test_padding_is_no_part_of_what_is_performed(channels, taps, seed, pattern):
    for shape in shapes(channels, taps):
        array = core().bound_to(nest(with_pattern(NmPattern(n=pattern[0], m=pattern[1])), **shape))
        cycles = array.tile_cycles(*sizes(64, 4, channels * taps))

        performed = 64 * 4 * channels * taps * array.performed_fraction / array.num_pes
        assert 0 <= cycles.padding <= cycles.stream - performed + 1e-9


def test_patterns_of_storage():
    array, dense = core().bound_to(nest(with_pattern(NmPattern(n=1, m=4)))), core()

    assert array.stored_pattern(NmPattern(n=1, m=4)) == array.stored_pattern(None) == NmPattern(n=2, m=8)
    assert dense.stored_pattern(NmPattern(n=1, m=4)) is None
    blocks = BlockPattern(filters=4, channels=4)
    assert array.stored_pattern(blocks) == dense.stored_pattern(blocks) == blocks


@pytest.mark.parametrize(
    ("pattern", "encoding", "bits"),
    [
        ((2, 4), "coordinates", 2),
        ((2, 6), "coordinates", 4),
        ((2, 8), "coordinates", 4),
        ((2, 4), "run_length", 2),
        ((2, 6), "run_length", 2),
        ((2, 8), "run_length", 4),
        ((2, 32), "coordinates", 8),
    ],
)
def test_metadata_bits(pattern, encoding, bits):
    assert metadata_bits(pattern, encoding) == bits


def test_properties():
    bound = core((2, 8), groups=ReductionGroups(channels=64))

    assert (bound.performed_fraction, bound.peak_macs_per_cycle, bound.metadata_bits) == (0.25, 1024.0, 4)
    assert core().metadata_bits == 0
    assert bound.streamed_dimension is Dimension.K
    assert bound.tile_units == (128, 64, 1)


def array(**changes) -> Array:
    fields = {
        "type": "sparse_tensor_core",
        "rows": 32,
        "cols": 32,
        "dataflow": "os",
        "clock_hz": "1 GHz",
        "formats": ("int8",),
        "accumulator_format": "int32",
        "sparse_tensor_core": {"patterns": ["2:4"]},
    }
    return Array.model_validate(fields | changes)


def test_array_model():
    assert array_model(array()) == SparseTensorCoreArray(1024, SparseTensorCore(patterns=((2, 4),)))


def test_pes_that_make_no_whole_units():
    with pytest.raises(
        ConfigError, match=r"array\.rows x array\.cols: expected a multiple of .* = 16, found 5 x 5 = 25"
    ):
        array_model(array(rows=5, cols=5))


def test_other_dataflows():
    with pytest.raises(ConfigError, match=r"expected os for array\.type sparse_tensor_core, found ws"):
        array_model(array(dataflow="ws"))


def test_missing_section():
    unchecked = array().model_copy(update={"sparse_tensor_core": None})
    with pytest.raises(ConfigError, match=r"array\.sparse_tensor_core: expected a section, found none"):
        sparse_tensor_core_array(unchecked)
