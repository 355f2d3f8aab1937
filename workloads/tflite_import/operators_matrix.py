"""Convolutions and matrix products."""

from __future__ import annotations

import math

from workloads.operators import Convolution, Gemm, MatMul, Movement, OperatorKind, Window
from workloads.tflite_import.records import OperatorRecord, Shape
from workloads.tflite_import.translation import Application, Results, Table, broadcast
from workloads.tflite_import.value import Value, image_order
from workloads.tflite_import.windows import is_same, read_steps, read_window, split_pads

_WEIGHT_FIRST = (3, 0, 1, 2)
"""Axes of a (1, H, W, N) or (N, H, W, C) weight, last one first."""


def _convolution(application: Application) -> Results:
    """Inputs: x (B, H, W, C), w (N, H, W, C/groups), bias (N,)."""
    record = application.record
    x, w = application.image(0), application.input(1)
    _check_rank(record, w, 4)
    channels, filters = x.shape[3], w.shape[0]
    if not w.shape[3] or channels % w.shape[3]:
        raise record.error(f"weight {list(w.shape)} has channels that do not divide the {channels} of its input")
    weight = application.shown(w, w.shape, image_order(4), "weight")
    return _convolve(application, x, weight, filters, channels // w.shape[3])


def _depthwise(application: Application) -> Results:
    """Inputs: x (B, H, W, C), w (1, H, W, N), bias (N,); N is a multiple of C."""
    record = application.record
    x, w = application.image(0), application.input(1)
    _check_rank(record, w, 4)
    channels, filters = x.shape[3], w.shape[3]
    if w.shape[0] != 1 or filters % channels:
        raise record.error(f"weight {list(w.shape)} has filters that are no multiple of the {channels} input channels")
    weight = application.shown(w, w.shape, _WEIGHT_FIRST, "weight")
    return _convolve(application, x, weight, filters, channels)


def _convolve(application: Application, x: Value, weight: Value, filters: int, groups: int) -> Results:
    """Return the convolution; ``weight`` lists (N, C/groups, H, W)."""
    window, sizes = read_window(application.record, weight.shape[1:3], x.shape[1:3])
    output = application.result((x.shape[0], *sizes, filters), is_image=True)
    work = Convolution(window=window, groups=groups)
    application.add_fused(work, (x, weight, *_bias(application, 2, filters)), output)
    return (output,)


def _convolution_3d(application: Application) -> Results:
    """Inputs: x (B, D, H, W, C), w (D, H, W, C/groups, N), bias (N,)."""
    record = application.record
    x, w = application.image(0, ranks=(5,)), application.input(1)
    _check_rank(record, w, 5)
    channels, filters = w.shape[3:]
    if not channels or x.shape[4] % channels:
        raise record.error(f"weight {list(w.shape)} has channels that do not divide the {x.shape[4]} of its input")
    weight = application.shown(w, w.shape, (4, 3, 0, 1, 2), "weight")
    window, sizes = read_window(record, w.shape[:3], x.shape[1:4])
    output = application.result((x.shape[0], *sizes, filters), is_image=True)
    work = Convolution(window=window, groups=x.shape[4] // channels)
    application.add_fused(work, (x, weight, *_bias(application, 2, filters)), output)
    return (output,)


def _transposed(application: Application) -> Results:
    """Inputs: shape of the output, w (N, H, W, C), x (B, H, W, C), bias (N,)."""
    record = application.record
    w, x = application.input(1), application.image(2)
    _check_rank(record, w, 4)
    if w.shape[3] != x.shape[3]:
        raise record.error(f"weight {list(w.shape)} has {w.shape[3]} channels, its input {x.shape[3]}")
    shape = application.integers(0, "output's sizes")
    if len(shape) != 4 or shape[0] != x.shape[0] or shape[3] != w.shape[0]:
        raise record.error(f"output shape {list(shape)} does not fit input {list(x.shape)} and weight {list(w.shape)}")
    output = application.result(shape, is_image=True)
    window = _transposed_window(record, w.shape[1:3], x.shape[1:3], shape[1:3])
    weight = application.shown(w, w.shape, _WEIGHT_FIRST, "weight")
    work = Convolution(window=window, transposed=True)
    application.add_fused(work, (x, weight, *_bias(application, 3, shape[3])), output)
    return (output,)


def _transposed_window(record: OperatorRecord, kernel: Shape, sizes_in: Shape, sizes_out: Shape) -> Window:
    """Return the window of the forward convolution that takes ``sizes_out`` to ``sizes_in``.

    What the kernel reaches beyond the output is padding of that convolution; where the output is longer than the
    kernel reaches, the rest is cut at its end.
    """
    strides, dilations = read_steps(record, len(kernel))
    reach = tuple(strides[axis] * (sizes_in[axis] - 1) + size for axis, size in enumerate(kernel))
    surplus = tuple(reach[axis] - size for axis, size in enumerate(sizes_out))
    begin, _ = split_pads(tuple(max(0, size) for size in surplus)) if is_same(record) else ((0,) * len(kernel), ())
    end = tuple(size - begin[axis] for axis, size in enumerate(surplus))
    return Window(kernel=kernel, strides=strides, dilations=dilations, pads_begin=begin, pads_end=end)


def _fully_connected(application: Application) -> Results:
    """Inputs: x (..., K), w (N, K), bias (N,).

    An x of more axes is a stack of rows; where the file keeps its axes the product is one of stacked matrices.
    """
    record = application.record
    if record.integer("WeightsFormat"):
        raise record.unsupported("its weights are shuffled for a CPU; expected them in their plain order")
    w = application.input(1)
    _check_rank(record, w, 2)
    x = application.plain(application.input(0), "rows")
    filters, length = w.shape
    if not length or x.num_elements % length:
        raise record.error(f"input {list(x.shape)} is no stack of rows of {length}, the length of {list(w.shape)}")
    keeps = bool(record.integer("KeepNumDims")) and x.rank > 2
    if keeps and x.shape[-1] != length:
        raise record.error(f"input {list(x.shape)} has rows of {x.shape[-1]}, weight {list(w.shape)} takes {length}")
    if not keeps:
        x = application.shown(x, (x.num_elements // length, length), (), "matrix")
    output = application.result((*x.shape[:-1], filters))
    work = MatMul(transpose_b=True) if keeps else Gemm(transpose_b=True)
    application.add_fused(work, (x, w, *_bias(application, 2, filters)), output)
    return (output,)


def _batch_matmul(application: Application) -> Results:
    """Inputs: a (..., M, K), or (..., K, M) with AdjX; b (..., K, N), or (..., N, K) with AdjY."""
    record = application.record
    a = application.plain(application.input(0), "left")
    b = application.plain(application.input(1), "right")
    if a.rank < 2 or b.rank < 2:
        raise record.error(f"inputs {list(a.shape)} and {list(b.shape)} are not both matrices or stacks of them")
    if record.integer("AdjX"):
        a = _turned(application, a)
    turns_b = bool(record.integer("AdjY"))
    rows, columns = b.shape[-2:][::-1] if turns_b else b.shape[-2:]
    if a.shape[-1] != rows:
        raise record.error(f"inputs {list(a.shape)} and {list(b.shape)} have inner sizes {a.shape[-1]} and {rows}")
    stack = _stack(record, a, b)
    output = application.result((*stack, a.shape[-2], columns))
    application.add(MatMul(transpose_b=turns_b), (a, b), output)
    return (output,)


def _stack(record: OperatorRecord, a: Value, b: Value) -> Shape:
    heads = [Value(name=value.name, shape=value.shape[:-2], element_type=value.element_type) for value in (a, b)]
    return broadcast(record, heads)


def _turned(application: Application, value: Value) -> Value:
    """Return ``value`` with its last two axes swapped."""
    permutation = (*range(value.rank - 2), value.rank - 1, value.rank - 2)
    if value.is_constant:
        return value.transposed(permutation)
    target = application.between("turned", tuple(value.shape[axis] for axis in permutation), value)
    application.add(Movement(kind=OperatorKind.TRANSPOSE), (value,), target, suffix="turned")
    return target


def _bias(application: Application, index: int, filters: int) -> tuple[Value, ...]:
    """Return the bias, where there is one, as (N,)."""
    bias = application.optional(index)
    if bias is None:
        return ()
    if bias.num_elements != filters or math.prod(bias.shape[:-1]) != 1:
        raise application.record.error(f"bias {list(bias.shape)} does not have one element for each of {filters}")
    return (application.shown(bias, (filters,), (), "bias"),)


def _check_rank(record: OperatorRecord, weight: Value, rank: int) -> None:
    if weight.rank != rank:
        raise record.error(f"weight {list(weight.shape)} does not have {rank} dimensions")


TABLE: Table = {
    "CONV_2D": _convolution,
    "DEPTHWISE_CONV_2D": _depthwise,
    "CONV_3D": _convolution_3d,
    "TRANSPOSE_CONV": _transposed,
    "FULLY_CONNECTED": _fully_connected,
    "BATCH_MATMUL": _batch_matmul,
}
