"""Segmentation networks: resolutions inside and out, and torchvision's counts, auxiliary classifiers added by hand."""

from __future__ import annotations

import pytest

from tests.workloads.zoo.counts import num_macs
from workloads.operators import Convolution
from workloads.tensor import TensorRole
from workloads.zoo import build

# A 3x3 convolution from 1,024 to 256 channels, its normalisation, a biased 1x1 one to 21 classes; on 65 x 65 positions.
AUXILIARY_PARAMETERS = 9 * 1024 * 256 + 2 * 256 + 256 * 21 + 21
AUXILIARY_MACS = 65**2 * (9 * 1024 * 256 + 256 * 21)


@pytest.mark.parametrize(
    ("name", "num_parameters", "giga_macs"),
    [("fcn_resnet50", 35322218, 152.717), ("deeplabv3_resnet50", 42004074, 178.722)],
)
def test_torchvision_counts_with_the_auxiliary_classifier(name: str, num_parameters: int, giga_macs: float) -> None:
    """Source: torchvision FCN_ResNet50_Weights, DeepLabV3_ResNet50_Weights: num_params, _ops at 520 x 520."""
    network = build(name, bindings={"resolution": 520})
    assert network.num_parameters + AUXILIARY_PARAMETERS == num_parameters
    assert round((num_macs(network) + AUXILIARY_MACS) / 1e9, 3) == giga_macs


def test_torchvision_counts_of_lraspp() -> None:
    """Source: torchvision LRASPP_MobileNet_V3_Large_Weights: num_params, _ops at 520 x 520."""
    network = build("lraspp_mobilenet_v3_large", bindings={"resolution": 520})
    assert network.num_parameters == 3221538
    assert round(num_macs(network) / 1e9, 3) == 2.086


@pytest.mark.parametrize("name", ["fcn_resnet50", "deeplabv3_resnet50", "lraspp_mobilenet_v3_large"])
def test_scores_have_the_size_of_the_image(name: str) -> None:
    (out,) = build(name, bindings={"resolution": 225}).with_role(TensorRole.OUTPUT)
    assert out.shape == (1, 21, 225, 225)


def test_backbone_dilates_from_the_third_stage_on() -> None:
    """Strides of stages 3 and 4 became dilations 2 and 4; each stage's first block dilates as the one before it."""
    network = build("fcn_resnet50")
    convs = {op.name: op.work for op in network.operators if isinstance(op.work, Convolution)}
    names = ("layer2.3", "layer3.0", "layer3.1", "layer4.0", "layer4.2")
    assert [convs[f"{name}.conv2"].window.dilations[0] for name in names] == [1, 1, 2, 2, 4]
    assert network.tensors["layer4.2.add"].shape == (1, 2048, 28, 28)


def test_pyramid_of_deeplab() -> None:
    network = build("deeplabv3_resnet50")
    convs = {op.name: op.work for op in network.operators if isinstance(op.work, Convolution)}
    assert [convs[f"aspp.{index}"].window.dilations for index in (1, 2, 3)] == [(12, 12), (24, 24), (36, 36)]
    assert network.tensors["aspp.4"].shape == (1, 256, 1, 1)
    assert network.tensors["aspp.concat"].shape == (1, 5 * 256, 28, 28)
