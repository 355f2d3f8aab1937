"""A network in the manner of MCUNet: Lin et al., "MCUNet: tiny deep learning on IoT devices", NeurIPS 2020.

It is not the published one, whose kernels and expansions were searched for block by block. This one has its kind of
block, its widths of 8 to 160 channels without a wide layer before the classifier, kernels of 3 to 7, and about as many
parameters (0.77 million with 1000 classes), in a regular table.
"""

from __future__ import annotations

from workloads.zoo.builder import GraphBuilder
from workloads.zoo.inverted_residual import InvertedResidual, conv_spec, inverted_residual
from workloads.zoo.options import ZooOptions

_STEM_CHANNELS = 16
_STAGES = (
    (1, 3, 8, 1, 1),
    (4, 7, 16, 3, 2),
    (5, 5, 24, 3, 2),
    (5, 5, 40, 3, 2),
    (5, 5, 48, 3, 1),
    (5, 5, 96, 3, 2),
    (6, 7, 160, 1, 1),
)
"""Expansion, kernel, output channels, repeats and stride of the first repeat."""


def mcunet_like(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append a network in the manner of MCUNet: stem, 17 inverted residuals, classifier."""
    resolution = options.bindings["resolution"]
    x = builder.input("image", (options.batch, 3, resolution, resolution))
    x = builder.conv("stem", x, conv_spec(_STEM_CHANNELS, 3, 2))
    index = 0
    for expansion, kernel, channels, repeats, first_stride in _STAGES:
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            block = InvertedResidual(expansion=expansion, channels=channels, stride=stride, kernel=kernel)
            x = inverted_residual(builder, f"blocks.{index}", x, block)
            index += 1
    return (builder.linear("classifier", builder.global_pool("avgpool", x), options.bindings["classes"]),)
