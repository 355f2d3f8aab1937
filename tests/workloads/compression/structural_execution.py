"""Small networks of every structure that channels go through, and numpy to run them: shared by the structural tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.formats import FP32
from workloads.loop_nest import MatrixNest, lower
from workloads.network import Network
from workloads.operators import (
    Activation,
    Convolution,
    Elementwise,
    Gemm,
    MatMul,
    Movement,
    Normalisation,
    Operator,
    OperatorKind,
    Pooling,
    Reduction,
    View,
    Window,
    Work,
)
from workloads.tensor import Tensor, TensorRole
from workloads.weights import WeightSource
from workloads.zoo.builder import ConvSpec, GraphBuilder, PoolSpec

Array = NDArray[Any]


def num_macs(network: Network) -> int:
    nests = (lower(operator, network.tensors) for operator in network.operators)
    return sum(nest.num_macs for nest in nests if isinstance(nest, MatrixNest))


def random_weights(network: Network, seed: int) -> dict[str, Array]:
    generator = np.random.default_rng(seed)
    weights = network.with_role(TensorRole.WEIGHT)
    return {tensor.name: generator.uniform(0.1, 1, tensor.shape) for tensor in weights}


def execute(network: Network, weights: WeightSource, seed: int = 0) -> tuple[Array, ...]:
    """Run ``network`` on random inputs; a transpose swaps axes 1 and 2."""
    generator = np.random.default_rng(seed)
    values: dict[str, Array] = {}
    for tensor in network.tensors.values():
        if tensor.role is TensorRole.INPUT:
            values[tensor.name] = generator.standard_normal(tensor.shape)
        elif tensor.role is TensorRole.WEIGHT:
            loaded = weights.load(tensor.name)
            assert loaded is not None
            assert loaded.shape == tensor.shape
            values[tensor.name] = loaded
    for operator in network.operators:
        shapes = [network.tensors[name].shape for name in operator.outputs]
        results = _run(operator.work, [values[name] for name in operator.inputs], shapes)
        if any(fusion.function == "relu" for fusion in operator.fusions):
            results = [np.maximum(result, 0) for result in results]
        for name, result, shape in zip(operator.outputs, results, shapes, strict=True):
            assert result.shape == shape, operator.name
            values[name] = result
    return tuple(values[tensor.name] for tensor in network.with_role(TensorRole.OUTPUT))


def _run(work: Work, inputs: list[Array], shapes: list[tuple[int, ...]]) -> list[Array]:
    x, rest = inputs[0], inputs[1:]
    match work:
        case Convolution():
            out = _transposed(x, rest[0], work, shapes[0]) if work.transposed else _convolution(x, rest[0], work)
            return [out + (rest[1].reshape(1, -1, 1, 1) if len(rest) > 1 else 0)]
        case Gemm():
            product = (x.T if work.transpose_a else x) @ (rest[0].T if work.transpose_b else rest[0])
            return [product + (rest[1] if len(rest) > 1 else 0)]
        case MatMul():
            product = x @ (np.swapaxes(rest[0], -1, -2) if work.transpose_b else rest[0])
            return [product + (rest[1] if len(rest) > 1 else 0)]
        case Pooling():
            return [_pool(x, work.window)]
        case Elementwise(function="add"):
            return [x + rest[0]]
        case Elementwise(function="mul"):
            return [x * rest[0]]
        case Activation():
            return [np.tanh(x) * (rest[0] if rest else 1)]
        case Normalisation(function="batch_normalisation"):
            return [x * rest[0].reshape(1, -1, 1, 1) + rest[1].reshape(1, -1, 1, 1)]
        case Reduction():
            return [x.mean(axis=work.axes).reshape(shapes[0])]
        case View():
            return [x.reshape(shapes[0])]
        case Movement(kind=OperatorKind.CONCAT):
            return [np.concatenate(inputs, axis=1)]
        case Movement(kind=OperatorKind.SPLIT):
            return np.split(x, np.cumsum([shape[1] for shape in shapes])[:-1], axis=1)
        case Movement(kind=OperatorKind.TRANSPOSE):
            return [np.swapaxes(x, 1, 2)]
    raise AssertionError(work)


def _windows(x: Array, window: Window) -> Array:
    """(B, C, H, W) to (B, C, out_h, out_w, kh, kw)."""
    pads = [(0, 0), (0, 0), *zip(window.pads_begin, window.pads_end, strict=True)]
    view = np.lib.stride_tricks.sliding_window_view(np.pad(x, pads), window.kernel, axis=(2, 3))
    return view[:, :, :: window.strides[0], :: window.strides[1]]


def _convolution(x: Array, w: Array, work: Convolution) -> Array:
    pairs = zip(np.split(x, work.groups, axis=1), np.split(w, work.groups), strict=True)
    return np.concatenate([np.einsum("bcyxij,ncij->bnyx", _windows(a, work.window), b) for a, b in pairs], axis=1)


def _transposed(x: Array, w: Array, work: Convolution, shape: tuple[int, ...]) -> Array:
    """Each input position adds its weighted kernel to the output; no pads here."""
    out, (sy, sx), (kh, kw) = np.zeros(shape), work.window.strides, work.window.kernel
    per_group = w.shape[1]
    for group, (a, b) in enumerate(zip(np.split(x, work.groups, axis=1), np.split(w, work.groups), strict=True)):
        for y, column in np.ndindex(*x.shape[2:]):
            added = np.einsum("bc,cnij->bnij", a[:, :, y, column], b)
            filters = slice(group * per_group, (group + 1) * per_group)
            out[:, filters, y * sy : y * sy + kh, column * sx : column * sx + kw] += added
    return out


def _pool(x: Array, window: Window) -> Array:
    return _windows(x, window).mean(axis=(4, 5))


def _start(channels: int = 4, size: int = 4) -> tuple[GraphBuilder, str]:
    builder = GraphBuilder(name="net", format=FP32)
    return builder, builder.input("x", (1, channels, size, size))


def conv(builder: GraphBuilder, name: str, x: str, filters: int, groups: int = 1) -> str:
    spec = ConvSpec(filters=filters, kernel=3, padding=1, groups=groups, activation="relu")
    return builder.conv(name, x, spec)


def with_operator(network: Network, operator: Operator, tensors: Mapping[str, tuple[int, ...]]) -> Network:
    """Append an operator; of ``tensors`` its outputs become the network's, others are weights."""
    made = dict(network.tensors)
    for name in operator.inputs:
        if name in made and made[name].role is TensorRole.OUTPUT:
            made[name] = replace(made[name], role=TensorRole.ACTIVATION)
    for name, shape in tensors.items():
        role = TensorRole.OUTPUT if name in operator.outputs else TensorRole.WEIGHT
        made[name] = Tensor(name=name, shape=shape, format=FP32, role=role)
    return replace(network, operators=(*network.operators, operator), tensors=made)


