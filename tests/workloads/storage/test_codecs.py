"""Laws that hold for every storage format."""

from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workloads.storage.drawn import CODEC_PATTERNS, masks_of, sparse_arrays, written_bits
from workloads.errors import ConfigError
from workloads.sparsity import BlockPattern, NmPattern
from workloads.storage import RandomMask, StorageFormat, StorageMisfit, codec_for, decode

every_codec = pytest.mark.parametrize(
    "codec",
    [codec_for(StorageFormat(name), pattern) for name, pattern in CODEC_PATTERNS],
    ids=[f"{name}-{pattern}" for name, pattern in CODEC_PATTERNS],
)
UNSTRUCTURED = [name for name, pattern in CODEC_PATTERNS if pattern is None]


def drawn_for(codec):
    return sparse_arrays(getattr(codec, "pattern", None))


@every_codec
@given(data=st.data())
@settings(max_examples=60)
def test_decoding_gives_back_the_same_array(codec, data):
    values = data.draw(drawn_for(codec))
    decoded = decode(codec.encode(values))
    assert decoded.dtype == values.dtype
    assert decoded.shape == values.shape
    assert decoded.tobytes() == values.tobytes()


@every_codec
@given(data=st.data())
@settings(max_examples=60)
def test_bits_from_the_mask_are_those_of_the_encoded_array(codec, data):
    values = data.draw(drawn_for(codec))
    element_bits = data.draw(st.sampled_from([1, 4, 8, 16]))
    encoded = codec.encode(values)
    counted = codec.exact_bits(values != 0, element_bits)
    assert counted == encoded.bits(element_bits)
    assert counted.value_bits == encoded.values.size * element_bits
    assert counted.metadata_bits == len(written_bits(encoded))


@every_codec
@pytest.mark.parametrize("shape", [(1, 1), (1, 70), (70, 1), (3, 7), (2, 3, 2, 5)])
def test_arrays_all_zero(codec, shape):
    values = np.zeros(shape, dtype=np.float16)
    assert decode(codec.encode(values)).tobytes() == values.tobytes()


@every_codec
@given(data=st.data())
def test_array_without_zeros_is_never_smaller_than_dense(codec, data):
    """N:M with N < M cannot hold one at all, unless its groups are that short."""
    shape = data.draw(st.sampled_from([(1, 1), (1, 33), (33, 1), (7, 9), (2, 3, 2, 5)]))
    element_bits = data.draw(st.integers(1, 16))
    mask = np.ones(shape, dtype=bool)
    dense = codec_for(StorageFormat.DENSE).exact_bits(mask, element_bits)
    try:
        bits = codec.exact_bits(mask, element_bits)
    except StorageMisfit:
        assert codec.format is StorageFormat.NM
        return
    assert bits.total_bits >= dense.total_bits == mask.size * element_bits
    if codec.format not in (StorageFormat.NM, StorageFormat.BLOCK):  # these may also fill up groups and blocks
        assert bits.value_bits == dense.value_bits


MODELS = [
    (None, 0.02),
    (None, 0.3),
    (None, 0.95),
    (NmPattern(n=1, m=16), 1 / 16),
    (NmPattern(n=2, m=8), 0.1),
    (NmPattern(n=2, m=64), 0.02),
    (BlockPattern(filters=4, channels=2), 0.2),
    (BlockPattern(filters=1, channels=16), 0.05),
]


@pytest.mark.parametrize(("pattern", "density"), MODELS)
@pytest.mark.parametrize(
    "codec",
    [
        *(codec_for(StorageFormat(name)) for name in UNSTRUCTURED),
        codec_for(StorageFormat.RUN_LENGTH, run_bits=2),
        codec_for(StorageFormat.BLOCK, BlockPattern(filters=4, channels=2)),
        codec_for(StorageFormat.BLOCK, BlockPattern(filters=3, channels=5)),
    ],
    ids=str,
)
def test_expectation_is_the_mean_of_counted_masks(codec, pattern, density):
    """40 masks with 18,000 kept blocks or more between them, so that the mean is known to 0.7 %."""
    model, masks = _drawn(pattern, density)
    counted = [codec.exact_bits(mask, 8) for mask in masks]
    expected = codec.expected_bits(model, 8)
    assert expected.value_bits == pytest.approx(np.mean([bits.value_bits for bits in counted]), rel=0.015)
    assert expected.metadata_bits == pytest.approx(np.mean([bits.metadata_bits for bits in counted]), rel=0.015)


