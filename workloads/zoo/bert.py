"""BERT: Devlin et al., "BERT: pre-training of deep bidirectional transformers", NAACL 2019."""

from __future__ import annotations

from workloads.formats import INT32
from workloads.operators import OperatorKind
from workloads.zoo.builder import GraphBuilder
from workloads.zoo.options import ZooOptions
from workloads.zoo.transformer import feed_forward, self_attention

_VOCABULARY = 30522
_MAX_LENGTH = 512
_NUM_SEGMENTS = 2
_DIM = 768
_NUM_HEADS = 12
_NUM_LAYERS = 12


def bert_base(builder: GraphBuilder, options: ZooOptions) -> tuple[str, ...]:
    """Append BERT-base (uncased) with its pooler: the last hidden states (B, S, D) and the pooled token (B, D)."""
    x = _embed(builder, options)
    for layer in range(_NUM_LAYERS):
        name = f"layer.{layer}"
        y = self_attention(builder, f"{name}.attention", x, _NUM_HEADS)
        x = builder.layer_norm(f"{name}.norm1", builder.elementwise(f"{name}.add1", "add", x, y))
        y = feed_forward(builder, f"{name}.mlp", x, 4 * _DIM)
        x = builder.layer_norm(f"{name}.norm2", builder.elementwise(f"{name}.add2", "add", x, y))
    first = builder.move("pooler.first_token", OperatorKind.SLICE, (x,), (options.batch, 1, _DIM))
    first = builder.view("pooler.flatten", first, (options.batch, _DIM))
    return (x, builder.activation("pooler.tanh", "tanh", builder.linear("pooler.dense", first, _DIM)))


def _embed(builder: GraphBuilder, options: ZooOptions) -> str:
    """Append the sum of word, segment and position embeddings, normalised: (B, S, D)."""
    length = options.bindings["seq"]
    words = builder.input("input_ids", (options.batch, length), INT32)
    segments = builder.input("token_type_ids", (options.batch, length), INT32)
    x = builder.gather("embeddings.word", builder.weight("embeddings.word.weight", (_VOCABULARY, _DIM)), words)
    table = builder.weight("embeddings.segment.weight", (_NUM_SEGMENTS, _DIM))
    segment = builder.gather("embeddings.segment", table, segments)
    table = builder.weight("embeddings.position.weight", (_MAX_LENGTH, _DIM))
    position = builder.move("embeddings.position", OperatorKind.SLICE, (table,), (length, _DIM))
    return builder.layer_norm("embeddings.norm", builder.elementwise("embeddings.add", "add", x, segment, position))
