"""Gradients of convolutions and matrix products: two products of as many multiply-accumulates as the forward one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from workloads.operators import (
    Convolution,
    ConvolutionWeightGradient,
    Gemm,
    MatMul,
    Movement,
    OperatorKind,
    Reduction,
)
from workloads.training.channel_parts import WHOLE, ChannelAxis, TrainedPart, input_part_name, input_part_shape
from workloads.training.gradient_step import GradientStep, numbered

_SLICE = Movement(kind=OperatorKind.SLICE)


def convolution(step: GradientStep, work: Convolution) -> None:
    """Input gradient: the transposed convolution of the output's gradient by the same weights; and the other way round.

    Assumes the channels of which weights are trained in part are copied out of the tensors that hold them all.
    """
    x, w, dy = step.operator.inputs[0], step.operator.inputs[1], step.gradient
    if step.needs(0):
        turned = replace(work, transposed=not work.transposed)
        step.give(0, step.emit(0, "input_gradient", turned, (dy, w)))
    if step.needs(1):
        _weight_gradient(step, work, x, dy)
    if step.needs(2):
        axes = tuple(axis for axis in range(len(step.shape(dy))) if axis != 1)
        step.give(2, step.emit(2, "bias_gradient", Reduction(function="sum", axes=axes), (dy,)))


def _weight_gradient(step: GradientStep, work: Convolution, x: str, dy: str) -> None:
    """The gradient of all weights, or of those of the first channels."""
    groups = work.groups
    part = _part(step)
    if part.num_channels is not None:
        if groups > 1:
            groups = part.num_channels * groups // step.shape(dy)[1]
        x = _input_part(step, x, part)
        if part.axis is ChannelAxis.OUTPUT or work.groups > 1:
            dy_shape = step.shape(dy)
            dy = step.emit(1, "gradient_part", _SLICE, (dy,), (dy_shape[0], part.num_channels, *dy_shape[2:]))
    narrow, wide = step.shape(dy)[1], step.shape(x)[1]
    if work.transposed:
        narrow, wide = wide, narrow
    shape = (narrow, wide // groups, *step.input_shape(1)[2:])
    gradient = ConvolutionWeightGradient(window=work.window, groups=groups)
    operands = (dy, x) if work.transposed else (x, dy)
    step.give(1, step.emit(1, "weight_gradient", gradient, operands, shape))


def _part(step: GradientStep) -> TrainedPart:
    return step.graph.parts.get(step.operator.inputs[1], WHOLE)


def _input_part(step: GradientStep, x: str, part: TrainedPart) -> str:
    """What the gradient reads of the input: the channels that were saved, or a copy of those that it takes."""
    shape = input_part_shape(step.operator, step.graph.tensors, part)
    if shape == step.shape(x):
        return x
    name = input_part_name(step.operator)
    return name if name in step.graph.tensors else step.emit(1, "input_part", _SLICE, (x,), shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Product:
    """A product of two matrices, each perhaps stored transposed."""

    first: str
    second: str
    transpose_a: bool
    transpose_b: bool

    def gemm(self) -> Gemm:
        return Gemm(transpose_a=self.transpose_a, transpose_b=self.transpose_b)

    def matmul(self) -> MatMul:
        return MatMul(transpose_a=self.transpose_a, transpose_b=self.transpose_b)


def _gradient_of_first(product: _Product, dy: str) -> _Product:
    """dA = dy B' for Y = A B; its transpose where A is stored transposed."""
    if product.transpose_a:
        return _Product(first=product.second, second=dy, transpose_a=product.transpose_b, transpose_b=True)
    return _Product(first=dy, second=product.second, transpose_a=False, transpose_b=not product.transpose_b)


def _gradient_of_second(product: _Product, dy: str) -> _Product:
    """dB = A' dy for Y = A B; its transpose where B is stored transposed."""
    if product.transpose_b:
        return _Product(first=dy, second=product.first, transpose_a=True, transpose_b=product.transpose_a)
    return _Product(first=product.first, second=dy, transpose_a=not product.transpose_a, transpose_b=False)


def gemm(step: GradientStep, work: Gemm) -> None:
    """Two products, and the bias's gradient: the output's, summed to the shape of the bias."""
    a, b, *_ = step.operator.inputs
    product = _Product(first=a, second=b, transpose_a=work.transpose_a, transpose_b=work.transpose_b)
    if step.needs(0):
        found = _gradient_of_first(product, step.gradient)
        step.give(0, step.emit(0, "input_gradient", found.gemm(), (found.first, found.second)))
    if step.needs(1):
        saved = _input_part(step, a, _part(step))
        _matrix_weight_gradient(step, replace(product, first=saved), step.gradient)
    if step.needs(2):
        step.give(2, step.reduced(2, step.gradient))


def _matrix_weight_gradient(step: GradientStep, product: _Product, dy: str) -> None:
    """Of a matrix (K, N), or (N, K) where it is stored transposed; or of its first N or K alone."""
    *leading, rows, columns = step.input_shape(1)
    part = _part(step)
    if part.num_channels is not None:
        if part.axis is ChannelAxis.OUTPUT:
            dy = step.emit(1, "gradient_part", _SLICE, (dy,), (*step.shape(dy)[:-1], part.num_channels))
        if product.transpose_b == (part.axis is ChannelAxis.OUTPUT):
            rows = part.num_channels
        else:
            columns = part.num_channels
    found = _gradient_of_second(product, dy)
    made = step.emit(1, "weight_gradient", found.gemm(), (found.first, found.second), (rows, columns))
    step.give(1, step.viewed(1, "weight_gradient_view", made, (*leading, rows, columns)))


def matmul(step: GradientStep, work: MatMul) -> None:
    """As ``gemm`` for each matrix; operands that are broadcast sum over the matrices that share them."""
    a, b = step.operator.inputs[:2]
    a_shape, b_shape = step.shape(a), step.shape(b)
    if len(a_shape) == 1 or len(b_shape) == 1:
        raise step.no_rule(f"a product of {list(a_shape)} and {list(b_shape)}, expected two axes or more")
    product = _Product(first=a, second=b, transpose_a=work.transpose_a, transpose_b=work.transpose_b)
    if step.needs(0):
        found = _gradient_of_first(product, step.gradient)
        step.give(0, _batched(step, 0, found))
    if step.needs(1):
        if math.prod(b_shape[:-2]) == 1 and not work.transpose_a:
            saved = _input_part(step, a, _part(step))
            num_rows = math.prod(a_shape[:-1])
            rows = step.viewed(1, "input_rows", saved, (num_rows, step.shape(saved)[-1]))
            dy_shape = step.shape(step.gradient)
            dy = step.viewed(1, "gradient_rows", step.gradient, (num_rows, dy_shape[-1]))
            _matrix_weight_gradient(step, replace(product, first=rows), dy)
        else:
            step.give(1, _batched(step, 1, _gradient_of_second(product, step.gradient)))
    if step.needs(2):
        step.give(2, step.reduced(2, step.gradient))


def _batched(step: GradientStep, index: int, product: _Product) -> str:
    """The product of each matrix, summed over leading axes that the operand does not have."""
    leading = step.shape(step.gradient)[:-2]
    shape = (*leading, *step.input_shape(index)[-2:])
    made = step.emit(index, numbered("input_gradient", index), product.matmul(), (product.first, product.second), shape)
    return step.reduced(index, made)