def _head(builder: GraphBuilder, x: str) -> Network:
    return builder.finish((builder.linear("fc", builder.flatten("flat", x), 5),))


def chain() -> Network:
    """Two convolutions, pooling, and a product whose input a channel owns 4 elements of."""
    builder, x = _start()
    x = conv(builder, "b", conv(builder, "a", x, 6), 8)
    return _head(builder, builder.pool("pool", x, PoolSpec(function="average", kernel=2, stride=2)))


def residual() -> Network:
    """``a`` and ``c`` are added, ``b`` is free; then a bias of the sum and a table of slopes."""
    builder, x = _start()
    a = conv(builder, "a", x, 6)
    total = builder.elementwise("sum", "add", a, conv(builder, "c", conv(builder, "b", a, 8), 6))
    total = builder.elementwise("shift", "add", total, builder.weight("shift.table", (6, 1, 1)))
    return _head(builder, conv(builder, "d", total, 4))


def dense() -> Network:
    """``a`` and ``b`` are concatenated, the network's input too; ``c`` is added to the first concatenation."""
    builder, x = _start()
    a, b = conv(builder, "a", x, 6), conv(builder, "b", x, 10)
    joined = builder.move("joined", OperatorKind.CONCAT, (a, b), (1, 16, 4, 4))
    total = builder.elementwise("sum", "add", joined, conv(builder, "c", joined, 16))
    every = builder.move("every", OperatorKind.CONCAT, (total, x), (1, 20, 4, 4))
    return _head(builder, conv(builder, "d", every, 4))


def separable() -> Network:
    """A depthwise convolution between two others, then one with two filters a channel."""
    builder, x = _start()
    a = conv(builder, "a", x, 6)
    deep = conv(builder, "deep", a, 6, groups=6)
    b = conv(builder, "b", deep, 8)
    return _head(builder, conv(builder, "twice", b, 16, groups=8))


