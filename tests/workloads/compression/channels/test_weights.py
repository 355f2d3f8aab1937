"""Cutting weights: every group keeps its own channels; norms a channel by hand; masks and densities that are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.workloads.compression.small_networks import Values
from tests.workloads.compression.structural_execution import (
    chain,
    feed_forward,
    shuffled,
    upsampled,
    upsampled_by_group,
)
from workloads.compression.channels.prune import prune_channels
from workloads.compression.channels.weights import PrunedWeights, WeightCut, cut_sparsity, output_norms
from workloads.network import Network
from workloads.sparsity import Mask, NmPattern, Sparsity, SparsityOrigin
from workloads.weight_layout import to_layout


def test_every_group_keeps_its_own() -> None:
    """Two groups of 2 filters by 3 channels: filters 1 and 2 stay, channels 0, 2 of the first and 1, 2 of the other."""
    cut = WeightCut(kept=(np.array([1, 2]), np.array([0, 2, 4, 5])), groups=2)
    values = np.arange(12).reshape(4, 3)
    np.testing.assert_array_equal(cut.apply(values), [[3, 5], [7, 8]])
    assert cut.shape((4, 3)) == (2, 2)


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        ((None, np.array([0, 4])), [[0], [3], [7], [10]]),
        ((np.array([0, 3]), None), [[0, 1, 2], [9, 10, 11]]),
        ((None, None), np.arange(12).reshape(4, 3)),
    ],
)
def test_one_axis_of_a_grouped_weight(kept: tuple[None, None], expected: list[list[int]]) -> None:
    cut = WeightCut(kept=kept, groups=2)
    np.testing.assert_array_equal(cut.apply(np.arange(12).reshape(4, 3)), expected)
    assert cut.shape((4, 3)) == np.shape(expected)


def test_weights_that_are_not_cut_or_not_known() -> None:
    cut = WeightCut(kept=(np.array([1]),))
    source = PrunedWeights(source=Values({"a": np.arange(3), "b": np.arange(2)}), cuts={"a": cut, "c": cut})
    np.testing.assert_array_equal(source.load("a"), [1])
    np.testing.assert_array_equal(source.load("b"), [0, 1])
    assert source.load("c") is None


@pytest.mark.parametrize(
    ("network", "name", "axis"),
    [
        (chain(), "a.weight", 0),
        (shuffled(), "b.weight", 0),
        (chain(), "fc.weight", 1),
        (feed_forward(), "up.weight", 1),
        (upsampled(), "up.w", 1),
        (upsampled(), "fc.w", 0),  # stored transposed
    ],
)
def test_norms_are_sums_of_absolute_values(network: Network, name: str, axis: int) -> None:
    values = np.random.default_rng(0).standard_normal(network.tensors[name].shape)
    reader = next(op for op in network.operators if name in op.inputs)
    expected = [np.abs(row).sum() for row in np.moveaxis(values, axis, 0)]
    np.testing.assert_allclose(output_norms(reader, name, values), expected)


def test_norms_of_a_grouped_transposed_convolution() -> None:
    """w is (6, 4, 2, 2) in two groups: output channel 5 is filter 1 of the second, made of inputs 3 to 5."""
    network = upsampled_by_group()
    values = np.random.default_rng(0).standard_normal((6, 4, 2, 2))
    reader = next(op for op in network.operators if op.name == "up")
    norms = output_norms(reader, "up.w", values)
    assert norms.shape == (8,)
    assert norms[5] == pytest.approx(np.abs(values[3:6, 1]).sum())


def test_a_known_mask_is_cut_along() -> None:
    network = chain()
    old = next(op for op in network.operators if op.name == "b")
    nonzero = np.random.default_rng(1).random((8, 6, 3, 3)) < 0.5
    mask = Mask.of(np.ascontiguousarray(to_layout(old, "b.weight", nonzero)))
    known = Sparsity(
        density_fraction=float(nonzero.mean()),
        origin=SparsityOrigin.FILE,
        pattern=NmPattern(n=2, m=4),
        mask=mask,
    )
    tensors = {**network.tensors, "b.weight": replace(network.tensors["b.weight"], sparsity=known)}
    pruned = prune_channels(replace(network, tensors=tensors), {"a": 0.5, "b": 0.25}, None).network
    new = next(op for op in pruned.operators if op.name == "b")
    found = pruned.tensors["b.weight"].sparsity
    left = nonzero[:6, :3]
    assert found == Sparsity(
        density_fraction=float(left.mean()),
        origin=SparsityOrigin.FILE,
        mask=Mask.of(np.ascontiguousarray(to_layout(new, "b.weight", left))),
    )


def test_a_density_without_a_mask_stays() -> None:
    tensor = chain().tensors["b.weight"]
    cut = WeightCut(kept=(np.arange(4), None, None, None))
    assert cut_sparsity(tensor, cut, None) is None
    known = Sparsity(density_fraction=0.3, origin=SparsityOrigin.GIVEN, pattern=NmPattern(n=2, m=4))
    assert cut_sparsity(replace(tensor, sparsity=known), cut, None) == replace(known, pattern=None)
