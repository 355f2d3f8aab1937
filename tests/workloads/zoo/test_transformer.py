"""Attention and feed-forward blocks on a small tensor, by hand."""

from __future__ import annotations

from workloads.loop_nest import MatrixNest, lower
from workloads.zoo.builder import GraphBuilder
from workloads.zoo.transformer import attention, feed_forward, self_attention


def test_attention_of_five_tokens_and_two_heads() -> None:
    """Four projections of 5 x 8 x 8; scores and context are 2 heads of 5 x 5 x 4."""
    builder = GraphBuilder(name="attention")
    y = self_attention(builder, "a", builder.input("x", (1, 5, 8)), 2)
    network = builder.finish((y,))
    nests = [lower(operator, network.tensors) for operator in network.operators]
    macs = [nest.num_macs for nest in nests if isinstance(nest, MatrixNest)]
    assert macs == [320, 320, 320, 200, 200, 320]
    assert builder.shape("a.scores") == (1, 2, 5, 5)
    assert builder.shape(y) == (1, 5, 8)
    assert network.num_parameters == 4 * (8 * 8 + 8)


def test_attention_to_another_sequence() -> None:
    """Five tokens attend to three: queries and output 5 x 8 x 8, keys and values 3 x 8 x 8, scores 2 x 5 x 3 x 4."""
    builder = GraphBuilder(name="attention")
    x, memory = builder.input("x", (1, 5, 8)), builder.input("memory", (1, 3, 8))
    y = attention(builder, "a", (x, memory), 2)
    network = builder.finish((y,))
    nests = [lower(operator, network.tensors) for operator in network.operators]
    assert [nest.num_macs for nest in nests if isinstance(nest, MatrixNest)] == [320, 192, 192, 120, 120, 320]
    assert builder.shape("a.scores") == (1, 2, 5, 3)
    assert builder.shape(y) == (1, 5, 8)


def test_feed_forward() -> None:
    builder = GraphBuilder(name="mlp")
    y = feed_forward(builder, "m", builder.input("x", (1, 5, 8)), 32)
    assert builder.shape("m.gelu") == (1, 5, 32)
    assert builder.shape(y) == (1, 5, 8)
    assert builder.finish((y,)).num_parameters == 8 * 32 + 32 + 32 * 8 + 8
