"""DenseNet-121: Huang et al., "Densely connected convolutional networks", CVPR 2017, table 1.

Both graphs compute the same: what differs is how a layer's output joins those before it.
"""

from __future__ import annotations

from workloads.operators import OperatorKind
from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec, fused
from workloads.zoo.options import ZooOptions

_LAYERS = (6, 12, 24, 16)
_GROWTH = 32
_BOTTLENECK = 4 * _GROWTH
_STEM_FILTERS = 64


def densenet121(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append DenseNet-121 as torchvision has it: each layer concatenates the outputs of all before it anew."""
    x = builder.pool("features.pool0", _stem(builder, options), PoolSpec(function="max", kernel=3, stride=2, padding=1))
    for block, num_layers in enumerate(_LAYERS, start=1):
        outputs = [x]
        for layer in range(1, num_layers + 1):
            name = f"features.denseblock{block}.denselayer{layer}"
            x = builder.concat(f"{name}.concat", *outputs) if layer > 1 else x
            outputs.append(_dense_layer(builder, name, _normalised(builder, f"{name}.norm1", x)))
        x = builder.concat(f"features.denseblock{block}.concat", *outputs)
        if block < len(_LAYERS):
            name = f"features.transition{block}"
            x = _transition(builder, name, _normalised(builder, f"{name}.norm", x))
    return (_classify(builder, _normalised(builder, "features.norm5", x)),)


def densenet121_binary_concat(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append DenseNet-121 as Keras exports it: each layer's output is concatenated to what the layers before left.

    309 operators that are not views: the pooling's padding is one of its own, and a normalisation that no convolution
    precedes is a multiplication and an addition (with its ReLU), as in a TFLite file.
    """
    x = _stem(builder, options)
    batch, channels, height, width = builder.shape(x)
    x = builder.move("pool1.pad", OperatorKind.PAD, (x,), (batch, channels, height + 2, width + 2))
    x = builder.pool("pool1", x, PoolSpec(function="max", kernel=3, stride=2))
    for block, num_layers in enumerate(_LAYERS, start=2):
        for layer in range(1, num_layers + 1):
            name = f"conv{block}.block{layer}"
            y = _dense_layer(builder, name, _scaled(builder, f"{name}.norm1", x))
            x = builder.concat(f"{name}.concat", x, y)
        if block < len(_LAYERS) + 1:
            name = f"pool{block}"
            x = _transition(builder, name, _scaled(builder, f"{name}.norm", x))
    return (_classify(builder, _scaled(builder, "norm5", x)),)


def _stem(builder: GraphBuilder, options: ZooOptions) -> str:
    resolution = options.bindings["resolution"]
    x = builder.input("image", (options.batch, 3, resolution, resolution))
    spec = ConvSpec(filters=_STEM_FILTERS, kernel=7, stride=2, padding=3, batch_norm=True, activation="relu")
    return builder.conv("conv0", x, spec)


def _dense_layer(builder: GraphBuilder, name: str, x: str) -> str:
    """Append the two convolutions of a layer, whose input is normalised already: 32 new channels."""
    y = builder.conv(f"{name}.conv1", x, ConvSpec(filters=_BOTTLENECK, kernel=1, batch_norm=True, activation="relu"))
    return builder.conv(f"{name}.conv2", y, ConvSpec(filters=_GROWTH, kernel=3, padding=1, bias=False))


def _transition(builder: GraphBuilder, name: str, x: str) -> str:
    """Append the convolution that halves the channels and the pooling that halves the image."""
    x = builder.conv(f"{name}.conv", x, ConvSpec(filters=builder.shape(x)[1] // 2, kernel=1, bias=False))
    return builder.pool(f"{name}.pool", x, PoolSpec(function="average", kernel=2, stride=2))


def _normalised(builder: GraphBuilder, name: str, x: str) -> str:
    return builder.activation(f"{name}.relu", "relu", builder.batch_norm(name, x))


def _scaled(builder: GraphBuilder, name: str, x: str) -> str:
    channels = (builder.shape(x)[1], 1, 1)
    y = builder.elementwise(f"{name}.mul", "mul", x, builder.weight(f"{name}.scale", channels))
    relu = (fused(f"{name}.relu", "relu"),)
    return builder.elementwise(f"{name}.add", "add", y, builder.weight(f"{name}.shift", channels), fusions=relu)


def _classify(builder: GraphBuilder, x: str) -> str:
    return builder.linear("classifier", builder.global_pool("avgpool", x), 1000)
