"""The five networks on which N:M training was measured, in shapes that are stated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workloads.errors import ConfigError
from workloads.formats import FP16
from workloads.fusion import fuse_operators
from workloads.load import load_network
from workloads.nearest_names import did_you_mean
from workloads.network import Network
from workloads.operators import OperatorKind
from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec
from workloads.zoo.transformer import feed_forward, self_attention


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedNetwork:
    """A network of the table: its name, its shape in words, and what builds it for a batch."""

    name: str
    shape: str
    build: Callable[[int], Network]


def trained_networks(names: tuple[str, ...] = ()) -> tuple[TrainedNetwork, ...]:
    """Return the networks called ``names``, all unless given.

    Assumes the shapes that the source leaves open: VGG19 ends in one linear layer after its last pooling, and the ViT
    has the width, depth and heads of ViT-S with patches of 4 x 4.

    Raises
    ------
    ConfigError
        For a name that is not in the table.
    """
    known = [one.name for one in _NETWORKS]
    for name in names:
        if name not in known:
            raise ConfigError(
                f"train-table has no network {name!r}, expected one of {', '.join(known)}{did_you_mean(name, known)}"
            )
    return tuple(one for one in _NETWORKS if not names or one.name in names)


def _zoo(name: str, resolution: int) -> Callable[[int], Network]:
    return lambda batch: load_network(name, batch=batch, bindings={"resolution": resolution}, format=FP16)


def vgg19_of_small_images(batch: int) -> Network:
    """Return VGG19 with batch normalisation for images of 32 x 32 elements and 100 classes."""
    builder = GraphBuilder(name="vgg19", format=FP16)
    x = builder.input("image", (batch, 3, 32, 32))
    for stage, (filters, num_convs) in enumerate(((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)), start=1):
        for index in range(1, num_convs + 1):
            spec = ConvSpec(filters=filters, kernel=3, padding=1, batch_norm=True, activation="relu")
            x = builder.conv(f"conv{stage}_{index}", x, spec)
        x = builder.pool(f"pool{stage}", x, PoolSpec(function="max", kernel=2, stride=2))
    return fuse_operators(builder.finish((builder.linear("fc", builder.flatten("flatten", x), 100),)))


def vit_of_small_images(batch: int) -> Network:
    """Return ViT-S (width 384, 12 blocks, 6 heads) with 64 patches of 4 x 4 elements, a class token and 100 classes."""
    builder = GraphBuilder(name="vit", format=FP16)
    image = builder.input("image", (batch, 3, 32, 32))
    patches = builder.conv("patch_embedding", image, ConvSpec(filters=384, kernel=4, stride=4))
    x = builder.view("patch_embedding.tokens", patches, (batch, 64, 384))
    x = builder.move("class_token.pad", OperatorKind.PAD, (x,), (batch, 65, 384))
    x = builder.elementwise("position_embedding", "add", x, builder.weight("position_embedding.weight", (1, 65, 384)))
    for block in range(12):
        name = f"blocks.{block}"
        y = self_attention(builder, f"{name}.attention", builder.layer_norm(f"{name}.norm1", x), 6)
        x = builder.elementwise(f"{name}.add1", "add", x, y)
        y = feed_forward(builder, f"{name}.mlp", builder.layer_norm(f"{name}.norm2", x), 4 * 384)
        x = builder.elementwise(f"{name}.add2", "add", x, y)
    x = builder.move("class_token", OperatorKind.SLICE, (builder.layer_norm("norm", x),), (batch, 1, 384))
    x = builder.view("class_token.flatten", x, (batch, 384))
    return fuse_operators(builder.finish((builder.linear("head", x, 100),)))


_NETWORKS = (
    TrainedNetwork(name="resnet9", shape="3x32x32, 10 classes", build=_zoo("resnet9", 32)),
    TrainedNetwork(name="vgg19", shape="3x32x32, 100 classes", build=vgg19_of_small_images),
    TrainedNetwork(name="vit", shape="3x32x32, patches of 4x4, 100 classes", build=vit_of_small_images),
    TrainedNetwork(name="resnet18", shape="3x64x64, 1000 classes", build=_zoo("resnet18", 64)),
    TrainedNetwork(name="resnet50", shape="3x224x224, 1000 classes", build=_zoo("resnet50", 224)),
)
