"""LLaMA: Touvron et al., "LLaMA: open and efficient foundation language models", 2023 (7B: section 2, table 2)."""

from __future__ import annotations

from workloads.formats import INT32
from workloads.operators import Fusion, OperatorKind
from workloads.zoo.builder import GraphBuilder, fused
from workloads.zoo.options import ZooOptions
from workloads.zoo.transformer import attend, split_heads

_VOCABULARY = 32000
_DIM = 4096
_HIDDEN_DIM = 11008
_NUM_HEADS = 32
_HEAD_DIM = _DIM // _NUM_HEADS
_NUM_LAYERS = 32


def llama_7b_prefill(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append the pass over a prompt of ``context`` tokens: logits of the next token, and the cache of keys and values.

    Assumes only the last token goes through the final normalisation and the vocabulary projection.
    Assumes the scores of a prompt are computed in full and masked afterwards: the causal half is not skipped.
    """
    return _llama(builder, options, num_tokens=options.bindings["context"], is_decode=False)


def llama_7b_decode(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append one token's pass with a cache that is ``context`` tokens long.

    Assumes the cache counts the new token too and grows in place: new keys and values leave as outputs, and attention
    reads the whole cache as a network input.
    """
    return _llama(builder, options, num_tokens=1, is_decode=True)


def _llama(builder: GraphBuilder, options: ZooOptions, *, num_tokens: int, is_decode: bool) -> tuple[str, ...]:
    ids = builder.input("input_ids", (options.batch, num_tokens), INT32)
    # Tables of one position have one axis only, so that no axis of theirs looks like the batch.
    table_shape = (_HEAD_DIM,) if num_tokens == 1 else (num_tokens, _HEAD_DIM)
    rotary = (builder.input("rotary.cos", table_shape), builder.input("rotary.sin", table_shape))
    x = builder.gather("embedding", builder.weight("embedding.weight", (_VOCABULARY, _DIM)), ids)
    cache: list[str] = []
    for layer in range(_NUM_LAYERS):
        name = f"layers.{layer}"
        normalised = builder.rms_norm(f"{name}.norm1", x)
        q, k, v = _project(builder, name, normalised, rotary)
        cache += [k, v]
        k, v = _read_cache(builder, options, name) if is_decode else (k, split_heads(builder, v, _NUM_HEADS))
        mask = () if is_decode else (fused(f"{name}.mask", "causal_mask"),)
        y = attend(builder, f"{name}.attention", (q, k, v), mask)
        x = builder.elementwise(f"{name}.add1", "add", x, builder.linear(f"{name}.output", y, _DIM, bias=False))
        x = builder.elementwise(f"{name}.add2", "add", x, _swiglu(builder, name, builder.rms_norm(f"{name}.norm2", x)))
    if num_tokens > 1:
        x = builder.move("last_token", OperatorKind.SLICE, (x,), (options.batch, 1, _DIM))
    return (builder.linear("lm_head", builder.rms_norm("norm", x), _VOCABULARY, bias=False), *cache)


def _project(builder: GraphBuilder, name: str, x: str, rotary: tuple[str, str]) -> tuple[str, str, str]:
    """Append queries and keys as heads (B, H, S, D/H), turned by rotary embedding, and values (B, S, D).

    A rotated element is x * cos + rotated(x) * sin: two multiply-adds, as two extra inputs count.
    """
    scale = Fusion(name=f"{name}.scale", function="scale")  # commutes with the rotation, folds into the weights
    q = split_heads(builder, builder.linear(f"{name}.query", x, _DIM, bias=False, fusions=(scale,)), _NUM_HEADS)
    k = split_heads(builder, builder.linear(f"{name}.key", x, _DIM, bias=False), _NUM_HEADS)
    v = builder.linear(f"{name}.value", x, _DIM, bias=False)
    q = builder.elementwise(f"{name}.query.rotary", "rotary", q, *rotary)
    k = builder.elementwise(f"{name}.key.rotary", "rotary", k, *rotary)
    return q, k, v


def _read_cache(builder: GraphBuilder, options: ZooOptions, name: str) -> tuple[str, str]:
    shape = (options.batch, _NUM_HEADS, options.bindings["context"], _HEAD_DIM)
    return builder.input(f"{name}.key_cache", shape), builder.input(f"{name}.value_cache", shape)


def _swiglu(builder: GraphBuilder, name: str, x: str) -> str:
    """Append (silu(x W_gate) * (x W_up)) W_down."""
    gate = builder.linear(f"{name}.gate", x, _HIDDEN_DIM, bias=False)
    gate = builder.activation(f"{name}.silu", "silu", gate)
    up = builder.linear(f"{name}.up", x, _HIDDEN_DIM, bias=False)
    return builder.linear(f"{name}.down", builder.elementwise(f"{name}.mul", "mul", gate, up), _DIM, bias=False)
