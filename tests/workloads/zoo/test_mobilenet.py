"""MobileNetV2: seventeen inverted residuals, ten of which add their input."""

from __future__ import annotations

import pytest

from tests.workloads.zoo.counts import num_macs
from workloads.operators import Convolution
from workloads.zoo import build
from workloads.zoo.mobilenet import scaled_channels


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


@pytest.mark.parametrize(
    ("percent", "resolution", "million_macs", "million_parameters"),
    [(35, 224, 59, 1.66), (35, 128, 20, 1.66), (50, 224, 97, 1.95), (140, 224, 582, 6.06)],
)
def test_widths_have_the_published_counts(percent, resolution, million_macs, million_parameters) -> None:
    """TensorFlow models, slim, mobilenet README; its counts leave shifts of normalisations out."""
    network = build("mobilenet_v2", bindings={"width_percent": percent, "resolution": resolution})
    assert round(num_macs(network) / 1e6) == million_macs
    assert network.num_parameters / 1e6 == pytest.approx(million_parameters, rel=0.012)


def test_channels_are_multiples_of_8_and_at_least_nine_tenths() -> None:
    assert [scaled_channels(32, percent) for percent in (100, 35, 10, 75)] == [32, 16, 8, 24]
    assert scaled_channels(24, 35) == 8  # 8.4: 8 is more than nine tenths
    assert scaled_channels(96, 12) == 16  # 11.52: 8 would be less


def test_classes() -> None:
    assert build("mobilenet_v2", bindings={"classes": 2}).tensors["classifier"].shape == (1, 2)
