"""VGG-19: sixteen convolutions, three linear layers."""

from __future__ import annotations

from collections import Counter

from workloads.zoo import build


def test_layers() -> None:
    kinds = Counter(str(operator.kind) for operator in build("vgg19").operators)
    assert kinds == {"conv": 16, "pool": 5, "view": 1, "gemm": 3}


def test_larger_images_are_averaged_to_7x7() -> None:
    network = build("vgg19", bindings={"resolution": 448})
    assert network.tensors["pool5"].shape == (1, 512, 14, 14)
    assert network.tensors["avgpool"].shape == (1, 512, 7, 7)
    assert network.num_parameters == build("vgg19").num_parameters
