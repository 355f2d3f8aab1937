"""MobileNetV3: Howard et al., "Searching for MobileNetV3", ICCV 2019, table 1."""

from __future__ import annotations

from dataclasses import dataclass

from workloads.zoo.builder import ConvSpec, GraphBuilder
from workloads.zoo.options import ZooOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of table 1: depthwise kernel, expanded and output channels, squeeze-and-excitation, activation, stride."""

    kernel: int
    hidden: int
    filters: int
    squeezes: bool
    activation: str
    stride: int = 1


_ROWS = (
    _Row(kernel=3, hidden=16, filters=16, squeezes=False, activation="relu"),
    _Row(kernel=3, hidden=64, filters=24, squeezes=False, activation="relu", stride=2),
    _Row(kernel=3, hidden=72, filters=24, squeezes=False, activation="relu"),
    _Row(kernel=5, hidden=72, filters=40, squeezes=True, activation="relu", stride=2),
    _Row(kernel=5, hidden=120, filters=40, squeezes=True, activation="relu"),
    _Row(kernel=5, hidden=120, filters=40, squeezes=True, activation="relu"),
    _Row(kernel=3, hidden=240, filters=80, squeezes=False, activation="hardswish", stride=2),
    _Row(kernel=3, hidden=200, filters=80, squeezes=False, activation="hardswish"),
    _Row(kernel=3, hidden=184, filters=80, squeezes=False, activation="hardswish"),
    _Row(kernel=3, hidden=184, filters=80, squeezes=False, activation="hardswish"),
    _Row(kernel=3, hidden=480, filters=112, squeezes=True, activation="hardswish"),
    _Row(kernel=3, hidden=672, filters=112, squeezes=True, activation="hardswish"),
    _Row(kernel=5, hidden=672, filters=160, squeezes=True, activation="hardswish", stride=2),
    _Row(kernel=5, hidden=960, filters=160, squeezes=True, activation="hardswish"),
    _Row(kernel=5, hidden=960, filters=160, squeezes=True, activation="hardswish"),
)
_FIRST_DILATED_ROW = 12
_LAST_FILTERS = 960
_CLASSIFIER_WIDTH = 1280


def mobilenet_v3_large(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append MobileNetV3-Large at width 1.0."""
    features = mobilenet_v3_features(builder, options, is_dilated=False)[-1]
    x = builder.global_pool("avgpool", features)
    x = builder.activation("classifier.0.hardswish", "hardswish", builder.linear("classifier.0", x, _CLASSIFIER_WIDTH))
    return (builder.linear("classifier.3", x, 1000),)


def mobilenet_v3_features(builder: GraphBuilder, options: ZooOptions, *, is_dilated: bool) -> tuple[str, ...]:
    """Append the image and all convolutions before the pooling; returns the outputs of its seventeen layers.

    ``is_dilated``: the last halving of the image is left out, and the rows from there on dilate by 2 instead.
    """
    resolution = options.bindings["resolution"]
    x = builder.input("image", (options.batch, 3, resolution, resolution))
    stem = ConvSpec(filters=16, kernel=3, stride=2, padding=1, batch_norm=True, activation="hardswish")
    outputs = [builder.conv("features.0", x, stem)]
    for index, row in enumerate(_ROWS):
        dilation = 2 if is_dilated and index >= _FIRST_DILATED_ROW else 1
        outputs.append(_inverted_residual(builder, f"features.{index + 1}", outputs[-1], row, dilation))
    last = ConvSpec(filters=_LAST_FILTERS, kernel=1, batch_norm=True, activation="hardswish")
    outputs.append(builder.conv(f"features.{len(outputs)}", outputs[-1], last))
    return tuple(outputs)


def _inverted_residual(builder: GraphBuilder, name: str, x: str, row: _Row, dilation: int) -> str:
    """Expand, filter each channel alone, weigh channels, project without activation, add the input where it fits."""
    y = x
    if builder.shape(x)[1] != row.hidden:
        spec = ConvSpec(filters=row.hidden, kernel=1, batch_norm=True, activation=row.activation)
        y = builder.conv(f"{name}.expand", x, spec)
    depthwise = ConvSpec(
        filters=row.hidden,
        kernel=row.kernel,
        stride=1 if dilation > 1 else row.stride,
        padding=dilation * (row.kernel // 2),
        dilation=dilation,
        groups=row.hidden,
        batch_norm=True,
        activation=row.activation,
    )
    y = builder.conv(f"{name}.depthwise", y, depthwise)
    if row.squeezes:
        y = _squeeze_and_excite(builder, f"{name}.squeeze", y)
    y = builder.conv(f"{name}.project", y, ConvSpec(filters=row.filters, kernel=1, batch_norm=True))
    return builder.elementwise(f"{name}.add", "add", x, y) if builder.shape(x) == builder.shape(y) else y


def _squeeze_and_excite(builder: GraphBuilder, name: str, x: str) -> str:
    """Multiply each channel by a factor that two small convolutions find from the channels' means."""
    channels = builder.shape(x)[1]
    y = builder.pool_image(f"{name}.avgpool", x)
    y = builder.conv(f"{name}.fc1", y, ConvSpec(filters=_squeezed(channels), kernel=1, activation="relu"))
    y = builder.conv(f"{name}.fc2", y, ConvSpec(filters=channels, kernel=1, activation="hardsigmoid"))
    return builder.elementwise(f"{name}.mul", "mul", x, y)


def _squeezed(channels: int) -> int:
    """Return a quarter of ``channels``, to the nearest multiple of 8 that is not more than a tenth below it."""
    quarter = channels // 4
    rounded = max(8, (quarter + 4) // 8 * 8)
    return rounded if rounded >= 0.9 * quarter else rounded + 8
