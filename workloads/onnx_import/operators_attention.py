"""Attention and rotary embedding of operator set 23: the products, the softmax and the moves that they are made of."""

from __future__ import annotations

import math

from workloads.onnx_import.node import Node
from workloads.onnx_import.operators_pointwise import activation
from workloads.onnx_import.translation import Application, Step, Translation, pointwise, view
from workloads.onnx_import.value import Shape, Value
from workloads.operators import MatMul, Movement, OperatorKind, Softmax


def _attention(application: Application) -> Translation:
    """Assumes every query meets every key: a causal mask saves nothing."""
    node = application.node
    if any(value is not None for value in application.outputs[3:]):
        raise node.unsupported("its scores are used")
    steps: list[Step] = []
    heads_q, heads_kv = _num_heads(node, application)
    q = _by_head(application, steps, application.input(0), heads_q, "query")
    k = _by_head(application, steps, application.input(1), heads_kv, "key")
    v = _by_head(application, steps, application.input(2), heads_kv, "value")
    k = _with_past(application, steps, k, 4, 1, "key")
    v = _with_past(application, steps, v, 5, 2, "value")
    if heads_q != heads_kv:
        q, k, v = (_grouped(application, steps, item, heads_kv, name) for item, name in ((q, "q"), (k, "k"), (v, "v")))
    scores = application.between("scores", (*q.shape[:-1], k.shape[-2]), q)
    steps.append(Step(work=MatMul(transpose_b=True), inputs=(q, k), outputs=(scores,), suffix="scores"))
    scores = _masked(application, steps, scores)
    weights = application.between("weights", scores.shape, scores)
    steps.append(Step(work=Softmax(axis=len(scores.shape) - 1), inputs=(scores,), outputs=(weights,), suffix="softmax"))
    _mix(application, steps, weights, v, heads_q)
    return tuple(steps)


def _num_heads(node: Node, application: Application) -> tuple[int, int]:
    q, k = application.input(0), application.input(1)
    heads_q = q.shape[1] if q.rank == 4 else node.integer("q_num_heads", 0)
    heads_kv = k.shape[1] if k.rank == 4 else node.integer("kv_num_heads", 0)
    if heads_q < 1 or heads_kv < 1 or heads_q % heads_kv or q.shape[-1] % heads_q * (q.rank == 3):
        raise node.error(f"{heads_q} query heads and {heads_kv} key heads do not fit query {list(q.shape)}")
    return heads_q, heads_kv


def _by_head(application: Application, steps: list[Step], value: Value, num_heads: int, name: str) -> Value:
    """Return (B, heads, L, D); ``steps`` is modified in place."""
    if value.rank == 4:
        return value
    batch, length, width = value.shape
    split = application.between(f"{name}_split", (batch, length, num_heads, width // num_heads), value)
    turned = application.between(name, (batch, num_heads, length, width // num_heads), value)
    steps.append(view(value, split, f"{name}_view"))
    steps.append(_turn(split, turned, f"{name}_transpose"))
    return turned


def _with_past(
    application: Application, steps: list[Step], value: Value, past_index: int, present_index: int, name: str
) -> Value:
    """Return ``value`` (B, heads, L, D) with the given past ones before it; ``steps`` is modified in place."""
    past = application.optional(past_index)
    present = application.outputs[present_index] if present_index < len(application.outputs) else None
    if past is None:
        return value
    batch, heads, length, width = value.shape
    longer = present or application.between(f"all_{name}", (batch, heads, past.shape[2] + length, width), value)
    work = Movement(kind=OperatorKind.CONCAT)
    steps.append(Step(work=work, inputs=(past, value), outputs=(longer,), suffix=f"present_{name}"))
    return longer


def _turn(source: Value, target: Value, suffix: str) -> Step:
    work = Movement(kind=OperatorKind.TRANSPOSE)
    return Step(work=work, inputs=(source,), outputs=(target,), suffix=suffix)


def _grouped(application: Application, steps: list[Step], value: Value, num_groups: int, name: str) -> Value:
    """Return (B, groups, rows, D): query heads that share a key head lie below each other; ``steps`` is modified."""
    batch, heads, length, width = value.shape
    shape = (batch, num_groups, heads // num_groups * length, width)
    if shape == value.shape:
        return value
    grouped = application.between(f"{name}_grouped", shape, value)
    steps.append(view(value, grouped, f"{name}_group"))
    return grouped


def _masked(application: Application, steps: list[Step], scores: Value) -> Value:
    """Return the scores with the mask added, where one is given; ``steps`` is modified in place."""
    mask = application.optional(3)
    if mask is None:
        return scores
    if mask.shape[-1] != scores.shape[-1]:
        raise application.node.unsupported("its mask does not cover all keys")
    batch, groups, rows, length = scores.shape
    per_head = _scores_shape(application, length)
    if per_head != scores.shape:
        opened = application.between("scores_by_head", per_head, scores)
        steps.append(view(scores, opened, "scores_view"))
        scores = opened
    masked = application.between("masked", scores.shape, scores)
    steps.append(pointwise("add", (scores, mask), masked, "mask"))
    if per_head == (batch, groups, rows, length):
        return masked
    closed = application.between("masked_by_group", (batch, groups, rows, length), masked)
    steps.append(view(masked, closed, "masked_view"))
    return closed


def _scores_shape(application: Application, length: int) -> Shape:
    q = application.input(0)
    if q.rank == 4:
        return (*q.shape[:3], length)
    return (q.shape[0], application.node.integer("q_num_heads", 1), q.shape[1], length)


def _mix(application: Application, steps: list[Step], weights: Value, v: Value, heads: int) -> None:
    output = application.output
    shape = (*weights.shape[:-1], v.shape[-1])
    mixed = output if shape == output.shape else application.between("mixed", shape, output)
    steps.append(Step(work=MatMul(), inputs=(weights, v), outputs=(mixed,), suffix="mix"))
    if mixed is output:
        return
    if output.rank == 4:
        steps.append(view(mixed, output, "view"))
        return
    batch, length = output.shape[:2]
    by_head = (batch, heads, length, math.prod(shape) // (batch * heads * length))
    if shape != by_head:
        opened = application.between("mixed_by_head", by_head, mixed)
        steps.append(view(mixed, opened, "mixed_view"))
        mixed = opened
    turned = application.between("turned", (batch, length, heads, by_head[3]), mixed)
    steps.extend((_turn(mixed, turned, "transpose"), view(turned, output, "view")))


def _rotary(application: Application) -> Translation:
    return activation("rotary_embedding", application.input(0), application.output, *application.given(1, 2, 3))


TABLE = {"Attention": _attention, "RotaryEmbedding": _rotary}
