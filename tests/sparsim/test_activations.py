"""Densities of activations by number, by file and by running the network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from sparsim.activations import ActivationDensities
from tests.sparsim.trained import save_trained
from workloads.errors import ConfigError, SparsimError
from workloads.load import load_network
from workloads.network import Network
from workloads.sparsity import SparsityOrigin


@pytest.fixture
def network(trained: Path) -> Network:
    return load_network(trained)


def densities(network: Network) -> dict[str, float]:
    return {
        name: tensor.density_fraction
        for name, tensor in network.tensors.items()
        if tensor.sparsity is not None and tensor.role != "weight"
    }


def test_nothing_asked_nothing_changed(network: Network) -> None:
    assert ActivationDensities().applied(network, None) is network


@pytest.mark.parametrize("density", [0.25, "0.25", 0, "1"])
def test_a_number_is_for_what_matrix_operators_read_but_the_input(network: Network, density: float | str) -> None:
    changed = ActivationDensities(density=density).applied(network, None)
    assert "x" not in densities(changed)
    assert densities(changed)["hidden"] == float(density)
    assert changed.notes[-1].startswith(f"activations: {float(density):.1%} of what matrix operators read")


def test_a_file(network: Network, tmp_path: Path) -> None:
    path = tmp_path / "densities.json"
    path.write_text(json.dumps({"hidden": 0.125}))
    changed = ActivationDensities(density=path).applied(network, None)
    assert densities(changed) == {"hidden": 0.125}
    assert changed.tensors["hidden"].sparsity.origin is SparsityOrigin.GIVEN  # type: ignore[union-attr]
    assert changed.notes[-1] == f"activations: densities of 1 tensors are from {path}"


def test_measured_on_inputs(tmp_path: Path) -> None:
    """Filters 0 to 7 of ones, the others of minus ones, on an image of ones: ReLU leaves half of the channels."""
    signs = np.repeat([1.0, -1.0], 8).astype(np.float32)
    weights = {
        "w1": signs[:, np.newaxis, np.newaxis, np.newaxis] * np.ones((16, 8, 3, 3), np.float32),
        "w2": np.ones((16, 16, 1, 1), np.float32),
        "w3": np.ones((16, 10), np.float32),
    }
    path = save_trained(tmp_path / "net.onnx", weights)
    np.savez(tmp_path / "x.npz", x=np.ones((1, 8, 6, 6), np.float32))
    asked = ActivationDensities(density="measure", inputs=tmp_path / "x.npz")
    changed = asked.applied(load_network(path), path)
    assert densities(changed)["hidden"] == 0.5
    assert changed.tensors["hidden"].sparsity.origin is SparsityOrigin.MEASURED  # type: ignore[union-attr]
    assert changed.notes[-1] == f"activations: densities are measured on {tmp_path / 'x.npz'}"


def test_measured_on_random_numbers_is_said(network: Network, trained: Path) -> None:
    changed = ActivationDensities(density="measure").applied(network, trained)
    assert 0.2 < densities(changed)["hidden"] < 0.8
    assert "one sample of normal random numbers, which real data is not" in changed.notes[-1]


@pytest.mark.parametrize("source", [None, "resnet9", "net.tflite"])
def test_only_onnx_can_be_run(network: Network, source: str | None) -> None:
    with pytest.raises(ConfigError, match="of 'trained' cannot be measured: only an ONNX file"):
        ActivationDensities(density="measure").applied(network, source)


def test_mistakes(network: Network) -> None:
    with pytest.raises(ConfigError, match="activation density 'dense': expected a fraction in "):
        ActivationDensities(density="dense")
    with pytest.raises(ConfigError, match=r"inputs 'x\.npz' are what activations are measured on: they need measure"):
        ActivationDensities(density=0.5, inputs="x.npz")
    with pytest.raises(SparsimError, match=r"is 2.0, expected a fraction in \[0, 1\]"):
        ActivationDensities(density=2).applied(network, None)
