"""Pooling: padding, axes, functions, what does not fit."""

from __future__ import annotations

import pytest

from workloads.errors import NetworkError


@pytest.mark.parametrize(
    ("op_type", "function"), [("MAX_POOL_2D", "max"), ("AVERAGE_POOL_2D", "average"), ("L2_POOL_2D", "lp")]
)
def test_windows(model, op_type: str, function: str) -> None:
    """VALID: (7 - 3) // 2 + 1 = 3 rows, (6 - 2) // 2 + 1 = 3 columns."""
    model.tensor("x", (2, 7, 6, 5))
    model.tensor("y", (2, 3, 3, 5))
    model.op(op_type, ["x"], ["y"], FilterHeight=3, Padding=1)
    network = model.load(["x"], ["y"])
    (operator,) = network.operators
    assert (operator.work.function, operator.work.window.kernel) == (function, (3, 2))
    assert network.tensors["y"].shape == (2, 5, 3, 3)


def test_same_padding(model) -> None:
    """SAME at stride 2 on 7: four windows of 2 reach 8, so one element is padded after the image."""
    model.tensor("x", (1, 7, 7, 5))
    model.tensor("y", (1, 4, 4, 5))
    model.op("MAX_POOL_2D", ["x"], ["y"], FusedActivationFunction=1)
    pooling, activation = model.load(["x"], ["y"]).operators
    assert pooling.work.window.pads_end == (1, 1)
    assert activation.work.function == "relu"


def test_no_window(model) -> None:
    model.tensor("x", (1, 7, 7, 5))
    model.tensor("y", (1, 4, 4, 5))
    model.op("MAX_POOL_2D", ["x"], ["y"], FilterHeight=0)
    with pytest.raises(NetworkError, match="option 'FilterHeight' is 0, expected at least 1"):
        model.load(["x"], ["y"])
