"""Weights of a file, a layer at a time."""

from __future__ import annotations

from pathlib import Path

import pytest

from sparsim.inspection import Inspection, inspect_network
from tests.sparsim.trained import save_trained, trained_weights
from tests.workloads.test_stored_sparsely import DIAGONAL, save_tflite
from workloads.load import load_network


@pytest.fixture
def inspection(tmp_path: Path) -> Inspection:
    """Every other channel of w2 is zero, its last filter too: 16 x 8 + 8 = 136 zeros."""
    weights = trained_weights()
    weights["w2"][:, ::2] = 0
    weights["w2"][15] = 0
    path = save_trained(tmp_path / "net.onnx", weights)
    return inspect_network(load_network(path), path)


def test_by_hand(inspection: Inspection) -> None:
    """1,152 + 256 + 160 weights."""
    assert [layer.tensor for layer in inspection.layers] == ["w1", "w2", "w3"]
    assert [layer.num_weights for layer in inspection.layers] == [1152, 256, 160]
    assert (inspection.num_weights, inspection.num_valued, inspection.num_zeros) == (1568, 1568, 136)
    second = inspection.layers[1]
    assert (second.operator, second.kind, second.shape, second.format) == ("conv2", "conv", (16, 16, 1, 1), "fp32")
    assert (second.size_bits, second.stored_as) == (256 * 32, "dense")
    assert second.values is not None
    assert (second.values.num_zeros, second.values.num_dead_filters, second.values.num_dead_channels) == (136, 1, 8)
    assert str(second.values.tightest) == "1:2"


def test_a_network_without_values() -> None:
    inspection = inspect_network(load_network("resnet9"), "resnet9")
    assert inspection.layers
    assert all(layer.values is None and layer.stored_as == "dense" for layer in inspection.layers)
    assert (inspection.num_valued, inspection.num_zeros) == (0, 0)
    assert inspect_network(load_network("resnet9")) == inspection


def test_stored_without_zeros(tmp_path: Path) -> None:
    path = save_tflite(tmp_path / "net.tflite", {"order": (0, 1), "levels": [4, DIAGONAL]}, 4)
    inspection = inspect_network(load_network(path), path)
    assert (inspection.num_stored_sparsely, inspection.num_zeros) == (1, 12)
    assert inspection.layers[0].stored_as == "CSR"
