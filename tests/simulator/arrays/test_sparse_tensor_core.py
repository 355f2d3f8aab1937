"""Closed forms of the sparse tensor core family: hand arithmetic, laws, and which pattern weights run at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw_configs.accelerator import Array
from hw_configs.array_sections import SparseTensorCore
from simulator.arrays import array_model
from simulator.arrays.protocol import Dimension
from simulator.arrays.sparse_tensor_core import (
    SparseTensorCoreArray,
    mask_keeps,
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


def nest(weights: Sparsity | None, taps: int = 1) -> MatrixNest:
    return MatrixNest(
        groups=1,
        batch=8,
        axes=(),
        num_filters=4,
        num_channels=8,
        k_per_channel=taps,
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
    # K = 128 at 2:6: 22 groups keep 44, 3 steps of 16 = 48, from 144 inputs; 128 * 2 / 6 rounds up to 43 weights.
    cycles = core((2, 6)).tile_cycles(*sizes(1024, 512, 128))

    assert core((2, 6)).padded_k(*sizes(128)) == 144
    assert cycles.stream == 512 * 48
    assert cycles.padding == 512 * 48 - 512 * 43


def test_2_6_can_be_slower_than_2_4():
    # K = 32: 2:4 keeps 16, one step; 2:6 has 6 groups that keep 12, one step too, but selects from 48 inputs
    four, six = (core(pattern).scratchpad_accesses(*sizes(128, 64, 32)) for pattern in ((2, 4), (2, 6)))

    assert six.input_read == 1.5 * four.input_read


def test_groups_run_along_channels_at_each_kernel_position():
    # 9 kernel positions x 6 channels at 2:4: 2 groups each, 18 in all, 36 weights, 3 steps; K in one run has 14 groups
    assert core((2, 4), k_per_channel=9).padded_k(*sizes(54)) == 96
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

    assert (bound.pattern, bound.k_per_channel, bound.performed_fraction) == ((1, 1), 9, 1.0)


def test_masks_decide_where_there_are_any():
    groups_of_eight = np.zeros((1, 4, 3, 16))
    groups_of_eight[..., [2, 3, 12]] = 1
    assert core().bound_to(nest(with_mask(groups_of_eight))).pattern == (2, 8)

    groups_of_eight[0, 3, 2, 4] = 1  # a third one in channels 0 to 7; 2, 3 | 4 are in different groups of four
    assert core().bound_to(nest(with_mask(groups_of_eight))).pattern == (2, 4)

    groups_of_eight[0, 3, 2, 1] = 1  # 1, 2, 3
    assert core().bound_to(nest(with_mask(groups_of_eight))).pattern == (1, 1)


@given(seed=st.integers(0, 2**32 - 1), channels=st.integers(1, 30), group=st.integers(1, 9), kept=st.integers(1, 9))
def test_mask_keeps_equals_a_loop(seed, channels, group, kept):
    nonzero = np.random.default_rng(seed).random((2, 3, 2, channels)) < 0.3

    rows = nonzero.reshape(-1, channels)
    slow = all(row[first : first + group].sum() <= kept for row in rows for first in range(0, channels, group))

    assert mask_keeps(Mask.of(nonzero), kept, group) == slow


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
    bound = core((2, 8))

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
