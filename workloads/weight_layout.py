"""One order for the weights of every operator: (groups, filters, taps, channels).

It is the order in which an array reduces: ``taps`` are kernel positions, ``channels`` are the input channels of one
group and vary fastest, so that N:M groups, blocks and runs lie along neighbouring input channels. ``taps`` x
``channels`` is the reduction length K of the product, ``groups`` x ``filters`` are its columns.

    convolution        file (N, C/groups, *kernel)            -> (groups, N/groups, prod(kernel), C/groups)
    transposed conv.   file (C, N/groups, *kernel)            -> (groups, N/groups * prod(kernel), 1, C/groups)
    Gemm, MatMul       file (..., K, N), or (..., N, K)       -> (prod(...), N, 1, K)
    MatMul, a vector   file (K)                               -> (1, 1, 1, K)
    recurrent w, r     file (directions, gates * H, I or H)   -> (directions, gates * H, 1, I or H)
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.network import Network
from workloads.operators import Convolution, Gemm, MatMul, Operator, Recurrent
from workloads.tensor import Tensor, TensorRole


def compressible_weights(network: Network) -> dict[str, Operator]:
    """Return the weights that a matrix operator multiplies by, by tensor name, with the first operator that does.

    Biases, scales, tables and products of two activations are no such weights.
    """
    found: dict[str, Operator] = {}
    for operator in network.operators:
        for name in weight_operands(operator, network.tensors):
            found.setdefault(name, operator)
    return found


def weight_operands(operator: Operator, tensors: Mapping[str, Tensor]) -> tuple[str, ...]:
    """Return the names of the weights that ``operator`` multiplies its input by; none for other operators."""
    match operator.work:
        case Convolution() | Gemm():
            names = operator.inputs[1:2]
        case MatMul():
            names = operator.inputs[:2]
        case Recurrent():
            names = operator.inputs[1:3]
        case _:
            names = ()
    return tuple(name for name in names if tensors[name].role is TensorRole.WEIGHT)


def to_layout(operator: Operator, name: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return the weight tensor ``name`` of ``operator`` in the order (groups, filters, taps, channels).

    Parameters
    ----------
    operator : Operator
    name : str
        One of ``weight_operands``.
    values : array
        In the file's shape, any dtype.
    """
    match operator.work:
        case Convolution() as work if work.transposed:
            channels, filters = values.shape[0] // work.groups, values.shape[1]
            split = values.reshape(work.groups, channels, filters, -1)
            return split.transpose(0, 2, 3, 1).reshape(work.groups, -1, 1, channels)
        case Convolution() as work:
            filters, channels = values.shape[0] // work.groups, values.shape[1]
            return values.reshape(work.groups, filters, channels, -1).transpose(0, 1, 3, 2)
        case Recurrent():
            return values[:, :, np.newaxis, :]
        case _ if values.ndim == 1:
            return values.reshape(1, 1, 1, -1)
        case _:
            matrices = values.reshape(-1, *values.shape[-2:])
            rows_are_filters = _rows_are_filters(operator, name)
            oriented = matrices if rows_are_filters else matrices.transpose(0, 2, 1)
            return oriented[:, :, np.newaxis, :]


def from_layout(operator: Operator, name: str, arranged: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Return what ``to_layout`` was given: the inverse, for a tensor of ``shape``."""
    match operator.work:
        case Convolution() as work if work.transposed:
            filters, taps, channels = shape[1], math.prod(shape[2:]), shape[0] // work.groups
            return arranged.reshape(work.groups, filters, taps, channels).transpose(0, 3, 1, 2).reshape(shape)
        case Convolution():
            return arranged.transpose(0, 1, 3, 2).reshape(shape)
        case Recurrent():
            return arranged[:, :, 0, :]
        case _:
            matrices = arranged[:, :, 0, :]
            return (matrices if _rows_are_filters(operator, name) else matrices.transpose(0, 2, 1)).reshape(shape)


def by_output_channel(operator: Operator, arranged: NDArray[Any]) -> NDArray[Any]:
    """Return ``to_layout``'s array with a second axis of output channels: (groups, output channels, taps, channels).

    A transposed convolution has a filter for each output channel and kernel position; in others filters are output
    channels.
    """
    match operator.work:
        case Convolution() as work if work.transposed:
            groups, _, _, channels = arranged.shape
            return arranged.reshape(groups, -1, math.prod(work.window.kernel), channels)
        case _:
            return arranged


def layout_shape(operator: Operator, name: str, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return the shape that ``to_layout`` gives a tensor of ``shape``."""
    stand_in = np.lib.stride_tricks.as_strided(np.zeros(1, dtype=np.int8), shape, (0,) * len(shape))
    match operator.work:
        case Convolution() as work if work.transposed:
            return work.groups, shape[1] * math.prod(shape[2:]), 1, shape[0] // work.groups
        case Convolution() as work:
            return work.groups, shape[0] // work.groups, math.prod(shape[2:]), shape[1]
        case _:
            groups, filters, taps, channels = to_layout(operator, name, stand_in).shape
            return groups, filters, taps, channels


def _rows_are_filters(operator: Operator, name: str) -> bool:
    """Whether the matrix is stored (N, K): one row a filter. A weight on the left of a MatMul is (M, K) as a rule."""
    work = operator.work
    if isinstance(work, Gemm):
        return work.transpose_b
    assert isinstance(work, MatMul)
    return work.transpose_b if operator.inputs[1] == name else not work.transpose_a
