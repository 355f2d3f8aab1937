"""ResNets: He et al., "Deep residual learning for image recognition", CVPR 2016, and a nine-layer one for CIFAR."""

from __future__ import annotations

from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec, fused
from workloads.zoo.options import ZooOptions


def resnet18(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append ResNet-18: two basic blocks a stage."""
    return _imagenet_resnet(builder, options, (2, 2, 2, 2), bottleneck=False)


def resnet50(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append ResNet-50 v1.5: bottlenecks whose stride is in the 3x3 convolution, as torchvision and MLPerf have it."""
    return _imagenet_resnet(builder, options, (3, 4, 6, 3), bottleneck=True)


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


def _imagenet_resnet(
    builder: GraphBuilder, options: ZooOptions, blocks_per_stage: tuple[int, ...], *, bottleneck: bool
) -> tuple[str, ...]:
    resolution = options.bindings["resolution"]
    x = builder.input("image", (options.batch, 3, resolution, resolution))
    stem = ConvSpec(filters=64, kernel=7, stride=2, padding=3, batch_norm=True, activation="relu")
    x = builder.conv("conv1", x, stem)
    x = builder.pool("maxpool", x, PoolSpec(function="max", kernel=3, stride=2, padding=1))
    block = _bottleneck if bottleneck else _basic_block
    for stage, num_blocks in enumerate(blocks_per_stage):
        for index in range(num_blocks):
            stride = 2 if stage > 0 and index == 0 else 1
            x = block(builder, f"layer{stage + 1}.{index}", x, 64 * 2**stage, stride)
    return (builder.linear("fc", builder.global_pool("avgpool", x), 1000),)


def _basic_block(builder: GraphBuilder, name: str, x: str, width: int, stride: int) -> str:
    y = builder.conv(f"{name}.conv1", x, _conv(width, 3, stride, "relu"))
    y = builder.conv(f"{name}.conv2", y, _conv(width, 3, 1, None))
    return _join(builder, name, x, y, stride)


def _bottleneck(builder: GraphBuilder, name: str, x: str, width: int, stride: int) -> str:
    y = builder.conv(f"{name}.conv1", x, _conv(width, 1, 1, "relu"))
    y = builder.conv(f"{name}.conv2", y, _conv(width, 3, stride, "relu"))
    y = builder.conv(f"{name}.conv3", y, _conv(4 * width, 1, 1, None))
    return _join(builder, name, x, y, stride)


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