@lru_cache
def _drawn(pattern, density):
    model = RandomMask(arrangement=(2, 64, 9, 128), density_fraction=density, pattern=pattern)
    rng = np.random.default_rng(7)
    return model, [masks_of(model, rng) for _ in range(40)]


@pytest.mark.parametrize("pattern", [None, NmPattern(n=2, m=8), BlockPattern(filters=2, channels=4)], ids=str)
@pytest.mark.parametrize("name", [*UNSTRUCTURED, "block"])
def test_expected_bits_do_not_fall_with_density(name, pattern):
    codec = codec_for(StorageFormat(name), BlockPattern(filters=2, channels=4))
    most = 0.25 if isinstance(pattern, NmPattern) else 1.0
    totals = [
        codec.expected_bits(
            RandomMask(arrangement=(1, 6, 9, 16), density_fraction=density, pattern=pattern), 8
        ).total_bits
        for density in np.linspace(0, most, 201)
    ]
    assert np.diff(totals).min() >= -1e-9
    assert np.all(np.isfinite(totals))


@given(data=st.data())
@settings(max_examples=60)
def test_one_more_non_zero_never_takes_fewer_bits(data):
    mask = data.draw(sparse_arrays()) != 0
    place = tuple(data.draw(st.integers(0, size - 1)) for size in mask.shape)
    more = mask.copy()
    more[place] = True
    for name in UNSTRUCTURED:
        codec = codec_for(StorageFormat(name), run_bits=2)
        assert codec.exact_bits(more, 8).total_bits >= codec.exact_bits(mask, 8).total_bits


@pytest.mark.parametrize("name", [*UNSTRUCTURED, "block"])
@pytest.mark.parametrize("density", [0.0, 1.0])
def test_nothing_is_left_to_chance_at_density_0_and_1(name, density):
    codec = codec_for(StorageFormat(name), BlockPattern(filters=2, channels=3))
    model = RandomMask(arrangement=(2, 5, 3, 7), density_fraction=density)
    mask = np.full(model.arrangement, density == 1)
    assert codec.expected_bits(model, 8).total_bits == pytest.approx(codec.exact_bits(mask, 8).total_bits)


def test_negative_zero_is_a_zero():
    values = np.array([[-0.0, 2.0]], dtype=np.float16)
    encoded = codec_for(StorageFormat.CSR).encode(values)
    assert encoded.values.tolist() == [2.0]
    assert decode(encoded).tolist() == [[0.0, 2.0]]


@pytest.mark.parametrize(
    ("name", "pattern", "message"),
    [
        ("nm", None, "format nm: expected a pattern N:M, found none"),
        ("nm", BlockPattern(filters=2, channels=2), "format nm: expected a pattern N:M, found block 2x2"),
        ("block", NmPattern(n=2, m=4), "format block: expected a pattern of blocks, found 2:4"),
    ],
)
def test_pattern_that_the_format_does_not_store_by(name, pattern, message):
    with pytest.raises(StorageMisfit) as found:
        codec_for(StorageFormat(name), pattern)
    assert str(found.value) == message


@pytest.mark.parametrize("run_bits", [0, 33])
def test_run_bits_out_of_range(run_bits):
    with pytest.raises(ConfigError, match=rf"format run_length: {run_bits} run bits, expected 1 to 32"):
        codec_for(StorageFormat.RUN_LENGTH, run_bits=run_bits)
