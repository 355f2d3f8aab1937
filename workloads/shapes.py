"""Checks that the shapes of an operator's tensors agree with what it computes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from workloads.errors import NetworkError
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
    OperatorKind,
    Pooling,
    PoolingGradient,
    Recurrent,
    RowGradient,
    Softmax,
    View,
)
from workloads.tensor import Tensor

Shape = tuple[int, ...]


def check_shapes(operator: Operator, tensors: Mapping[str, Tensor]) -> None:
    """Raise ``NetworkError`` when the tensors of ``operator`` do not fit its work; names both."""
    inputs = [tensors[name].shape for name in operator.inputs]
    outputs = [tensors[name].shape for name in operator.outputs]
    if not outputs or (not inputs and not isinstance(operator.work, Movement)):
        raise NetworkError(f"operator {operator.name!r} ({operator.kind}) needs inputs and outputs")
    work = operator.work
    match work:
        case Convolution():
            _check_convolution(operator, work, inputs, outputs[0])
        case Pooling():
            _check_pooling(operator, work, inputs[0], outputs[0])
        case Gemm():
            a, b = (_swap(inputs[0], work.transpose_a), _swap(inputs[1], work.transpose_b))
            _expect(operator, "inner dimension", a[1], b[0])
            _expect(operator, "output shape", outputs[0], (a[0], b[1]))
        case MatMul():
            _check_matmul(operator, work, inputs, outputs[0])
        case Elementwise():
            _expect(operator, "output shape", outputs[0], _broadcast(operator, inputs))
        case Activation() | Softmax() | Normalisation():
            _expect(operator, "output shape", outputs[0], inputs[0])
        case View():
            _expect(operator, "number of elements", math.prod(outputs[0]), math.prod(inputs[0]))
        case Recurrent():
            _expect(operator, "weight shape", inputs[1][-2:], (work.num_gates * work.hidden_size, work.input_size))
        case Movement():
            _check_movement(operator, work, inputs, outputs)
        case ConvolutionWeightGradient():
            _check_weight_gradient(operator, work, inputs, outputs[0])
        case PoolingGradient():
            _check_pooling(operator, work, outputs[0], inputs[0])
            for shape in inputs[1:]:
                _expect(operator, "shape of the positions of maxima", shape, inputs[0])
        case RowGradient():
            _expect(operator, "output shape", outputs[0], inputs[0])
        case _:
            pass


def _expect(operator: Operator, what: str, found: object, expected: object) -> None:
    if found != expected:
        raise NetworkError(f"operator {operator.name!r} ({operator.kind}): {what} is {found}, expected {expected}")


def _swap(shape: Shape, transposed: bool) -> Shape:
    return (*shape[:-2], shape[-1], shape[-2]) if transposed else shape


def _broadcast(operator: Operator, shapes: list[Shape]) -> Shape:
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        listed = " and ".join(str(list(shape)) for shape in shapes)
        raise NetworkError(f"operator {operator.name!r} ({operator.kind}): shapes {listed} do not broadcast") from None


def _check_convolution(operator: Operator, work: Convolution, inputs: list[Shape], output: Shape) -> None:
    x, w = inputs[0], inputs[1]
    _expect(operator, "number of spatial axes", len(x) - 2, len(work.window.kernel))
    _expect(operator, "kernel", w[2:], work.window.kernel)
    if work.transposed:
        _expect(operator, "weight input channels", w[0], x[1])
        _expect(operator, "output channels", output[1], w[1] * work.groups)
        narrow, wide = x, output
    else:
        _expect(operator, "weight input channels", w[1] * work.groups, x[1])
        _expect(operator, "output channels", output[1], w[0])
        if w[0] % work.groups:
            raise NetworkError(f"operator {operator.name!r}: {w[0]} filters do not divide into {work.groups} groups")
        narrow, wide = output, x
    _expect(operator, "batch", output[0], x[0])
    sizes = tuple(work.window.output_size(axis, size) for axis, size in enumerate(wide[2:]))
    _expect(operator, "spatial size", narrow[2:], sizes)


def _check_weight_gradient(
    operator: Operator, work: ConvolutionWeightGradient, inputs: list[Shape], output: Shape
) -> None:
    wide, narrow = inputs
    _expect(operator, "number of spatial axes", len(wide) - 2, len(work.window.kernel))
    _expect(operator, "batch", narrow[0], wide[0])
    for what, channels in (("input channels", wide[1]), ("output channels", narrow[1])):
        if channels % work.groups:
            raise NetworkError(f"operator {operator.name!r}: {channels} {what} do not divide into {work.groups} groups")
    sizes = tuple(work.window.output_size(axis, size) for axis, size in enumerate(wide[2:]))
    _expect(operator, "spatial size", narrow[2:], sizes)
    _expect(operator, "output shape", output, (narrow[1], wide[1] // work.groups, *work.window.kernel))


def _check_pooling(operator: Operator, work: Pooling | PoolingGradient, x: Shape, output: Shape) -> None:
    _expect(operator, "batch and channels", output[:2], x[:2])
    for axis, size in enumerate(x[2:]):
        floor = work.window.output_size(axis, size)
        if output[2 + axis] not in (floor, floor + 1):  # ceil mode adds at most one
            _expect(operator, f"output size of spatial axis {axis}", output[2 + axis], floor)


def _check_matmul(operator: Operator, work: MatMul, inputs: list[Shape], output: Shape) -> None:
    a, b = _swap(inputs[0], work.transpose_a), _swap(inputs[1], work.transpose_b)
    if len(a) == 1:
        a = (1, *a)
        output = (*output[:-1], 1, output[-1]) if len(b) > 1 else (1, *output)
    if len(b) == 1:
        b = (*b, 1)
        output = (*output, 1)
    _expect(operator, "inner dimension", a[-1], b[-2])
    _expect(operator, "output shape", output, (*_broadcast(operator, [a[:-2], b[:-2]]), a[-2], b[-1]))


def _check_movement(operator: Operator, work: Movement, inputs: list[Shape], outputs: list[Shape]) -> None:
    num_in = sum(math.prod(shape) for shape in inputs)
    num_out = sum(math.prod(shape) for shape in outputs)
    if work.kind in (OperatorKind.CONCAT, OperatorKind.SPLIT, OperatorKind.TRANSPOSE):
        _expect(operator, "number of output elements", num_out, num_in)
