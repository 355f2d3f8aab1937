"""Masks by method: densities as promised, patterns kept, one threshold for several layers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workloads.compression.masks.layer_masks import (
    ScoredPruning,
    expected_density_fraction,
    global_masks,
    magnitude_mask,
    pattern_of,
    synthetic_mask,
)
from workloads.compression.spec.method_text import parse_method
from workloads.compression.spec.methods import UnstructuredPruning
from workloads.sparsity import BlockPattern, NmPattern

SHAPES = st.tuples(st.integers(1, 3), st.integers(1, 9), st.integers(1, 3), st.integers(1, 20))


def method(text: str) -> ScoredPruning:
    found = parse_method(text)
    assert isinstance(found, ScoredPruning)
    return found


@given(shape=SHAPES, text=st.sampled_from(["nm:2:8", "nm:3:4", "unstructured:0.9", "unstructured:0.35"]))
def test_synthetic_masks_have_the_expected_density(shape: tuple[int, int, int, int], text: str) -> None:
    mask = synthetic_mask(method(text), shape, seed=3, name="w")
    assert mask.shape == shape
    assert mask.mean() == pytest.approx(expected_density_fraction(method(text), shape), abs=1e-12)
    magnitudes = np.random.default_rng(0).random(shape, dtype=np.float32)
    assert magnitude_mask(method(text), magnitudes).sum() == mask.sum()


def test_expected_densities_by_hand() -> None:
    assert expected_density_fraction(method("nm:2:8"), (1, 5, 9, 19)) == (2 + 2 + 2) / 19
    assert expected_density_fraction(method("nm:2:8"), (1, 5, 9, 17)) == (2 + 2 + 1) / 17
    assert expected_density_fraction(method("unstructured:0.9"), (1, 3, 1, 5)) == 1 / 15  # 13.5 go: 14, half to even
    assert expected_density_fraction(method("block:4x1:0.8"), (1, 8, 1, 5)) == 2 / 10


def test_blocks_go_by_the_sum_of_their_magnitudes() -> None:
    # Blocks of 2 filters x 1 channel: sums 5, 6 and 1 above; 2, 4 and 4 below. Half of six stay: 6, 5 and the first 4.
    magnitudes = np.array([[5, 3, 0], [0, 3, 1], [1, 0, 2], [1, 4, 2]], dtype=np.float32).reshape(1, 4, 1, 3)
    mask = magnitude_mask(method("block:2x1:0.5"), magnitudes)
    assert mask.astype(int).reshape(4, 3).tolist() == [[1, 1, 0], [1, 1, 0], [0, 1, 0], [0, 1, 0]]


@given(shape=SHAPES)
def test_synthetic_blocks_are_whole(shape: tuple[int, int, int, int]) -> None:
    mask = synthetic_mask(method("block:4x2:0.5"), shape, seed=0, name="w")
    for group, filter, tap, channel in np.ndindex(shape):
        assert mask[group, filter, tap, channel] == mask[group, filter // 4 * 4, tap, channel // 2 * 2]
    num_blocks = shape[0] * math.ceil(shape[1] / 4) * shape[2] * math.ceil(shape[3] / 2)
    assert mask[:, ::4, :, ::2].sum() == num_blocks - round(num_blocks / 2)


def test_one_threshold_for_all() -> None:
    # The four largest of all eight are 9, 8, 7 and 6: three of them in the first layer.
    first, second = (np.array(values, dtype=float).reshape(1, 1, 1, 4) for values in ([9, 8, 7, 1], [6, 5, 3, 2]))
    masks = global_masks(UnstructuredPruning(removed_fraction=0.5, is_global=True), {"a": first, "b": second})
    assert masks["a"].astype(int).ravel().tolist() == [1, 1, 1, 0]
    assert masks["b"].astype(int).ravel().tolist() == [1, 0, 0, 0]
    assert global_masks(UnstructuredPruning(removed_fraction=0.5, is_global=True), {}) == {}


def test_patterns() -> None:
    assert pattern_of(method("nm:2:8")) == NmPattern(n=2, m=8)
    assert pattern_of(method("block:4x1:0.5")) == BlockPattern(filters=4, channels=1)
    assert pattern_of(method("unstructured:0.5")) is None
