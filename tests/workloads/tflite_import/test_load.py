"""Whole files: an inverted residual block, quantised and not, and what the user is told."""

from __future__ import annotations

import numpy as np
import pytest

from workloads.loop_nest import MatrixNest, lower
from workloads.operators import Convolution


def _block(model, dtype: str) -> None:
    """Expand 8 to 48 channels, filter each, project to 8, add the input: the block of MobileNet-v2."""
    quantised = {"scales": [0.1]} if dtype == "int8" else {}
    model.tensor("x", (1, 14, 14, 8), dtype, **quantised)
    for name, channels in (("expanded", 48), ("filtered", 48), ("projected", 8), ("y", 8)):
        model.tensor(name, (1, 14, 14, channels), dtype, **quantised)
    for name, shape in (("w1", (48, 1, 1, 8)), ("w2", (1, 3, 3, 48)), ("w3", (8, 1, 1, 48))):
        axis = 3 if name == "w2" else 0
        scales = {"scales": [0.1] * shape[axis], "axis": axis} if quantised else {}
        model.constant(name, np.ones(shape, dtype), **scales)
    for name, size in (("b1", 48), ("b2", 48), ("b3", 8)):
        scales = {"scales": [0.01]} if quantised else {}
        model.constant(name, np.ones(size, "int32" if quantised else dtype), **scales)
    model.op("CONV_2D", ["x", "w1", "b1"], ["expanded"], FusedActivationFunction=3)
    model.op("DEPTHWISE_CONV_2D", ["expanded", "w2", "b2"], ["filtered"], Padding=0, FusedActivationFunction=3)
    model.op("CONV_2D", ["filtered", "w3", "b3"], ["projected"])
    model.op("ADD", ["projected", "x"], ["y"])


@pytest.mark.parametrize(("dtype", "weight", "bias"), [("float32", "fp32", "fp32"), ("int8", "int8", "int32")])
def test_inverted_residual_block(model, dtype: str, weight: str, bias: str) -> None:
    """196 positions x (8 x 48 + 9 x 48 + 48 x 8) multiply-accumulates."""
    _block(model, dtype)
    network = model.load(["x"], ["y"], fuse=True)
    nests = [lower(operator, network.tensors) for operator in network.operators]
    assert sum(nest.num_macs for nest in nests if isinstance(nest, MatrixNest)) == 196 * (384 + 432 + 384)
    assert [operator.name for operator in network.operators] == ["expanded", "filtered", "projected", "y"]
    assert [fusion.function for fusion in network.fusions] == ["relu6", "relu6"]
    assert str(network.tensors["w2"].format) == weight
    assert str(network.tensors["b2"].format) == bias
    assert network.num_parameters == 384 + 432 + 384 + 104
    assert network.name == "model"


def test_without_fusing(model) -> None:
    _block(model, "float32")
    network = model.load(["x"], ["y"], fuse=False)
    assert len(network.operators) == 6
    assert sum(isinstance(operator.work, Convolution) for operator in network.operators) == 3


def test_another_batch_follows_from_a_binding(model) -> None:
    _block(model, "float32")
    assert model.load(["x"], ["y"], bindings={"x.0": 4}).tensors["y"].shape == (4, 8, 14, 14)
