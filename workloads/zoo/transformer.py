"""Attention and feed-forward blocks that ViT, BERT and the translation Transformer share."""

from __future__ import annotations

from workloads.operators import Fusion
from workloads.zoo.builder import GraphBuilder


def self_attention(builder: GraphBuilder, name: str, x: str, num_heads: int) -> str:
    """Append multi-head self-attention on x (B, S, D), output projection included; returns a tensor (B, S, D)."""
    return attention(builder, name, (x, x), num_heads)


def attention(
    builder: GraphBuilder, name: str, x_and_memory: tuple[str, str], num_heads: int, fusions: tuple[Fusion, ...] = ()
) -> str:
    """Append multi-head attention of x (B, S, D) to memory (B, T, D), output projection included: (B, S, D).

    ``fusions`` go to the scores.
    Assumes attention heads are read and written in place by strided transfers, so that splitting D into heads and
    merging them again moves nothing and is no operator.
    Assumes sequences fill their length, so that no padding mask is added.
    """
    x, memory = x_and_memory
    dim = builder.shape(x)[-1]
    scale = Fusion(name=f"{name}.scale", function="scale")  # a constant: folds into the weights of the queries
    q = split_heads(builder, builder.linear(f"{name}.query", x, dim, fusions=(scale,)), num_heads)
    k = split_heads(builder, builder.linear(f"{name}.key", memory, dim), num_heads)
    v = split_heads(builder, builder.linear(f"{name}.value", memory, dim), num_heads)
    context = attend(builder, name, (q, k, v), fusions)
    return builder.linear(f"{name}.output", context, dim)


def split_heads(builder: GraphBuilder, x: str, num_heads: int) -> str:
    """Append the view of x (B, S, D) as heads (B, H, S, D/H)."""
    batch, length, dim = builder.shape(x)
    return builder.view(f"{x}.heads", x, (batch, num_heads, length, dim // num_heads))


def attend(builder: GraphBuilder, name: str, qkv: tuple[str, str, str], fusions: tuple[Fusion, ...] = ()) -> str:
    """Append softmax(Q K^T) V on heads (B, H, S, D/H); returns (B, S, D). ``fusions`` go to the scores."""
    q, k, v = qkv
    batch, num_heads, length, head_dim = builder.shape(q)
    scores = builder.matmul(f"{name}.scores", q, k, transpose_b=True, fusions=fusions)
    weights = builder.softmax(f"{name}.softmax", scores)
    context = builder.matmul(f"{name}.context", weights, v)
    return builder.view(f"{name}.merge", context, (batch, length, num_heads * head_dim))


def feed_forward(builder: GraphBuilder, name: str, x: str, hidden_dim: int, function: str = "gelu") -> str:
    """Append linear, activation ``function``, linear on x (B, S, D)."""
    hidden = builder.activation(f"{name}.{function}", function, builder.linear(f"{name}.up", x, hidden_dim))
    return builder.linear(f"{name}.down", hidden, builder.shape(x)[-1])
