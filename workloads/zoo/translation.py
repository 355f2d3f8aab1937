"""The Transformer for translation: Vaswani et al., "Attention is all you need", NeurIPS 2017, table 3 (base)."""

from __future__ import annotations

from workloads.formats import INT32
from workloads.zoo.builder import GraphBuilder, fused
from workloads.zoo.options import ZooOptions
from workloads.zoo.transformer import attention, feed_forward, self_attention

_VOCABULARY = 37000
"""Byte pairs that source, target and output projection share (section 5.1: "about 37000")."""

_DIM = 512
_HIDDEN_DIM = 2048
_NUM_HEADS = 8
_NUM_LAYERS = 6


def transformer_base(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append encoder and decoder over ``seq`` tokens each, all target tokens at once: logits (B, S, 37000).

    Assumes the embedding's factor sqrt(512) and the sinusoidal positions arrive as constants: the factor in the table,
    the positions as a network input.
    """
    length = options.bindings["seq"]
    table = builder.weight("embedding.weight", (_VOCABULARY, _DIM))
    source, target = (
        builder.gather(f"{side}.embedding", table, builder.input(f"{side}_ids", (options.batch, length), INT32))
        for side in ("source", "target")
    )
    positions = builder.input("positions", (length, _DIM))
    memory = _encode(builder, builder.elementwise("source.positions", "add", source, positions))
    x = _decode(builder, builder.elementwise("target.positions", "add", target, positions), memory)
    return (builder.matmul("logits", x, table, transpose_b=True),)


def _encode(builder: GraphBuilder, x: str) -> str:
    for layer in range(_NUM_LAYERS):
        name = f"encoder.{layer}"
        x = _add_and_normalise(builder, f"{name}.1", x, self_attention(builder, f"{name}.attention", x, _NUM_HEADS))
        x = _add_and_normalise(builder, f"{name}.2", x, feed_forward(builder, f"{name}.mlp", x, _HIDDEN_DIM, "relu"))
    return x


def _decode(builder: GraphBuilder, x: str, memory: str) -> str:
    for layer in range(_NUM_LAYERS):
        name = f"decoder.{layer}"
        mask = (fused(f"{name}.mask", "causal_mask"),)
        y = attention(builder, f"{name}.attention", (x, x), _NUM_HEADS, mask)
        x = _add_and_normalise(builder, f"{name}.1", x, y)
        y = attention(builder, f"{name}.cross_attention", (x, memory), _NUM_HEADS)
        x = _add_and_normalise(builder, f"{name}.2", x, y)
        x = _add_and_normalise(builder, f"{name}.3", x, feed_forward(builder, f"{name}.mlp", x, _HIDDEN_DIM, "relu"))
    return x


def _add_and_normalise(builder: GraphBuilder, name: str, x: str, y: str) -> str:
    return builder.layer_norm(f"{name}.norm", builder.elementwise(f"{name}.add", "add", x, y))
