"""MobileNetV2: Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", CVPR 2018, table 2."""

from __future__ import annotations

from workloads.zoo.builder import ConvSpec, GraphBuilder
from workloads.zoo.options import ZooOptions

_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Expansion, output channels, repeats and stride of each row of table 2."""


def mobilenet_v2(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append MobileNetV2 at width 1.0."""
    resolution = options.bindings["resolution"]
    x = builder.input("image", (options.batch, 3, resolution, resolution))
    x = builder.conv("features.0", x, _conv(32, 3, 2))
    index = 1
    for expansion, channels, repeats, first_stride in _STAGES:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            x = _inverted_residual(builder, f"features.{index}", x, (expansion, channels, stride))
            index += 1
    x = builder.conv(f"features.{index}", x, _conv(1280, 1, 1))
    return (builder.linear("classifier", builder.global_pool("avgpool", x), 1000),)


def _inverted_residual(builder: GraphBuilder, name: str, x: str, block: tuple[int, int, int]) -> str:
    """Expand (unless by 1), filter each channel alone, project without activation, add the input where it fits."""
    expansion, channels, stride = block
    hidden = expansion * builder.shape(x)[1]
    y = x if expansion == 1 else builder.conv(f"{name}.expand", x, _conv(hidden, 1, 1))
    y = builder.conv(f"{name}.depthwise", y, _conv(hidden, 3, stride, groups=hidden))
    y = builder.conv(f"{name}.project", y, ConvSpec(filters=channels, kernel=1, batch_norm=True))
    return builder.elementwise(f"{name}.add", "add", x, y) if builder.shape(x) == builder.shape(y) else y


def _conv(filters: int, kernel: int, stride: int, groups: int = 1) -> ConvSpec:
    return ConvSpec(
        filters=filters,
        kernel=kernel,
        stride=stride,
        padding=kernel // 2,
        groups=groups,
        batch_norm=True,
        activation="relu6",
    )
