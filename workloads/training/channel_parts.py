"""Parts of weights: the first output or input channels of a matrix operator, and what its gradient reads for them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from workloads.operators import Convolution, Gemm, MatMul, Operator
from workloads.tensor import Tensor

Shape = tuple[int, ...]


class ChannelAxis(StrEnum):
    """Along which channels a weight is cut."""

    OUTPUT = "output"
    """Of the gradient of the output only the part's channels are read; the whole input is saved."""
    INPUT = "input"
    """Only the part's channels of the input are saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedPart:
    """How much of a weight is trained.

    Parameters
    ----------
    num_channels : int or None
        Channels along ``axis`` that are, of a grouped convolution whole groups of output channels; None for the whole
        tensor.
    axis : ChannelAxis
    """

    num_channels: int | None = None
    axis: ChannelAxis = ChannelAxis.OUTPUT


WHOLE = TrainedPart()


def part_of(operator: Operator, tensors: Mapping[str, Tensor], fraction: float, axis: ChannelAxis) -> TrainedPart:
    """Return the first ``fraction`` of channels along ``axis`` of the weight that is the second input of ``operator``.

    Numbers of channels are rounded up; a convolution in groups is cut between groups, which are input and output
    channels alike. Weights that are no single matrix are not cut.
    """
    output, weight = tensors[operator.outputs[0]].shape, tensors[operator.inputs[1]].shape
    match operator.work:
        case Convolution(groups=groups) if groups > 1:
            return TrainedPart(num_channels=math.ceil(fraction * groups) * (output[1] // groups), axis=axis)
        case Convolution():
            size = output[1] if axis is ChannelAxis.OUTPUT else tensors[operator.inputs[0]].shape[1]
        case Gemm(transpose_b=transpose_b) | MatMul(transpose_b=transpose_b) if _is_one_matrix(weight):
            rows, columns = weight[-2:][::-1] if transpose_b else weight[-2:]
            size = columns if axis is ChannelAxis.OUTPUT else rows
        case _:
            return WHOLE
    return TrainedPart(num_channels=math.ceil(fraction * size), axis=axis)


def _is_one_matrix(shape: Shape) -> bool:
    return len(shape) > 1 and math.prod(shape[:-2]) == 1


def input_part_shape(operator: Operator, tensors: Mapping[str, Tensor], part: TrainedPart) -> Shape:
    """Return the shape of what the weight gradient of ``part`` reads of the first input of ``operator``."""
    shape = tensors[operator.inputs[0]].shape
    num_channels = part.num_channels
    if num_channels is None:
        return shape
    match operator.work:
        case Convolution(groups=groups) if groups > 1:
            num_channels = num_channels * shape[1] // tensors[operator.outputs[0]].shape[1]
            return (shape[0], num_channels, *shape[2:])
        case _ if part.axis is ChannelAxis.OUTPUT:
            return shape
        case Convolution():
            return (shape[0], num_channels, *shape[2:])
        case Gemm(transpose_a=True):
            return (num_channels, shape[1])
        case _:
            return (*shape[:-1], num_channels)


def input_part_name(operator: Operator) -> str:
    """Return the name of the copy of the input's trained channels."""
    return f"{operator.name}.input_part"
