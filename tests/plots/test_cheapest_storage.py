from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plots.cheapest_storage import LEAST_DENSITY, StoredElements
from workloads.errors import ConfigError
from workloads.sparsity import BlockPattern, NmPattern, Pattern
from workloads.storage import StorageFormat

SMALL = (1, 64, 1, 64)


def test_bits_of_an_element_by_hand() -> None:
    """Dense: 8. Bitmap: 1 + 8 d. COO on 64 x 64: (8 + 6 + 6) d. 2:8 keeps 2 of 8, 3 index bits: (8 + 3) / 4."""
    elements = StoredElements(arrangement=SMALL)
    assert elements.bits_an_element(StorageFormat.DENSE, 0.3) == 8
    assert elements.bits_an_element(StorageFormat.BITMAP, 0.25) == 3
    assert elements.bits_an_element(StorageFormat.COO, 0.25) == 5
    nm = StoredElements(arrangement=SMALL, pattern=NmPattern(n=2, m=8))
    assert nm.bits_an_element(StorageFormat.NM, 0.25) == 11 / 4


def test_formats_that_fit_the_pattern() -> None:
    unstructured = set(StoredElements(arrangement=SMALL).formats)
    assert set(StorageFormat) - unstructured == {StorageFormat.NM, StorageFormat.BLOCK}
    nm = StoredElements(arrangement=SMALL, pattern=NmPattern(n=2, m=8))
    assert set(nm.formats) - unstructured == {StorageFormat.NM}
    blocks = StoredElements(arrangement=SMALL, pattern=BlockPattern(filters=4, channels=4))
    assert set(blocks.formats) - unstructured == {StorageFormat.BLOCK}


def test_a_pattern_ends_the_axis() -> None:
    nm = StoredElements(arrangement=SMALL, pattern=NmPattern(n=2, m=8))
    assert nm.most_density_fraction == nm.densities()[-1] == 0.25
    assert nm.densities()[0] == LEAST_DENSITY


@pytest.mark.parametrize("element_bits", [2, 8, 16])
def test_bitmap_gives_way_to_dense_where_it_saves_less_than_its_bit(element_bits: int) -> None:
    """1 + b d = b at d = 1 - 1/b."""
    *_, bitmap, dense = StoredElements(element_bits=element_bits).cheapest_ranges()
    assert (bitmap.format, dense.format) == (StorageFormat.BITMAP, StorageFormat.DENSE)
    assert bitmap.high_fraction == dense.low_fraction == pytest.approx(1 - 1 / element_bits)


@settings(max_examples=20, deadline=None)
@given(
    element_bits=st.integers(1, 32),
    pattern=st.sampled_from([None, NmPattern(n=2, m=8), BlockPattern(filters=2, channels=4)]),
)
def test_ranges_join_and_hold_the_cheapest(element_bits: int, pattern: Pattern | None) -> None:
    elements = StoredElements(element_bits=element_bits, arrangement=SMALL, pattern=pattern)
    ranges = elements.cheapest_ranges()
    assert ranges[0].low_fraction == LEAST_DENSITY
    assert ranges[-1].high_fraction == elements.most_density_fraction
    assert all(left.high_fraction == right.low_fraction for left, right in pairwise(ranges))
    assert all(left.format is not right.format for left, right in pairwise(ranges))
    for density in elements.densities():
        (stretch,) = [one for one in ranges if one.low_fraction <= density < one.high_fraction] or ranges[-1:]
        bits = {format: elements.bits_an_element(format, density) for format in elements.formats}
        assert bits[stretch.format] == pytest.approx(min(bits.values()))


def test_expected_bits_are_the_mean_of_random_masks() -> None:
    from workloads.storage import codec_for

    elements = StoredElements(arrangement=SMALL)
    rng = np.random.default_rng(0)
    for format in (StorageFormat.RUN_LENGTH, StorageFormat.CSR):
        counted = [codec_for(format).exact_bits(rng.random(SMALL) < 0.1, 8).total_bits / 4096 for _ in range(50)]
        assert elements.bits_an_element(format, 0.1) == pytest.approx(np.mean(counted), rel=0.02)


def test_elements_and_patterns_that_have_no_axis() -> None:
    with pytest.raises(ConfigError, match=r"^storage_against_density: elements of 0 bits, expected 1 or more$"):
        StoredElements(element_bits=0)
    with pytest.raises(ConfigError) as caught:
        StoredElements(pattern=NmPattern(n=1, m=128))
    assert str(caught.value) == (
        "storage_against_density: pattern 1:128 has densities up to 0.0078125, expected more than 0.01"
    )
