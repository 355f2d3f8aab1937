import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workloads.storage.drawn import sparse_arrays
from workloads.sparsity import NmPattern
from workloads.storage import RandomMask, StorageBits, decode
from workloads.storage.run_length import RunLength, _geometric_sums, expected_stored_zeros


def pairs_one_by_one(flat, run_bits):
    """The encoder as a reader of the format would write it: a counter of zeros that is full at 2^bits - 1."""
    pairs, run, last = [], 0, np.flatnonzero(flat)[-1] if np.any(flat) else -1
    for value in flat[: last + 1].tolist():
        if value == 0 and run < 2**run_bits - 1:
            run += 1
        else:
            pairs.append((run, value))
            run = 0
    return pairs


@given(values=sparse_arrays(), run_bits=st.integers(1, 6))
def test_same_pairs_as_a_counter_gives(values, run_bits):
    stored = RunLength(run_bits).encode(values)
    pairs = list(zip(stored.numbers("runs").tolist(), stored.values.tolist(), strict=True))
    assert pairs == pairs_one_by_one(values.ravel(), run_bits)
    assert decode(stored).tobytes() == values.tobytes()


def test_example_of_the_docstring():
    """Five zeros between 7 and 5: three of them, the fourth stored, one more."""
    stored = RunLength(2).encode(np.array([[0, 7, 0, 0, 0, 0, 0, 5, 0]], dtype=np.int8))
    assert stored.numbers("runs").tolist() == [1, 3, 1]
    assert stored.values.tolist() == [7, 0, 5]
    assert stored.bits(8) == StorageBits(value_bits=24, metadata_bits=6)


@pytest.mark.parametrize(("num_zeros", "num_pairs"), [(0, 1), (31, 1), (32, 2), (63, 2), (64, 3)])
def test_five_bits_count_31_zeros(num_zeros, num_pairs):
    mask = np.zeros((1, num_zeros + 1), dtype=bool)
    mask[0, -1] = True
    assert RunLength().exact_bits(mask, 16) == StorageBits(value_bits=16 * num_pairs, metadata_bits=5 * num_pairs)


def test_runs_go_on_in_the_next_row():
    stored = RunLength().encode(np.array([[1, 0, 0], [0, 0, 1]]))
    assert stored.numbers("runs").tolist() == [0, 4]


@pytest.mark.parametrize(("length", "density", "stride"), [(1, 0.5, 2), (9, 0.3, 2), (12, 0.05, 4), (13, 0.9, 2)])
def test_expected_stored_zeros_by_listing_all_masks(length, density, stride):
    """Every mask of the length with its probability: the closed form is exact for independent elements."""
    run_bits = stride.bit_length() - 1
    masks = (np.arange(2**length)[:, np.newaxis] >> np.arange(length)) & 1 == 1
    probabilities = np.prod(np.where(masks, density, 1 - density), axis=1)
    stored = [sum(value == 0 for _, value in pairs_one_by_one(mask.astype(int), run_bits)) for mask in masks]
    model = RandomMask(arrangement=(1, 1, 1, length), density_fraction=density)
    assert expected_stored_zeros(model, stride) == pytest.approx(probabilities @ stored)


def test_share_of_stored_zeros_in_a_long_stream():
    """Renewals: a pair is written after a non-zero or 32 zeros, (1 - q^32) / p elements in the mean."""
    model = RandomMask(arrangement=(1, 1000, 1, 10_000), density_fraction=0.02)
    pairs = model.num_nonzeros + expected_stored_zeros(model, 32)
    assert pairs / 1e7 == pytest.approx(0.02 / (1 - 0.98**32), rel=1e-4)


def test_groups_that_are_full_have_no_long_runs():
    """Between two non-zeros of 1:16 there are at most 30 zeros; of independent elements as dense, often more."""
    pattern = NmPattern(n=1, m=16)
    full = RandomMask(arrangement=(1, 64, 1, 256), density_fraction=1 / 16, pattern=pattern)
    assert expected_stored_zeros(full, 32) == pytest.approx(0, abs=1e-9)
    assert expected_stored_zeros(RandomMask(arrangement=(1, 64, 1, 256), density_fraction=1 / 16), 32) > 100


def test_huge_and_nearly_empty_tensor():
    """2^48 elements, one non-zero expected: about 1/e of the 2^48 / 32 zeros that one at the very end would store."""
    model = RandomMask(arrangement=(1, 2**24, 1, 2**24), density_fraction=2.0**-48)
    assert expected_stored_zeros(model, 32) == pytest.approx(2**43 / np.e, rel=1e-3)


@given(factor=st.floats(0, 1), num_terms=st.integers(1, 300))
def test_geometric_sums_term_by_term(factor, num_terms):
    powers = factor ** np.arange(num_terms)
    assert _geometric_sums(factor, num_terms) == pytest.approx((powers.sum(), np.arange(num_terms) @ powers))
