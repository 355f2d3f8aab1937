"""Semantic segmentation over the 21 classes of Pascal VOC, as torchvision has it, without auxiliary classifiers.

FCN: Long et al., CVPR 2015. DeepLabV3: Chen et al., "Rethinking atrous convolution for semantic image segmentation",
2017. L-RASPP: Howard et al., "Searching for MobileNetV3", ICCV 2019, section 6.4.
"""

from __future__ import annotations

from workloads.zoo.builder import ConvSpec, GraphBuilder
from workloads.zoo.mobilenet_v3 import mobilenet_v3_features
from workloads.zoo.options import ZooOptions
from workloads.zoo.resnet import BottleneckSpec, resnet50_features

_NUM_CLASSES = 21
_ATROUS_RATES = (12, 24, 36)
_LOW_LEVEL_LAYER = 4
"""The layer of MobileNetV3 after which the image is an eighth as wide and as high."""


def fcn_resnet50(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append FCN on a dilated ResNet-50: scores (B, 21, H, W)."""
    x = resnet50_features(builder, options, BottleneckSpec(is_dilated=True))
    x = builder.conv("classifier.0", x, _conv(512, 3, padding=1))
    return (_score(builder, options, "classifier.4", x),)


def deeplabv3_resnet50(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append DeepLabV3 on a dilated ResNet-50: scores (B, 21, H, W)."""
    x = resnet50_features(builder, options, BottleneckSpec(is_dilated=True))
    branches = [builder.conv("aspp.0", x, _conv(256, 1))]
    for index, rate in enumerate(_ATROUS_RATES, start=1):
        branches.append(builder.conv(f"aspp.{index}", x, _conv(256, 3, padding=rate, dilation=rate)))
    pooled = builder.conv("aspp.4", builder.pool_image("aspp.4.avgpool", x), _conv(256, 1))
    branches.append(builder.resize("aspp.4.resize", pooled, builder.shape(x)[2:]))
    x = builder.conv("aspp.project", builder.concat("aspp.concat", *branches), _conv(256, 1))
    x = builder.conv("classifier.1", x, _conv(256, 3, padding=1))
    return (_score(builder, options, "classifier.4", x),)


def lraspp_mobilenet_v3_large(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append L-RASPP on a dilated MobileNetV3-Large: scores (B, 21, H, W)."""
    features = mobilenet_v3_features(builder, options, is_dilated=True)
    low, high = features[_LOW_LEVEL_LAYER], features[-1]
    scale = ConvSpec(filters=128, kernel=1, bias=False, activation="sigmoid")
    factors = builder.conv("classifier.scale", builder.pool_image("classifier.avgpool", high), scale)
    x = builder.elementwise("classifier.mul", "mul", builder.conv("classifier.cbr", high, _conv(128, 1)), factors)
    x = builder.resize("classifier.resize", x, builder.shape(low)[2:])
    scores = ConvSpec(filters=_NUM_CLASSES, kernel=1)
    x = builder.conv("classifier.high", x, scores)
    x = builder.elementwise("classifier.add", "add", builder.conv("classifier.low", low, scores), x)
    return (_resize_to_image(builder, options, x),)


def _score(builder: GraphBuilder, options: ZooOptions, name: str, x: str) -> str:
    return _resize_to_image(builder, options, builder.conv(name, x, ConvSpec(filters=_NUM_CLASSES, kernel=1)))


def _resize_to_image(builder: GraphBuilder, options: ZooOptions, x: str) -> str:
    resolution = options.bindings["resolution"]
    return builder.resize("out", x, (resolution, resolution))


def _conv(filters: int, kernel: int, padding: int = 0, dilation: int = 1) -> ConvSpec:
    return ConvSpec(
        filters=filters, kernel=kernel, padding=padding, dilation=dilation, batch_norm=True, activation="relu"
    )
