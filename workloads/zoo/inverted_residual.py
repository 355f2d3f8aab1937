"""Inverted residuals: expand, filter each channel alone, project without activation, add the input where it fits.

Source: Sandler et al., "MobileNetV2: inverted residuals and linear bottlenecks", CVPR 2018.
"""

from __future__ import annotations

from dataclasses import dataclass

from workloads.zoo.builder import ConvSpec, GraphBuilder


@dataclass(frozen=True, slots=True, kw_only=True)
class InvertedResidual:
    """A block: its hidden channels are ``expansion`` times those of its input."""

    expansion: int
    channels: int
    stride: int
    kernel: int = 3


def inverted_residual(builder: GraphBuilder, name: str, x: str, block: InvertedResidual) -> str:
    """Append ``block`` and return its output; an expansion by 1 has no convolution."""
    hidden = block.expansion * builder.shape(x)[1]
    y = x if block.expansion == 1 else builder.conv(f"{name}.expand", x, conv_spec(hidden, 1, 1))
    y = builder.conv(f"{name}.depthwise", y, conv_spec(hidden, block.kernel, block.stride, groups=hidden))
    y = builder.conv(f"{name}.project", y, ConvSpec(filters=block.channels, kernel=1, batch_norm=True))
    return builder.elementwise(f"{name}.add", "add", x, y) if builder.shape(x) == builder.shape(y) else y


def conv_spec(filters: int, kernel: int, stride: int, groups: int = 1) -> ConvSpec:
    """Return a convolution with batch normalisation and ReLU6."""
    return ConvSpec(
        filters=filters,
        kernel=kernel,
        stride=stride,
        padding=kernel // 2,
        groups=groups,
        batch_norm=True,
        activation="relu6",
    )
