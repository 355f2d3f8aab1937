"""One layer: what its tensor says afterwards, with values and without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.workloads.compression.small_networks import four_layers, normal_weights
from workloads.compression.compress_layer import Layer, LayerOutcome, MaskSource, compress_layer, dense_bits
from workloads.compression.layer_values import load_arranged
from workloads.compression.spec.method_text import parse_recipe
from workloads.formats import FP32, INT8
from workloads.sparsity import BlockPattern, NmPattern, SparsityOrigin
from workloads.tensor import Tensor, TensorRole
from workloads.weight_layout import compressible_weights

NETWORK = four_layers()
SOURCE = MaskSource(seed=0, draws_masks=True, global_masks={}, file_masks={})


def outcome(text: str, *, name: str = "point", real: bool = True, source: MaskSource = SOURCE) -> LayerOutcome:
    tensor = NETWORK.tensors[f"{name}.weight"]
    layer = Layer(tensor=tensor, operator=compressible_weights(NETWORK)[tensor.name], recipe=parse_recipe(text))
    values = load_arranged(normal_weights(NETWORK), tensor, layer.operator) if real else None
    return compress_layer(layer, values, source)


@pytest.mark.parametrize(("real", "origin"), [(True, SparsityOrigin.PRUNED), (False, SparsityOrigin.SYNTHETIC)])
def test_nm(real: bool, origin: SparsityOrigin) -> None:
    found = outcome("nm:2:8", real=real)
    sparsity = found.tensor.sparsity
    assert sparsity is not None
    assert sparsity.mask is not None
    assert (sparsity.origin, sparsity.pattern) == (origin, NmPattern(n=2, m=8))
    groups = sparsity.mask.array().reshape(-1, 8)  # 20 filters of 16 channels: 40 groups
    assert groups.shape == (40, 8)
    assert (groups.sum(axis=1) == 2).all()
    assert sparsity.density_fraction == 0.25
    assert found.report.num_nonzeros == 80
    assert found.report.is_synthetic is not real
    assert (found.report.error is None) is not real


def test_without_a_mask_the_density_is_known() -> None:
    source = MaskSource(seed=0, draws_masks=False, global_masks={}, file_masks={})
    found = outcome("nm:2:8", name="stem", real=False, source=source)
    sparsity = found.tensor.sparsity
    assert sparsity is not None
    assert (sparsity.density_fraction, sparsity.mask, sparsity.pattern) == (2 / 3, None, NmPattern(n=2, m=8))
    assert found.report.num_nonzeros == 288  # 2 of 3 channels of 16 * 9


def test_a_depthwise_layer_stays_dense() -> None:
    found = outcome("nm:2:8+w12", name="depthwise")
    assert found.tensor.sparsity is None
    assert found.change.mask is None
    assert found.tensor.format.name == "int12"
    assert not outcome("nm:2:8", name="depthwise", real=False).report.is_synthetic


def test_blocks() -> None:
    found = outcome("block:4x2:0.5")
    assert found.tensor.sparsity is not None
    assert found.tensor.sparsity.pattern == BlockPattern(filters=4, channels=2)
    assert found.tensor.sparsity.density_fraction == 0.5


def test_zeros_by_rounding_count() -> None:
    found = outcome("w2")  # -1, 0 and 1 times the largest of a filter: most of a bell curve becomes 0
    sparsity = found.tensor.sparsity
    assert sparsity is not None
    assert 0 < sparsity.density_fraction < 0.7
    assert sparsity.mask is not None
    assert sparsity.mask.array().sum() == found.report.num_nonzeros
    assert (sparsity.origin, sparsity.pattern) == (SparsityOrigin.PRUNED, None)
    assert outcome("w16").tensor.sparsity is None  # next to no zeros
    assert outcome("w2", real=False).tensor.sparsity is None  # not known


def test_error_and_bits() -> None:
    found = outcome("nm:2:8+w4").report
    assert (found.dense_bits_before, found.dense_bits_after) == (320 * 32, 320 * 4)
    assert found.method == "nm:2:8+w4"
    pruned = outcome("nm:2:8").report
    assert pruned.relative_error_fraction is not None
    assert found.relative_error_fraction is not None
    assert 0 < pruned.relative_error_fraction < found.relative_error_fraction < 1


def test_a_codebook_keeps_the_format_of_its_entries() -> None:
    found = outcome("codebook:16")
    assert (found.tensor.format, found.tensor.num_codes) == (FP32, 16)
    assert found.report.dense_bits_after == 320 * 4 + 16 * 32
    assert outcome("w8").tensor.num_codes is None


@pytest.mark.parametrize("text", ["w8", "codebook:4", "ternary", "pow2"])
def test_zeros_of_the_file_stay(text: str) -> None:
    tensor = NETWORK.tensors["point.weight"]
    layer = Layer(tensor=tensor, operator=compressible_weights(NETWORK)[tensor.name], recipe=parse_recipe(text))
    values = load_arranged(normal_weights(NETWORK), tensor, layer.operator)
    assert values is not None
    values = values * (np.abs(values) > 1)
    found = compress_layer(layer, values, SOURCE)
    sparsity = found.tensor.sparsity
    assert sparsity is not None
    assert sparsity.mask is not None
    assert sparsity.origin is SparsityOrigin.FILE
    assert not sparsity.mask.array()[values == 0].any()


def test_masks_from_a_file() -> None:
    keep = np.zeros((20, 16, 1, 1), dtype=bool)
    keep[:5] = True
    path = Path("m.npz")
    source = MaskSource(seed=0, draws_masks=True, global_masks={}, file_masks={path: {"point.weight": keep}})
    for real in (True, False):
        found = outcome("masks:m.npz", real=real, source=source)
        assert found.tensor.sparsity is not None
        assert found.tensor.sparsity.origin is SparsityOrigin.GIVEN
        assert found.tensor.sparsity.mask is not None
        assert np.array_equal(found.tensor.sparsity.mask.array()[0, :, 0, :], keep[:, :, 0, 0])
        assert not found.report.is_synthetic
        assert outcome("masks:m.npz", name="fc", real=real, source=source).tensor.sparsity is None


def test_dense_bits() -> None:
    tensor = Tensor(name="w", shape=(10, 10), format=INT8, role=TensorRole.WEIGHT, num_codes=9)
    assert dense_bits(tensor) == 100 * 4 + 9 * 8
