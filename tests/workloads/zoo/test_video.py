"""Video networks: convolutions over three axes, and sizes of clips."""

from __future__ import annotations

import pytest

from tests.workloads.zoo.counts import num_macs
from workloads.tensor import TensorRole
from workloads.zoo import build


def test_torchvision_counts_of_r2plus1d_at_its_own_resolution() -> None:
    """Source: torchvision R2Plus1D_18_Weights.KINETICS400_V1: num_params, _ops at 16 frames of 112 x 112."""
    network = build("r2plus1d_18", bindings={"resolution": 112})
    assert network.num_parameters == 31505325
    assert round(num_macs(network) / 1e9, 3) == 40.519


def test_pairs_have_the_filters_of_section_3_5() -> None:
    """27 x 64 x 64 / (9 x 64 + 3 x 64) = 144; from 64 to 128: 27 x 64 x 128 / (9 x 64 + 3 x 128) = 230.4."""
    tensors = build("r2plus1d_18").tensors
    assert tensors["layer1.0.conv1.spatial.weight"].shape == (144, 64, 1, 3, 3)
    assert tensors["layer1.0.conv1.temporal.weight"].shape == (64, 144, 3, 1, 1)
    assert tensors["layer2.0.conv1.spatial.weight"].shape == (230, 64, 1, 3, 3)
    assert tensors["layer2.0.conv1.spatial"].shape == (1, 230, 16, 56, 56)
    assert tensors["layer4.1.add"].shape == (1, 512, 2, 14, 14)


def test_inception_blocks_of_s3d() -> None:
    """Channels: 64 + 128 + 32 + 32 = 256 after the first block; 384 + 384 + 128 + 128 = 1024 after the last."""
    tensors = build("s3d").tensors
    assert tensors["block0.concat"].shape == (1, 256, 8, 28, 28)
    assert tensors["block8.concat"].shape == (1, 1024, 2, 7, 7)
    assert "mean.weight" not in tensors


@pytest.mark.parametrize("bindings", [{"frames": 64}, {"resolution": 256}, {"frames": 8}])
def test_other_clips_are_averaged_to_one_row(bindings: dict[str, int]) -> None:
    for name in ("s3d", "r2plus1d_18"):
        (scores,) = build(name, batch=2, bindings=bindings).with_role(TensorRole.OUTPUT)
        assert scores.shape == (2, 400)
