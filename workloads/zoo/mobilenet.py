"""MobileNetV2: Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", CVPR 2018, table 2."""

from __future__ import annotations

from workloads.zoo.builder import GraphBuilder
from workloads.zoo.inverted_residual import InvertedResidual, conv_spec, inverted_residual
from workloads.zoo.options import ZooOptions

_STAGES = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""Expansion, output channels, repeats and stride of each row of table 2."""
_STEM_CHANNELS, _LAST_CHANNELS = 32, 1280
_CHANNEL_MULTIPLE = 8


def mobilenet_v2(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append MobileNetV2 at the width that is bound; the last convolution gets no narrower than at width 1.0."""
    resolution, percent = options.bindings["resolution"], options.bindings["width_percent"]
    x = builder.input("image", (options.batch, 3, resolution, resolution))
    x = builder.conv("features.0", x, conv_spec(scaled_channels(_STEM_CHANNELS, percent), 3, 2))
    index = 1
    for expansion, channels, repeats, first_stride in _STAGES:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            width = scaled_channels(channels, percent)
            block = InvertedResidual(expansion=expansion, channels=width, stride=stride)
            x = inverted_residual(builder, f"features.{index}", x, block)
            index += 1
    last = scaled_channels(_LAST_CHANNELS, max(100, percent))
    x = builder.conv(f"features.{index}", x, conv_spec(last, 1, 1))
    return (builder.linear("classifier", builder.global_pool("avgpool", x), options.bindings["classes"]),)


def scaled_channels(channels: int, percent: int) -> int:
    """Return ``percent`` of ``channels`` to the nearest multiple of 8, up where that would take away over a tenth.

    Source: ``make_divisible`` of the authors' implementation (TensorFlow models, slim).
    """
    wanted = channels * percent
    nearest = max(1, (wanted + 50 * _CHANNEL_MULTIPLE) // (100 * _CHANNEL_MULTIPLE)) * _CHANNEL_MULTIPLE
    return nearest + _CHANNEL_MULTIPLE if 1000 * nearest < 9 * wanted else nearest
