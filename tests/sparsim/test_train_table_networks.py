"""The networks of the table: parameters counted by hand."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from sparsim.train_table_networks import trained_networks, vgg19_of_small_images, vit_of_small_images
from workloads.errors import ConfigError


def test_names() -> None:
    assert [one.name for one in trained_networks()] == ["resnet9", "vgg19", "vit", "resnet18", "resnet50"]
    assert [one.name for one in trained_networks(("vit", "resnet9"))] == ["resnet9", "vit"]


def test_unknown() -> None:
    message = "train-table has no network 'vgg', expected one of resnet9, vgg19, vit, resnet18, resnet50"
    with pytest.raises(ConfigError, match=re.escape(message)):
        trained_networks(("vgg",))


def test_vgg19() -> None:
    # Convolutions of 3 x 3 with scale and shift of each filter, and a linear layer of 512 x 100 with bias.
    widths = (3, 64, 64, 128, 128, 256, 256, 256, 256, *(512,) * 8)
    convolutions = sum(9 * a * b + 2 * b for a, b in pairwise(widths))
    assert vgg19_of_small_images(1).num_parameters == convolutions + 512 * 100 + 100


def test_vit() -> None:
    # A block: four projections of 384 x 384, two of 384 x 1536, biases, two normalisations of 2 x 384.
    block = 4 * (384 * 384 + 384) + 2 * 384 * 1536 + 1536 + 384 + 4 * 384
    outside = 3 * 16 * 384 + 384 + 65 * 384 + 2 * 384 + 384 * 100 + 100
    assert vit_of_small_images(1).num_parameters == 12 * block + outside


@pytest.mark.parametrize("name", ["resnet9", "vgg19", "vit", "resnet18"])
def test_batch(name: str) -> None:
    network = trained_networks((name,))[0].build(2)
    image = next(tensor for tensor in network.tensors.values() if tensor.role == "input")
    assert image.shape[0] == 2
