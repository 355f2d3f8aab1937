"""The batch of the one loader, bound where the file leaves it open and replaced where it does not."""

from __future__ import annotations

import pytest

from workloads.errors import NetworkError
from workloads.load import load_network
from workloads.tflite_import.dynamic import open_batch


def _two_inputs(model, *signatures):
    for name, signature in zip(("x", "z"), signatures, strict=True):
        model.tensor(name, (1, 8), signature=signature)
        model.tensor(f"{name}_y", (1, 8))
        model.op("RELU", [name], [f"{name}_y"])
    return model.save(["x", "z"], ["x_y", "z_y"])


def test_an_open_batch_is_bound(model) -> None:
    path = _two_inputs(model, (-1, 8), (-1, 8))
    assert open_batch(path) == ("x.0", "z.0")
    network = load_network(path, batch=5)
    assert network.tensors["x_y"].shape == network.tensors["z_y"].shape == (5, 8)


def test_a_fixed_batch_is_replaced(model) -> None:
    path = _two_inputs(model, None, None)
    assert open_batch(path) == ()
    assert load_network(path, batch=5).tensors["x_y"].shape == (5, 8)
    assert load_network(str(path)).tensors["x_y"].shape == (1, 8)


def test_batch_and_binding_that_differ(model) -> None:
    path = _two_inputs(model, (-1, 8), None)
    with pytest.raises(NetworkError, match=r"model\.tflite: batch is 5, but the binding x\.0=6 says otherwise"):
        load_network(path, batch=5, bindings={"x.0": 6})


def test_a_file_that_cannot_be_read(model) -> None:
    model.path.write_bytes(b"12345678")
    with pytest.raises(NetworkError, match=r"model\.tflite: not a TensorFlow Lite file"):
        load_network(model.path, batch=2)
