"""Recognition of zeros and patterns, by hand and against what made them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tests.workloads.compression.small_networks import Values, four_layers, normal_weights, upsampling
from workloads.compression.masks.magnitude import nm_mask
from workloads.compression.recognise import (
    GROUP_SIZES,
    recognise,
    tightest_pattern,
    with_recognised_sparsity,
)
from workloads.errors import NetworkError
from workloads.sparsity import NmPattern, SparsityOrigin, group_counts

NETWORK = four_layers()
MASKS = arrays.arrays(
    np.bool_, arrays.array_shapes(min_dims=4, max_dims=4, max_side=20).map(lambda s: (1, s[1] % 3 + 1, 1, s[3]))
)


def with_point(values: np.ndarray) -> Values:
    """The four layers' weights with those of the 1x1 convolution (20 filters, 16 channels) replaced."""
    return Values({**normal_weights(NETWORK).arrays, "point.weight": values.reshape(20, 16, 1, 1)})


@given(mask=MASKS)
def test_tightest_pattern_against_all_groups(mask: np.ndarray) -> None:
    rows = mask.reshape(-1, mask.shape[-1])
    options = []
    for m in GROUP_SIZES:
        if m <= rows.shape[1]:
            n = max(max(1, int(row[start : start + m].sum())) for row in rows for start in range(0, len(row), m))
            options += [(n / m, m, n)] if n < m else []
    expected = NmPattern(n=min(options)[2], m=min(options)[1]) if options else None
    assert tightest_pattern(mask) == expected


@given(n=st.integers(1, 7), seed=st.integers(0, 9))
def test_a_pruned_layer_shows_its_pattern(n: int, seed: int) -> None:
    scores = np.random.default_rng(seed).random((1, 40, 3, 64))
    mask = nm_mask(scores, n, 8)
    assert tightest_pattern(mask) == NmPattern(n=n, m=8)
    assert (group_counts(mask, 8) == n).all()


def test_counts_by_hand() -> None:
    values = np.ones((20, 16))
    values[3] = 0  # a dead filter
    values[:, [0, 7]] = 0  # two dead channels
    layer = next(one for one in recognise(NETWORK, with_point(values)) if one.tensor == "point.weight")
    assert (layer.num_weights, layer.num_zeros) == (320, 320 - 19 * 14)
    assert layer.zero_fraction == 54 / 320
    assert (layer.num_filters, layer.num_dead_filters) == (20, 1)
    assert (layer.num_channels, layer.num_dead_channels) == (16, 2)
    # Channels 0 and 7 are missing: groups of 4 have 3, 3, 4, 4 and of 16 have 14.
    assert layer.tightest == NmPattern(n=14, m=16)
    fractions = {str(fit.pattern): fit.satisfied_fraction for fit in layer.fits}
    assert fractions == {
        "1:2": (19 * 2 + 8) / 160,  # groups with channel 0 and with channel 7, and the dead filter's
        "2:4": 4 / 80,
        "1:4": 4 / 80,
        "2:8": 2 / 40,
        "4:8": 2 / 40,
    }
    assert layer.used_bits == 1


def test_channels_of_a_transposed_convolution() -> None:
    """3 output channels, not 3 x 4 taps; a dead tap of one that lives is no dead channel; int4 shows a channel each."""
    values = np.zeros((4, 3, 2, 2))
    values[:, 0] = np.arange(-8, 8).reshape(4, 2, 2).clip(-7, 7)
    values[:, 1] = np.arange(-8, 8).reshape(4, 2, 2).clip(-7, 7) / 3
    values[:, 1, 0, 1] = 0
    (layer,) = recognise(upsampling(), Values({"up.weight": values}))
    assert (layer.num_filters, layer.num_dead_filters) == (3, 1)
    assert (layer.num_channels, layer.num_dead_channels) == (4, 0)
    assert layer.used_bits == 4


def test_layers_without_values_are_left_out() -> None:
    values = normal_weights(NETWORK).arrays
    found = recognise(NETWORK, Values({"fc.weight": values["fc.weight"]}))
    assert [(layer.operator, layer.tensor) for layer in found] == [("fc", "fc.weight")]
    assert found[0].tightest is None
    assert found[0].used_bits is None


def test_sparsity_of_the_file() -> None:
    values = np.random.default_rng(0).standard_normal((20, 16))
    values[:, 1::2] = 0  # one of two, and every place that 1:2 allows is taken
    network = with_recognised_sparsity(NETWORK, with_point(values))
    sparsity = network.tensors["point.weight"].sparsity
    assert sparsity is not None
    assert (sparsity.density_fraction, sparsity.origin) == (0.5, SparsityOrigin.FILE)
    assert sparsity.pattern == NmPattern(n=1, m=2)
    assert sparsity.mask is not None
    assert np.array_equal(sparsity.mask.array()[0, :, 0], values != 0)
    assert network.tensors["fc.weight"].sparsity is None
    assert with_recognised_sparsity(NETWORK, normal_weights(NETWORK)) is NETWORK


def test_zeros_without_a_pattern_and_next_to_none() -> None:
    scattered = np.random.default_rng(0).random((20, 16)) < 0.1
    sparsity = with_recognised_sparsity(NETWORK, with_point(scattered)).tensors["point.weight"].sparsity
    assert sparsity is not None
    assert sparsity.pattern is None
    values = np.ones((20, 16))
    values[0, :3] = 0  # 3 of 320: 0.94 %
    assert with_recognised_sparsity(NETWORK, with_point(values)).tensors["point.weight"].sparsity is None
    values[0, 3] = 0  # 1.25 %
    assert with_recognised_sparsity(NETWORK, with_point(values)).tensors["point.weight"].sparsity is not None


def test_values_that_are_no_numbers() -> None:
    values = np.ones((20, 16))
    values[1, 2] = np.inf
    with pytest.raises(
        NetworkError, match=r"^weight tensor 'point\.weight': expected finite numbers, found inf at index"
    ):
        recognise(NETWORK, with_point(values))
