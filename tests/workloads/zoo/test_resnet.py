"""ResNets: where the strides are, what is fused, and ResNet-9's sums by hand."""

from __future__ import annotations

import pytest

from workloads.operators import Convolution
from workloads.zoo import build


def test_resnet50_strides_in_the_3x3_convolution() -> None:
    """v1.5: the first 1x1 convolution of a stage still sees the larger image."""
    network = build("resnet50")
    assert network.tensors["layer2.0.conv1"].shape == (1, 128, 56, 56)
    assert network.tensors["layer2.0.conv2"].shape == (1, 128, 28, 28)
    work = network.operators[[operator.name for operator in network.operators].index("layer2.0.conv2")].work
    assert isinstance(work, Convolution)
    assert (work.window.kernel, work.window.strides) == ((3, 3), (2, 2))


@pytest.mark.parametrize(("name", "num_convs"), [("resnet18", 20), ("resnet50", 53), ("resnext50", 53), ("resnet9", 8)])
def test_every_convolution_has_its_normalisation_folded(name: str, num_convs: int) -> None:
    convs = [operator for operator in build(name).operators if isinstance(operator.work, Convolution)]
    assert len(convs) == num_convs
    assert all(conv.fusions[0].function == "batch_normalisation" for conv in convs)


def test_resnet9_by_hand() -> None:
    """3x3 filters: 3x64 + 64x128 + 2x128^2 + 128x256 + 256x512 + 2x512^2 of 9 weights; 2 x 2,240 of normalisation."""
    filters = 9 * (3 * 64 + 64 * 128 + 2 * 128**2 + 128 * 256 + 256 * 512 + 2 * 512**2)
    assert build("resnet9").num_parameters == filters + 2 * (64 + 3 * 128 + 256 + 3 * 512) + 5130
    assert build("resnet9").tensors["pool"].shape == (1, 512, 1, 1)


def test_other_resolutions() -> None:
    assert build("resnet50", bindings={"resolution": 320}).tensors["layer4.2.add"].shape == (1, 2048, 10, 10)
    assert build("resnet9", bindings={"resolution": 64}).tensors["layer3.add"].shape == (1, 512, 8, 8)


def test_resnext50_has_32_groups_of_4() -> None:
    """Twice as wide inside as ResNet-50: 128 filters in the first stage, each over 128 / 32 = 4 channels."""
    network = build("resnext50")
    works = {operator.name: operator.work for operator in network.operators}
    for stage in range(4):
        work = works[f"layer{stage + 1}.0.conv2"]
        assert isinstance(work, Convolution)
        assert work.groups == 32
    assert network.tensors["layer1.0.conv2.weight"].shape == (128, 4, 3, 3)
    assert network.tensors["layer4.2.conv3.weight"].shape == (2048, 1024, 1, 1)
