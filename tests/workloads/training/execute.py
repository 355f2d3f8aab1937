"""A slow numpy execution of training graphs: what each operator of a small step stands for, to check gradients with.

Movements say nothing of where elements go, and scalings nothing of their factor: tests give both by operator name.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from workloads.network import Network
from workloads.operators import (
    Activation,
    Convolution,
    ConvolutionWeightGradient,
    Elementwise,
    Gemm,
    MatMul,
    Movement,
    Normalisation,
    Operator,
    Pooling,
    PoolingGradient,
    Reduction,
    RowGradient,
    Softmax,
    View,
    Window,
)

Array = NDArray[np.float64]
_EPSILON = 1e-5


@dataclass(frozen=True, kw_only=True)
class Meanings:
    """By operator name: the factor of a scaling with one input, and what a movement does."""

    factors: Mapping[str, float] = field(default_factory=dict)
    moves: Mapping[str, Callable[..., Array]] = field(default_factory=dict)


def execute(network: Network, values: Mapping[str, Array], meanings: Meanings) -> dict[str, Array]:
    """Return every tensor of ``network``, given its inputs and weights; updates are left out."""
    known = dict(values)
    for operator in network.operators:
        if isinstance(operator.work, Elementwise) and operator.work.function.endswith("_update"):
            continue
        made = _run(operator, [known[name] for name in operator.inputs], network, meanings)
        for name, array in zip(operator.outputs, made, strict=True):
            assert array.shape == network.tensors[name].shape, (operator.name, array.shape)
            known[name] = array
    return known


def _run(operator: Operator, ins: list[Array], network: Network, meanings: Meanings) -> tuple[Array, ...]:
    shape = network.tensors[operator.outputs[0]].shape
    match operator.work:
        case Convolution() as work:
            made = _convolution(work, ins[0], ins[1], shape)
            if len(ins) > 2:
                made = made + ins[2].reshape(1, -1, *(1,) * (len(shape) - 2))
        case ConvolutionWeightGradient() as work:
            return (_weight_gradient(work, ins[0], ins[1], shape),)
        case Gemm() as work:
            a, b = (ins[0].T if work.transpose_a else ins[0]), (ins[1].T if work.transpose_b else ins[1])
            made = a @ b + (ins[2] if len(ins) > 2 else 0)
        case MatMul() as work:
            a = ins[0].swapaxes(-1, -2) if work.transpose_a else ins[0]
            b = ins[1].swapaxes(-1, -2) if work.transpose_b else ins[1]
            made = a @ b + (ins[2] if len(ins) > 2 else 0)
        case Pooling() as work:
            return _pool(work, ins[0], shape)[: len(operator.outputs)]
        case PoolingGradient() as work:
            return (_pool_gradient(work, ins, shape),)
        case Normalisation() as work:
            made = _normalised(ins[0], work.axes) * _aligned(work.function, ins[1], ins[0].ndim)
            made = made + _aligned(work.function, ins[2], ins[0].ndim)
        case RowGradient() as work:
            return (_row_gradient(work, ins),)
        case Softmax(axis=axis):
            powers = np.exp(ins[0] - ins[0].max(axis=axis, keepdims=True))
            return (powers / powers.sum(axis=axis, keepdims=True),)
        case Reduction(function="normalisation_parameters", axes=axes):
            dy, x = ins
            rows = axes if x.ndim == 4 else tuple(axis for axis in range(x.ndim) if axis not in axes)
            return ((dy * _normalised(x, rows)).sum(axis=axes).reshape(shape),)
        case Reduction(function=function, axes=axes):
            return (_REDUCTIONS[function](ins[0], axes).reshape(shape),)
        case Elementwise(function=function) | Activation(function=function):
            made = _POINTWISE[function](*ins) if len(ins) > 1 or function in _UNARY else ins[0]
            if function == "mul" and len(ins) == 1:
                made = meanings.factors[operator.name] * ins[0]
        case View():
            return (ins[0].reshape(shape),)
        case Movement():
            return (meanings.moves[operator.name](*ins),)
        case _:
            raise AssertionError(operator)
    for fusion in operator.fusions:
        made = _POINTWISE[fusion.function](made)
    return (made,)


def _taps(window: Window, sizes: Sequence[int]) -> Iterator[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """Each kernel position with the padded elements that it meets at all window positions ``sizes``."""
    for tap in itertools.product(*(range(size) for size in window.kernel)):
        starts = [place * dilation for place, dilation in zip(tap, window.dilations, strict=True)]
        yield (
            tap,
            tuple(
                slice(start, start + stride * (size - 1) + 1, stride)
                for start, stride, size in zip(starts, window.strides, sizes, strict=True)
            ),
        )


def _padded(window: Window, x: Array, value: float = 0.0) -> Array:
    pads = [(0, 0), (0, 0), *zip(window.pads_begin, window.pads_end, strict=True)]
    return np.pad(x, pads, constant_values=value)


def _without_pads(window: Window, padded: Array, shape: Sequence[int]) -> Array:
    inner = (slice(pad, pad + size) for pad, size in zip(window.pads_begin, shape[2:], strict=True))
    return padded[(slice(None), slice(None), *inner)]


def _grouped(x: Array, groups: int) -> Array:
    return x.reshape(x.shape[0], groups, x.shape[1] // groups, *x.shape[2:])


def _convolution(work: Convolution, x: Array, w: Array, shape: tuple[int, ...]) -> Array:
    groups, window = work.groups, work.window
    if not work.transposed:
        made = np.zeros(_grouped(np.zeros(shape), groups).shape)
        weights = w.reshape(groups, -1, *w.shape[1:])
        for tap, places in _taps(window, shape[2:]):
            met = _grouped(_padded(window, x)[(..., *places)], groups)
            made += np.einsum("bgc...,gnc->bgn...", met, weights[(..., *tap)])
        return made.reshape(shape)
    padded = _padded(window, np.zeros(shape))
    weights = w.reshape(groups, -1, *w.shape[1:])
    for tap, places in _taps(window, x.shape[2:]):
        part = np.einsum("bgc...,gcn->bgn...", _grouped(x, groups), weights[(..., *tap)])
        padded[(..., *places)] += part.reshape(shape[0], shape[1], *x.shape[2:])
    return _without_pads(window, padded, shape)


def _weight_gradient(work: ConvolutionWeightGradient, wide: Array, narrow: Array, shape: tuple[int, ...]) -> Array:
    made = np.zeros((work.groups, shape[0] // work.groups, *shape[1:]))
    padded = _padded(work.window, wide)
    for tap, places in _taps(work.window, narrow.shape[2:]):
        met, each = (_grouped(one, work.groups) for one in (padded[(..., *places)], narrow))
        flat = (*met.shape[:3], -1), (*each.shape[:3], -1)
        made[(..., *tap)] = np.einsum("bgcp,bgnp->gnc", met.reshape(flat[0]), each.reshape(flat[1]))
    return made.reshape(shape)


def _pool(work: Pooling, x: Array, shape: tuple[int, ...]) -> tuple[Array, Array]:
    fill = -math.inf if work.function == "max" else 0.0
    met = np.stack([_padded(work.window, x, fill)[(..., *places)] for _, places in _taps(work.window, shape[2:])])
    return (met.max(axis=0) if work.function == "max" else met.mean(axis=0)), met.argmax(axis=0).astype(float)


def _pool_gradient(work: PoolingGradient, ins: list[Array], shape: tuple[int, ...]) -> Array:
    padded = _padded(work.window, np.zeros(shape))
    for number, (_, places) in enumerate(_taps(work.window, ins[0].shape[2:])):
        share = ins[1] == number if work.function == "max" else 1 / math.prod(work.window.kernel)
        padded[(..., *places)] += ins[0] * share
    return _without_pads(work.window, padded, shape)


def _normalised(x: Array, axes: tuple[int, ...]) -> Array:
    spread = np.sqrt(x.var(axis=axes, keepdims=True) + _EPSILON)
    return (x - x.mean(axis=axes, keepdims=True)) / spread


def _aligned(function: str, parameter: Array, rank: int) -> Array:
    return parameter.reshape(-1, *(1,) * (rank - 2)) if function == "batch_normalisation" else parameter


def _row_gradient(work: RowGradient, ins: list[Array]) -> Array:
    if work.function == "softmax":
        dy, y = ins
        return y * (dy - (dy * y).sum(axis=work.axes, keepdims=True))
    dy, x, scale = ins
    spread = np.sqrt(x.var(axis=work.axes, keepdims=True) + _EPSILON)
    scaled, rows = dy * _aligned(work.function, scale, x.ndim), _normalised(x, work.axes)
    mean = scaled.mean(axis=work.axes, keepdims=True)
    along = (scaled * rows).mean(axis=work.axes, keepdims=True)
    return (scaled - mean - rows * along) / spread


def _gelu(x: Array) -> Array:
    return 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def _gelu_gradient(dy: Array, x: Array) -> Array:
    below = 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))
    return dy * (below + x * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi))


def _cross_entropy_gradient(p: Array, labels: Array) -> Array:
    (axis,) = (place for place, size in enumerate(labels.shape) if size != p.shape[place])
    chosen = np.zeros_like(p)
    np.put_along_axis(chosen, labels.astype(int), 1.0, axis=axis)
    return (p - chosen) / labels.size


_UNARY = ("relu", "relu_mask", "gelu", "log", "neg", "tanh", "sigmoid")
_POINTWISE: dict[str, Callable[..., Array]] = {
    "add": lambda *ins: sum(ins[1:], ins[0]),
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "div_gradient": lambda dy, y, b: -dy * y / b,
    "relu": lambda x: np.maximum(x, 0),
    "relu_mask": lambda x: (x > 0).astype(float),
    "relu_gradient": lambda dy, y: dy * (y > 0),
    "tanh": np.tanh,
    "tanh_gradient": lambda dy, y: dy * (1 - y**2),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "sigmoid_gradient": lambda dy, y: dy * y * (1 - y),
    "gelu": _gelu,
    "gelu_gradient": _gelu_gradient,
    "log": np.log,
    "neg": lambda x: -x,
    "cross_entropy_gradient": _cross_entropy_gradient,
}
_REDUCTIONS: dict[str, Callable[[Array, tuple[int, ...]], Array]] = {
    "sum": lambda x, axes: x.sum(axis=axes),
    "mean": lambda x, axes: x.mean(axis=axes),
    "sum_square": lambda x, axes: (x**2).sum(axis=axes),
}
