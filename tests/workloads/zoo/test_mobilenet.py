"""MobileNetV2: seventeen inverted residuals, ten of which add their input."""

from __future__ import annotations

from workloads.operators import Convolution
from workloads.zoo import build


def test_blocks() -> None:
    operators = build("mobilenet_v2").operators
    depthwise = [op for op in operators if isinstance(op.work, Convolution) and op.work.groups > 1]
    assert len(depthwise) == 17
    assert sum(op.name.endswith(".add") for op in operators) == 10


def test_projection_has_no_activation() -> None:
    for operator in build("mobilenet_v2").operators:
        if isinstance(operator.work, Convolution):
            activations = [fusion.function for fusion in operator.fusions[1:]]
            assert activations == ([] if operator.name.endswith(".project") else ["relu6"])


def test_last_image() -> None:
    assert build("mobilenet_v2").tensors["features.18"].shape == (1, 1280, 7, 7)
