import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.formats import FP16, INT8
from workloads.sparsity import BlockPattern, Mask, NmPattern, Sparsity, SparsityOrigin
from workloads.storage import StorageBits, StorageFormat, StorageMisfit, cheapest, stored_bits
from workloads.tensor import Tensor, TensorRole

SHAPE = (1, 4, 1, 16)


def weight(sparsity=None, num_codes=None, format=INT8):
    return Tensor(
        name="w", shape=(4, 16), format=format, role=TensorRole.WEIGHT, sparsity=sparsity, num_codes=num_codes
    )


def sparse(density, pattern=None, mask=None):
    return Sparsity(
        density_fraction=density,
        origin=SparsityOrigin.GIVEN,
        pattern=pattern,
        mask=None if mask is None else Mask.of(mask),
    )


def masked(mask, pattern=None):
    return weight(sparse(float(mask.mean()), pattern, mask))


def test_nothing_known_is_dense():
    """64 int8; a bitmap adds a bit each."""
    assert stored_bits(weight(), SHAPE, StorageFormat.DENSE) == StorageBits(value_bits=512, metadata_bits=0)
    assert stored_bits(weight(), SHAPE, StorageFormat.BITMAP) == StorageBits(value_bits=512, metadata_bits=64)
    assert cheapest(weight(), SHAPE).format is StorageFormat.DENSE


def test_density_gives_the_expectation():
    bits = stored_bits(weight(sparse(0.25)), SHAPE, StorageFormat.BITMAP)
    assert bits == StorageBits(value_bits=128, metadata_bits=64)


def test_mask_is_counted():
    """The last of 64 elements alone: run length writes 31 zeros and one, then 31 more and the value."""
    mask = np.zeros(SHAPE, dtype=bool)
    mask[0, 3, 0, 15] = True
    assert stored_bits(masked(mask), SHAPE, StorageFormat.RUN_LENGTH) == StorageBits(value_bits=16, metadata_bits=10)
    assert stored_bits(masked(mask), SHAPE, StorageFormat.RUN_LENGTH, run_bits=6).total_bits == 14


def test_activations_as_rows_and_columns():
    """(batch, channel) x positions: 4 rows, 16 columns; 32 non-zeros of 2 + 4 bits of indices."""
    features = Tensor(name="x", shape=(2, 2, 4, 4), format=INT8, role=TensorRole.ACTIVATION, sparsity=sparse(0.5))
    assert stored_bits(features, (4, 16), StorageFormat.COO) == StorageBits(value_bits=256, metadata_bits=192)


def test_codebook_narrows_elements_and_is_stored():
    """16 codes: 64 elements of 4 bits and 16 entries of 16 bits; 2:4 leaves 32 elements of 4 + 2 bits."""
    coded = weight(sparse(0.5, NmPattern(n=2, m=4)), num_codes=16, format=FP16)
    assert stored_bits(coded, SHAPE, StorageFormat.DENSE) == StorageBits(value_bits=512, metadata_bits=0)
    assert stored_bits(coded, SHAPE, StorageFormat.NM) == StorageBits(value_bits=384, metadata_bits=64)


def test_cheapest_of_all_formats_is_the_least_of_them():
    rng = np.random.default_rng(3)
    for density in (0.01, 0.1, 0.5, 0.95):
        tensor = masked(rng.random(SHAPE) < density)
        chosen = cheapest(tensor, SHAPE)
        names = [name for name in StorageFormat if name not in ("nm", "block")]
        totals = [stored_bits(tensor, SHAPE, name).total_bits for name in names]
        assert chosen.bits.total_bits == min(totals)
        assert chosen.format == names[int(np.argmin(totals))]
        assert chosen.bits == stored_bits(tensor, SHAPE, chosen.format)


def test_cheapest_of_a_pattern_is_the_format_made_for_it():
    """2:8: 16 slots of 8 + 3 bits are less than 16 of 8 and a bitmap of 64."""
    tensor = weight(sparse(0.25, NmPattern(n=2, m=8)))
    assert cheapest(tensor, SHAPE).format is StorageFormat.NM
    blocks = weight(sparse(0.25, BlockPattern(filters=4, channels=4)))
    assert cheapest(blocks, SHAPE).format is StorageFormat.BLOCK


def test_equal_formats_give_the_simpler_one():
    """One element in one row and column: coordinates take no bits, and as many as dense in all."""
    tensor = Tensor(name="w", shape=(1, 1), format=INT8, role=TensorRole.WEIGHT)
    assert cheapest(tensor, (1, 1), (StorageFormat.COO, StorageFormat.DENSE)).format is StorageFormat.DENSE
    assert cheapest(tensor, (1, 1), (StorageFormat.COO,), dense_too=False).format is StorageFormat.COO


def test_dense_is_a_candidate_unless_told_otherwise():
    assert cheapest(weight(), SHAPE, (StorageFormat.CSR,)).format is StorageFormat.DENSE
    assert cheapest(weight(), SHAPE, (StorageFormat.CSR,), dense_too=False).format is StorageFormat.CSR


def test_mask_that_breaks_its_pattern():
    """Row 1 has three non-zeros in channels 4 to 7: N:M is refused by name, and left out of the choice."""
    mask = np.zeros(SHAPE, dtype=bool)
    mask[0, 1, 0, 4:7] = True
    tensor = masked(mask, NmPattern(n=2, m=4))
    with pytest.raises(StorageMisfit, match=r"tensor 'w': format nm 2:4: row 1, group 1 of .* has 3 non-zeros, expect"):
        stored_bits(tensor, SHAPE, StorageFormat.NM)
    assert cheapest(tensor, SHAPE, (StorageFormat.NM,)).format is StorageFormat.DENSE


def test_no_candidate_that_fits():
    with pytest.raises(StorageMisfit) as found:
        cheapest(weight(), SHAPE, (StorageFormat.BLOCK, StorageFormat.NM), dense_too=False)
    assert str(found.value) == (
        "tensor 'w': format nm: expected a pattern N:M, found none; "
        "tensor 'w': format block: expected a pattern of blocks, found none"
    )
    with pytest.raises(StorageMisfit, match="tensor 'w': no storage format to choose from"):
        cheapest(weight(), SHAPE, (), dense_too=False)


def test_shape_of_another_tensor():
    with pytest.raises(NetworkError) as found:
        stored_bits(weight(), (4, 15), StorageFormat.DENSE)
    assert str(found.value) == "tensor 'w': stored as [4, 15], 60 elements; expected the 64 of shape [4, 16]"


def test_mask_of_another_shape():
    tensor = masked(np.ones((1, 16, 1, 4), dtype=bool))
    with pytest.raises(NetworkError) as found:
        stored_bits(tensor, SHAPE, StorageFormat.DENSE)
    assert str(found.value) == (
        "tensor 'w': its mask is [1, 16, 1, 4], expected [1, 4, 1, 16] (groups, filters, taps, channels)"
    )


def test_density_that_the_pattern_cannot_have():
    tensor = weight(sparse(0.75, NmPattern(n=2, m=4)))
    with pytest.raises(NetworkError, match=r"tensor 'w': density is 0\.75, expected at most 0\.5 of pattern 2:4"):
        cheapest(tensor, SHAPE)
