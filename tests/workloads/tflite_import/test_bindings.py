"""Sizes that the file leaves open."""

from __future__ import annotations

import re

import pytest

from workloads.errors import NetworkError


def _dense(model) -> None:
    model.tensor("x", (1, 1, 8), signature=(-1, -1, 8))
    model.tensor("y", (1, 1, 8), signature=(-1, -1, 8))
    model.op("RELU", ["x"], ["y"])


def test_bound(model) -> None:
    _dense(model)
    assert model.load(["x"], ["y"], bindings={"x.0": 2, "x.1": 7}).tensors["y"].shape == (2, 7, 8)


def test_a_fixed_size_can_be_replaced(model) -> None:
    _dense(model)
    assert model.load(["x"], ["y"], bindings={"x.0": 2, "x.1": 7, "x.2": 3}).tensors["y"].shape == (2, 7, 3)


def test_axes_are_the_file_s(model) -> None:
    """Height and width of (B, H, W, C) are axes 1 and 2; the network's are 2 and 3."""
    model.tensor("x", (1, 4, 4, 3), signature=(1, -1, -1, 3))
    model.constant("w", (5, 1, 1, 3))
    model.tensor("y", (1, 4, 4, 5), signature=(1, -1, -1, 5))
    model.op("CONV_2D", ["x", "w"], ["y"])
    network = model.load(["x"], ["y"], bindings={"x.1": 6, "x.2": 9})
    assert network.tensors["x"].shape == (1, 3, 6, 9)
    assert network.tensors["y"].shape == (1, 5, 6, 9)


@pytest.mark.parametrize(
    ("bindings", "message"),
    [
        (
            {},
            "unbound dynamic dimensions: x.0 (input 'x' axis 0); x.1 (input 'x' axis 1); give each a size with "
            "--bind NAME=VALUE: --bind x.0=VALUE --bind x.1=VALUE",
        ),
        ({"x.0": 2}, "unbound dynamic dimensions: x.1 (input 'x' axis 1); give each"),
        ({"x.0": 0}, "binding x.0=0: expected a size of at least 1"),
        ({"batch": 2}, "binding batch=2 matches no dimension of an input; by place: x.0, x.1, x.2"),
    ],
)
def test_mistakes(model, bindings, message: str) -> None:
    _dense(model)
    with pytest.raises(NetworkError, match=re.escape(message)):
        model.load(["x"], ["y"], bindings=bindings)


def test_an_input_without_elements(model) -> None:
    model.tensor("x", (0, 8))
    model.tensor("y", (0, 8))
    model.op("RELU", ["x"], ["y"])
    with pytest.raises(NetworkError, match="input 'x': dimension 0 is 0, expected at least 1"):
        model.load(["x"], ["y"])
