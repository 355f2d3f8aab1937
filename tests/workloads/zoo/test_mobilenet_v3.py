"""MobileNetV3-Large: its rows, its squeezes, and the dilated features that segmentation uses."""

from __future__ import annotations

from collections import Counter

from workloads.zoo import build
from workloads.zoo.builder import GraphBuilder
from workloads.zoo.mobilenet_v3 import mobilenet_v3_features
from workloads.zoo.options import ZooOptions


def test_layers() -> None:
    """Fifteen rows of two convolutions, fourteen of which expand; stem and last; two small ones for each of 8 squeezes.

    Ten rows add their input; eight multiply by what they squeezed.
    """
    network = build("mobilenet_v3_large")
    kinds = Counter(str(operator.kind) for operator in network.operators)
    assert kinds["conv"] == 2 * 15 + 14 + 2 + 2 * 8
    assert Counter(name.rsplit(".", 1)[1] for name in _names(network.operators, ".add", ".mul")) == {
        "add": 10,
        "mul": 8,
    }
    assert kinds["pool"] == 8 + 1


def test_squeezed_channels_are_multiples_of_eight() -> None:
    """72 / 4 = 18 would round to 16, more than a tenth below: 24. 120 / 4 = 30 -> 32, 480 / 4 = 120, 672 / 4 = 168."""
    tensors = build("mobilenet_v3_large").tensors
    layers = {4: 24, 5: 32, 6: 32, 11: 120, 12: 168, 13: 168, 14: 240, 15: 240}
    assert {layer: tensors[f"features.{layer}.squeeze.fc1"].shape[1] for layer in layers} == layers


def test_activations() -> None:
    """ReLU in the first six rows, hard swish after; hard sigmoid makes the factors."""
    functions = {fusion.name: fusion.function for fusion in build("mobilenet_v3_large").fusions}
    assert functions["features.6.depthwise.relu"] == "relu"
    assert functions["features.7.depthwise.hardswish"] == "hardswish"
    assert functions["features.4.squeeze.fc2.hardsigmoid"] == "hardsigmoid"


def test_dilated_features_keep_a_sixteenth() -> None:
    builder = GraphBuilder(name="dilated")
    options = ZooOptions(batch=1, bindings={"resolution": 224})
    outputs = mobilenet_v3_features(builder, options, is_dilated=True)
    assert len(outputs) == 17
    assert builder.shape(outputs[4]) == (1, 40, 28, 28)
    assert builder.shape(outputs[12]) == (1, 112, 14, 14)
    assert builder.shape(outputs[-1]) == (1, 960, 14, 14)


def _names(operators: tuple, *endings: str) -> list[str]:  # type: ignore[type-arg]
    return [operator.name for operator in operators if operator.name.endswith(endings)]
