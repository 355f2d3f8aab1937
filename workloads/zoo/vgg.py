"""VGG: Simonyan and Zisserman, "Very deep convolutional networks for large-scale image recognition", ICLR 2015."""

from __future__ import annotations

from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec, fused
from workloads.zoo.options import ZooOptions

_STAGES = ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4))
"""Filters and number of convolutions of each stage of configuration E; a 2x2 max-pooling ends each."""


def vgg19(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append VGG-19 (configuration E, no batch normalisation)."""
    resolution = options.bindings["resolution"]
    x = builder.input("image", (options.batch, 3, resolution, resolution))
    for stage, (filters, num_convs) in enumerate(_STAGES, start=1):
        for index in range(1, num_convs + 1):
            spec = ConvSpec(filters=filters, kernel=3, padding=1, activation="relu")
            x = builder.conv(f"conv{stage}_{index}", x, spec)
        x = builder.pool(f"pool{stage}", x, PoolSpec(function="max", kernel=2, stride=2))
    x = _adapt_to_7x7(builder, x)
    x = builder.flatten("flatten", x)
    x = builder.linear("fc6", x, 4096, fusions=(fused("fc6.relu", "relu"),))
    x = builder.linear("fc7", x, 4096, fusions=(fused("fc7.relu", "relu"),))
    return (builder.linear("fc8", x, 1000),)


def _adapt_to_7x7(builder: GraphBuilder, x: str) -> str:
    """Average down to the 7x7 that the first linear layer expects; nothing to do at a resolution of 224."""
    kernel = builder.shape(x)[-1] // 7
    return x if kernel == 1 else builder.pool("avgpool", x, PoolSpec(function="average", kernel=kernel, stride=kernel))
