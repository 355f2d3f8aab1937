"""Networks for clips (B, 3, frames, H, W), over the 400 classes of Kinetics, as torchvision has them.

R(2+1)D: Tran et al., "A closer look at spatiotemporal convolutions for action recognition", CVPR 2018. S3D: Xie et al.,
"Rethinking spatiotemporal feature learning", ECCV 2018. Both split a convolution of space and time in two.
"""

from __future__ import annotations

from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec, fused
from workloads.zoo.options import ZooOptions

_NUM_CLASSES = 400

_S3D_BLOCKS = (
    ((64,), (96, 128), (16, 32), (32,)),
    ((128,), (128, 192), (32, 96), (64,)),
    ((192,), (96, 208), (16, 48), (64,)),
    ((160,), (112, 224), (24, 64), (64,)),
    ((128,), (128, 256), (24, 64), (64,)),
    ((112,), (144, 288), (32, 64), (64,)),
    ((256,), (160, 320), (32, 128), (128,)),
    ((256,), (160, 320), (32, 128), (128,)),
    ((384,), (192, 384), (48, 128), (128,)),
)
"""Filters of the four branches of each block: pointwise; reduced and full, twice; pointwise after pooling."""

_S3D_POOLS = {
    2: PoolSpec(function="max", kernel=3, stride=2, padding=1),
    7: PoolSpec(function="max", kernel=2, stride=2),
}
"""Pooling layers by the block that they precede."""


def r2plus1d_18(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append R(2+1)D-18: two blocks a stage, each convolution a spatial and a temporal one."""
    x = builder.conv("stem.0", _clip(builder, options), _conv(45, (1, 7, 7), (1, 2, 2)))
    x = builder.conv("stem.3", x, _conv(64, (3, 1, 1)))
    for stage in range(4):
        for index in range(2):
            stride = 2 if stage > 0 and index == 0 else 1
            x = _residual_block(builder, f"layer{stage + 1}.{index}", x, 64 * 2**stage, stride)
    return (builder.linear("fc", builder.global_pool("avgpool", x), _NUM_CLASSES),)


def s3d(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append S3D (without gating): Inception v1 whose 3x3 convolutions became spatial and temporal pairs."""
    spatial_pool = PoolSpec(function="max", kernel=(1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1))
    x = _separable(builder, "features.0", _clip(builder, options), 64, (7, 2))
    x = builder.conv("features.2", builder.pool("features.1", x, spatial_pool), _conv(64, 1))
    x = builder.pool("features.4", _separable(builder, "features.3", x, 192, (3, 1)), spatial_pool)
    for index, branches in enumerate(_S3D_BLOCKS):
        if index in _S3D_POOLS:
            x = builder.pool(f"block{index}.pool", x, _S3D_POOLS[index])
        x = _inception(builder, f"block{index}", x, branches)
    frames = builder.shape(x)[2]
    x = builder.pool("avgpool", x, PoolSpec(function="average", kernel=(min(frames, 2), 7, 7), stride=1))
    x = builder.conv("classifier", x, ConvSpec(filters=_NUM_CLASSES, kernel=1))
    return (_mean_over_positions(builder, x),)


def _clip(builder: GraphBuilder, options: ZooOptions) -> str:
    resolution = options.bindings["resolution"]
    return builder.input("clip", (options.batch, 3, options.bindings["frames"], resolution, resolution))


def _residual_block(builder: GraphBuilder, name: str, x: str, filters: int, stride: int) -> str:
    channels = builder.shape(x)[1]
    # As many filters between the two as give the pair the parameters of one 3x3x3 convolution (section 3.5).
    middle = 27 * channels * filters // (9 * channels + 3 * filters)
    y = x
    for index, (step, activation) in enumerate(((stride, "relu"), (1, None)), start=1):
        y = builder.conv(f"{name}.conv{index}.spatial", y, _conv(middle, (1, 3, 3), (1, step, step)))
        spec = _conv(filters, (3, 1, 1), (step, 1, 1), activation=activation)
        y = builder.conv(f"{name}.conv{index}.temporal", y, spec)
    if builder.shape(x) != builder.shape(y):
        x = builder.conv(f"{name}.downsample", x, _conv(filters, 1, stride, activation=None))
    return builder.elementwise(f"{name}.add", "add", y, x, fusions=(fused(f"{name}.relu", "relu"),))


def _inception(builder: GraphBuilder, name: str, x: str, branches: tuple[tuple[int, ...], ...]) -> str:
    outputs = [builder.conv(f"{name}.branch0", x, _conv(branches[0][0], 1))]
    for index in (1, 2):
        reduced, filters = branches[index]
        y = builder.conv(f"{name}.branch{index}.reduce", x, _conv(reduced, 1))
        outputs.append(_separable(builder, f"{name}.branch{index}", y, filters, (3, 1)))
    pooled = builder.pool(f"{name}.branch3.pool", x, PoolSpec(function="max", kernel=3, stride=1, padding=1))
    outputs.append(builder.conv(f"{name}.branch3", pooled, _conv(branches[3][0], 1)))
    return builder.concat(f"{name}.concat", *outputs)


def _separable(builder: GraphBuilder, name: str, x: str, filters: int, kernel_and_stride: tuple[int, int]) -> str:
    kernel, stride = kernel_and_stride
    x = builder.conv(f"{name}.spatial", x, _conv(filters, (1, kernel, kernel), (1, stride, stride)))
    return builder.conv(f"{name}.temporal", x, _conv(filters, (kernel, 1, 1), (stride, 1, 1)))


def _mean_over_positions(builder: GraphBuilder, x: str) -> str:
    """Return x (B, C) averaged over positions; nothing to average at 16 frames of 224 x 224."""
    batch, channels, *sizes = builder.shape(x)
    if sizes == [1, 1, 1]:
        return builder.view("mean", x, (batch, channels))
    return builder.global_pool("mean", x)


def _conv(
    filters: int,
    kernel: int | tuple[int, int, int],
    stride: int | tuple[int, int, int] = 1,
    activation: str | None = "relu",
) -> ConvSpec:
    """Return a convolution that pads half its kernel, so that only its stride shrinks the clip."""
    padding = kernel // 2 if isinstance(kernel, int) else tuple(size // 2 for size in kernel)
    return ConvSpec(
        filters=filters, kernel=kernel, stride=stride, padding=padding, batch_norm=True, activation=activation
    )
