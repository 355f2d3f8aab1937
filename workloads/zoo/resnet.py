"""ResNets: He et al., "Deep residual learning for image recognition", CVPR 2016, and a nine-layer one for CIFAR.

ResNeXt: Xie et al., "Aggregated residual transformations for deep neural networks", CVPR 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec, fused
from workloads.zoo.options import ZooOptions

_EXPANSION = 4
"""Filters of a bottleneck's output over those that its stage is named after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BottleneckSpec:
    """What the bottlenecks of a network have in common.

    ``width_factor``: filters of the 3x3 convolution over those that the stage is named after (64, 128, ...).
    ``groups``: of that convolution. ``is_dilated``: the last two stages keep their resolution and dilate instead.
    """

    width_factor: int = 1
    groups: int = 1
    is_dilated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    filters: int
    stride: int
    dilation: int = 1


def resnet18(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append ResNet-18: two basic blocks a stage."""
    x = _stem(builder, options)
    for stage in range(4):
        for index in range(2):
            block = _Block(filters=64 * 2**stage, stride=2 if stage > 0 and index == 0 else 1)
            x = _basic_block(builder, f"layer{stage + 1}.{index}", x, block)
    return (_classify(builder, x),)


def resnet50(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append ResNet-50 v1.5: bottlenecks whose stride is in the 3x3 convolution, as torchvision and MLPerf have it."""
    return (_classify(builder, resnet50_features(builder, options, BottleneckSpec())),)


def resnext50(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append ResNeXt-50 (32x4d)."""
    return (_classify(builder, resnet50_features(builder, options, BottleneckSpec(width_factor=2, groups=32))),)


def resnet9(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append the ResNet-9 for CIFAR of D. Page, "How to train your ResNet" (DAWNBench, 2018), its last layer biased."""
    resolution = options.bindings["resolution"]
    x = builder.input("image", (options.batch, 3, resolution, resolution))
    x = builder.conv("prep", x, _conv(64, 3, 1, "relu"))
    for stage, filters in enumerate((128, 256, 512), start=1):
        x = builder.conv(f"layer{stage}", x, _conv(filters, 3, 1, "relu"))
        x = builder.pool(f"layer{stage}.pool", x, PoolSpec(function="max", kernel=2, stride=2))
        if stage != 2:
            branch = builder.conv(f"layer{stage}.residual.0", x, _conv(filters, 3, 1, "relu"))
            branch = builder.conv(f"layer{stage}.residual.1", branch, _conv(filters, 3, 1, "relu"))
            x = builder.elementwise(f"layer{stage}.add", "add", x, branch)
    return (builder.linear("fc", builder.global_pool("pool", x, "max"), 10),)


def resnet50_features(builder: GraphBuilder, options: ZooOptions, spec: BottleneckSpec) -> str:
    """Append the image and four stages of bottlenecks; returns their last output (B, 2048, H/32, W/32).

    Dilated, a stage's first block still dilates as the stage before did, and the output is (B, 2048, H/8, W/8).
    """
    x = _stem(builder, options)
    dilation = 1
    for stage, num_blocks in enumerate((3, 4, 6, 3)):
        keeps_resolution = stage == 0 or (spec.is_dilated and stage >= 2)
        for index in range(num_blocks):
            stride = 1 if keeps_resolution or index > 0 else 2
            block = _Block(filters=64 * 2**stage, stride=stride, dilation=dilation)
            x = _bottleneck(builder, f"layer{stage + 1}.{index}", x, block, spec)
            if spec.is_dilated and stage >= 2 and index == 0:
                dilation *= 2
    return x


def _stem(builder: GraphBuilder, options: ZooOptions) -> str:
    resolution = options.bindings["resolution"]
    x = builder.input("image", (options.batch, 3, resolution, resolution))
    x = builder.conv("conv1", x, _conv(64, 7, 2, "relu"))
    return builder.pool("maxpool", x, PoolSpec(function="max", kernel=3, stride=2, padding=1))


def _classify(builder: GraphBuilder, x: str) -> str:
    return builder.linear("fc", builder.global_pool("avgpool", x), 1000)


def _basic_block(builder: GraphBuilder, name: str, x: str, block: _Block) -> str:
    y = builder.conv(f"{name}.conv1", x, _conv(block.filters, 3, block.stride, "relu"))
    y = builder.conv(f"{name}.conv2", y, _conv(block.filters, 3, 1, None))
    return _join(builder, name, x, y, block.stride)


def _bottleneck(builder: GraphBuilder, name: str, x: str, block: _Block, spec: BottleneckSpec) -> str:
    width = spec.width_factor * block.filters
    middle = ConvSpec(
        filters=width,
        kernel=3,
        stride=block.stride,
        padding=block.dilation,
        dilation=block.dilation,
        groups=spec.groups,
        batch_norm=True,
        activation="relu",
    )
    y = builder.conv(f"{name}.conv1", x, _conv(width, 1, 1, "relu"))
    y = builder.conv(f"{name}.conv2", y, middle)
    y = builder.conv(f"{name}.conv3", y, _conv(_EXPANSION * block.filters, 1, 1, None))
    return _join(builder, name, x, y, block.stride)


def _join(builder: GraphBuilder, name: str, x: str, y: str, stride: int) -> str:
    """Add the shortcut: the identity, or a 1x1 projection where the shape changes."""
    if builder.shape(x) != builder.shape(y):
        x = builder.conv(f"{name}.downsample", x, _conv(builder.shape(y)[1], 1, stride, None))
    return builder.elementwise(f"{name}.add", "add", y, x, fusions=(fused(f"{name}.relu", "relu"),))


def _conv(filters: int, kernel: int, stride: int, activation: str | None) -> ConvSpec:
    return ConvSpec(
        filters=filters,
        kernel=kernel,
        stride=stride,
        padding=kernel // 2,
        batch_norm=True,
        activation=activation,
    )
