"""Names, quantisation and sparsity as the file states them."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.errors import NetworkError


def _records(model):
    model.tensor("x", (1,))
    model.tensor("y", (1,))
    model.op("RELU", ["x"], ["y"])
    return {tensor.name: tensor for tensor in model.record(["x"], ["y"]).tensors}


def test_names_are_made_unique(model, monkeypatch: pytest.MonkeyPatch) -> None:
    model.tensor("a", (1,))
    model.tensor("b", (2,))
    model.tensor("", (3,))
    content = model.tensors
    assert set(_records(model)) == {"a", "b", "tensor_2", "x", "y"}
    assert content["b"].shape == (2,)
    raw = model.path.read_bytes().replace(b"\x01\x00\x00\x00b\x00", b"\x01\x00\x00\x00a\x00")
    model.path.write_bytes(raw)
    from workloads.tflite_import.read import read_model

    assert [tensor.name for tensor in read_model(model.path).tensors][:2] == ["a", "a#2"]


def test_open_axes(model) -> None:
    model.tensor("o", (1, 4, 1), signature=(-1, 4, -1))
    records = _records(model)
    assert records["o"].open_axes == (0, 2)
    assert records["x"].open_axes == ()


def test_a_signature_of_another_rank(model) -> None:
    model.tensor("o", (1, 4), signature=(-1, 4, 1))
    with pytest.raises(NetworkError, match=r"tensor 'o': shape \[1, 4\] and shape signature \[-1, 4, 1\] differ"):
        _records(model)


def test_quantisation(model) -> None:
    model.tensor("q", (2, 3), "int8", scales=[1, 2, 3], zero_points=[4, 5, 6], axis=1)
    model.tensor("one", (2, 3), "int8", scales=[0.5])
    records = _records(model)
    found = records["q"].quantisation
    assert (found.scales.tolist(), found.zero_points.tolist(), found.axis) == ([1, 2, 3], [4, 5, 6], 1)
    assert records["one"].quantisation.zero_points.tolist() == [0]
    assert records["x"].quantisation is None


def test_zero_points_of_another_number(model) -> None:
    model.tensor("q", (2, 3), "int8", scales=[1, 2, 3], zero_points=[4, 5], axis=1)
    with pytest.raises(NetworkError, match="tensor 'q': has 3 scales and 2 zero points"):
        _records(model)


def test_sparsity(model) -> None:
    sparsity = {"order": (1, 0), "levels": [3, ([0, 1, 1, 2], [1, 0])]}
    model.constant("s", np.zeros((2, 3), np.float32), data=bytes(8), sparsity=sparsity)
    found = _records(model)["s"].sparsity
    assert (found.traversal_order, found.block_map, found.dimensions[0].size) == ((1, 0), (), 3)
    assert found.dimensions[1].segments.tolist() == [0, 1, 1, 2]
    assert found.dimensions[1].indices.tolist() == [1, 0]


def test_levels_without_an_order(model) -> None:
    model.constant("s", (2, 3), sparsity={"order": (0,), "levels": [2, 3]})
    with pytest.raises(NetworkError, match="tensor 's': its sparsity has 2 levels, but an order of 1"):
        _records(model)
