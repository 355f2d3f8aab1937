"""Hypothesis strategy: small networks of every kind of operator that the zoo's builder makes."""

from __future__ import annotations

from hypothesis import strategies as st

from workloads.network import Network
from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec


@st.composite
def networks(draw: st.DrawFn, *, whole_tensors: bool = True) -> Network:
    """A convolutional part, then a part on rows; int8 with int32 biases.

    ``whole_tensors``: additions may take a constant of the activation's whole shape, which has a fixed batch.
    """
    builder = GraphBuilder(name="drawn")
    batch, channels, size = draw(st.integers(1, 3)), draw(st.integers(1, 6)), draw(st.integers(3, 9))
    x = builder.input("x", (batch, channels, size, size))
    for layer in range(draw(st.integers(0, 3))):
        x = _spatial(draw, builder, f"layer{layer}", x, whole_tensors=whole_tensors)
    x = builder.flatten("flatten", x)
    for layer in range(draw(st.integers(0, 2))):
        x = _on_rows(draw, builder, f"row{layer}", x)
    return builder.finish((builder.linear("head", x, draw(st.integers(1, 9))),))


def _spatial(draw: st.DrawFn, builder: GraphBuilder, name: str, x: str, *, whole_tensors: bool) -> str:
    channels, size = builder.shape(x)[1:3]
    kind = draw(st.sampled_from(["conv", "depthwise", "pool", "add", "sigmoid", "transpose"]))
    if kind in ("conv", "depthwise"):
        kernel = draw(st.integers(1, min(11, size)))
        spec = ConvSpec(
            filters=channels if kind == "depthwise" else draw(st.integers(1, 8)),
            kernel=kernel,
            stride=draw(st.integers(1, 2)),
            padding=draw(st.integers(0, kernel - 1)),
            groups=channels if kind == "depthwise" else 1,
            activation=draw(st.sampled_from([None, "relu"])),
        )
        return builder.conv(name, x, spec)
    if kind == "pool":
        return builder.pool(name, x, PoolSpec(function="max", kernel=min(2, size), stride=draw(st.integers(1, 2))))
    if kind == "add":
        shapes = [(size,), (channels, 1, 1), *([builder.shape(x)] if whole_tensors else [])]
        return builder.elementwise(name, "add", x, builder.weight(f"{name}.other", draw(st.sampled_from(shapes))))
    if kind == "sigmoid":
        return builder.activation(name, "sigmoid", x)
    return builder.transpose(name, x, (0, 1, 3, 2))


def _on_rows(draw: st.DrawFn, builder: GraphBuilder, name: str, x: str) -> str:
    match draw(st.sampled_from(["linear", "softmax", "layer_norm"])):
        case "linear":
            return builder.linear(name, x, draw(st.integers(1, 20)))
        case "softmax":
            return builder.softmax(name, x)
        case _:
            return builder.layer_norm(name, x)