def shuffled() -> Network:
    """Grouped convolutions with a channel shuffle in between: (2, 6) channels become (6, 2)."""
    builder, x = _start()
    a = conv(builder, "a", conv(builder, "first", x, 8), 12, groups=2)
    parts = builder.view("parts", a, (1, 2, 6, 4, 4))
    swapped = builder.transpose("swapped", parts, (0, 2, 1, 3, 4))
    mixed = builder.view("mixed", swapped, (1, 12, 4, 4))
    return _head(builder, conv(builder, "b", mixed, 8, groups=2))


def excited() -> Network:
    """Squeeze and excite: channels scaled by what two small convolutions make of their means."""
    builder, x = _start()
    a = conv(builder, "a", x, 8)
    mean = builder.pool("mean", a, PoolSpec(function="average", kernel=4, stride=4))
    squeeze = builder.conv("squeeze", mean, ConvSpec(filters=3, kernel=1))
    excite = builder.conv("excite", squeeze, ConvSpec(filters=8, kernel=1))
    return _head(builder, builder.elementwise("scale", "mul", a, builder.activation("gate", "tanh", excite)))


def divided() -> Network:
    """A split in 4 and 6 channels, each of which goes its way."""
    builder, x = _start()
    network = builder.finish((conv(builder, "a", x, 10),))
    split = Operator(name="split", work=Movement(kind=OperatorKind.SPLIT), inputs=("a",), outputs=("left", "right"))
    network = with_operator(network, split, {"left": (1, 4, 4, 4), "right": (1, 6, 4, 4)})
    window = Window(kernel=(1, 1), strides=(1, 1), dilations=(1, 1), pads_begin=(0, 0), pads_end=(0, 0))
    for side, channels in (("left", 4), ("right", 6)):
        one = Operator(
            name=f"{side}.conv",
            work=Convolution(window=window),
            inputs=(side, f"{side}.w"),
            outputs=(f"{side}.y",),
        )
        network = with_operator(network, one, {f"{side}.w": (3, channels, 1, 1), f"{side}.y": (1, 3, 4, 4)})
    return network


def upsampled(groups: int = 1) -> Network:
    """A transposed convolution with a batch normalisation and a mean over positions behind it."""
    builder, x = _start()
    network = builder.finish((conv(builder, "a", x, 6),))
    window = Window(kernel=(2, 2), strides=(2, 2), dilations=(1, 1), pads_begin=(0, 0), pads_end=(0, 0))
    up = Operator(
        name="up",
        work=Convolution(window=window, groups=groups, transposed=True),
        inputs=("a", "up.w", "up.b"),
        outputs=("up.y",),
    )
    network = with_operator(network, up, {"up.w": (6, 8 // groups, 2, 2), "up.b": (8,), "up.y": (1, 8, 8, 8)})
    norm = Operator(
        name="norm",
        work=Normalisation(function="batch_normalisation"),
        inputs=("up.y", "scale", "offset"),
        outputs=("normal",),
    )
    network = with_operator(network, norm, {"scale": (8,), "offset": (8,), "normal": (1, 8, 8, 8)})
    mean = Operator(name="mean", work=Reduction(function="mean", axes=(2, 3)), inputs=("normal",), outputs=("mean",))
    network = with_operator(network, mean, {"mean": (1, 8)})
    fc = Operator(name="fc", work=Gemm(transpose_b=True), inputs=("mean", "fc.w", "fc.b"), outputs=("y",))
    return with_operator(network, fc, {"fc.w": (5, 8), "fc.b": (5,), "y": (1, 5)})


def upsampled_by_group() -> Network:
    """The same with two groups."""
    return upsampled(groups=2)


def feed_forward() -> Network:
    """Products of (1, 7, 6) by (6, 12) and by (12, 6), added to the input."""
    builder = GraphBuilder(name="net", format=FP32)
    x = builder.input("x", (1, 7, 6))
    hidden = builder.activation("gelu", "gelu", builder.linear("up", x, 12))
    return builder.finish((builder.elementwise("sum", "add", x, builder.linear("down", hidden, 6)),))


STRUCTURES: tuple[Callable[[], Network], ...] = (
    chain,
    residual,
    dense,
    separable,
    shuffled,
    excited,
    divided,
    upsampled,
    upsampled_by_group,
    feed_forward,
)
