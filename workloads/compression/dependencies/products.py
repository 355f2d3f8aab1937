"""Channels through operators with weights: what comes in is reduced over, what goes out is chosen anew."""

from __future__ import annotations

import math

import numpy as np

from workloads.compression.dependencies.ledger import Axes, Axis, Balance, Ids
from workloads.compression.dependencies.step import Step
from workloads.operators import Convolution, Gemm, MatMul

_TWO_ACTIVATIONS = "multiplies two activations, whose channels are matched by position"


def through_convolution(step: Step, work: Convolution) -> Axes:
    """Return the axes of the output; channels of a depthwise convolution are those of its input."""
    if not step.is_weight(1):
        return step.refuse_all("has weights that the network computes")[0]
    x = step.axes(0)
    step.refuse(x[0], *x[2:], reason="slides its window along them")
    channels, num_filters = x[1], step.output_shapes[0][1]
    name, weight = step.operator.name, step.operator.inputs[1]
    rest: Axes = (None,) * len(work.window.kernel)
    produced: Axis
    if work.groups == step.shapes[0][1] > 1:
        produced = None if channels is None else np.repeat(channels, num_filters // work.groups)
        if produced is not None:
            step.ledger.followers[name] = produced
        step.join(1, (channels if work.transposed else produced, None, *rest))
    else:
        produced = _produce(step, num_filters)
        if work.groups > 1:
            step.ledger.weight_groups[weight] = work.groups
            step.ledger.balances.extend(
                Balance(atoms, work.groups, str(step)) for atoms in (channels, produced) if atoms is not None
            )
        step.join(1, (*((channels, produced) if work.transposed else (produced, channels)), *rest))
    _join_bias(step, (None, produced, *rest), channel_axis=1)
    return (None, produced, *rest)


def through_gemm(step: Step, work: Gemm) -> Axes:
    """Return (rows, columns): rows are those of A, columns are chosen anew."""
    if step.is_weight(0) or not step.is_weight(1):
        return step.refuse_all(_TWO_ACTIVATIONS if not step.is_weight(0) else "has its weight on the left")[0]
    a = step.axes(0)
    rows, inner = (a[1], a[0]) if work.transpose_a else a
    columns = _produce(step, step.output_shapes[0][1])
    step.join(1, (columns, inner) if work.transpose_b else (inner, columns))
    _join_bias(step, (rows, columns), channel_axis=1)
    return (rows, columns)


def through_matmul(step: Step, work: MatMul) -> Axes:
    """Return the axes of the output; the weight may be on either side, but not alone."""
    shapes = step.shapes
    left, right = step.is_weight(0), step.is_weight(1)
    if left == right:
        return step.refuse_all("multiplies two weights" if left else _TWO_ACTIVATIONS)[0]
    if min(len(shapes[0]), len(shapes[1])) < 2:
        return step.refuse_all("multiplies by a vector")[0]
    weight, data = (0, 1) if left else (1, 0)
    x = step.axes(data)
    is_swapped = work.transpose_b and left
    if is_swapped:
        x = (*x[:-2], x[-1], x[-2])
    inner, passed = (x[-2], x[-1]) if left else (x[-1], x[-2])
    step.refuse(*x[:-2], reason="runs once for each of them")
    shape = step.output_shapes[0]
    produced = _produce(step, shape[-2 if left else -1])
    is_filters_first = left or work.transpose_b
    step.join(weight, (*(None,) * (len(shapes[weight]) - 2), *_ordered(produced, inner, is_filters_first)))
    axes = (*(None,) * (len(shape) - 2), *((produced, passed) if left else (passed, produced)))
    _join_bias(step, axes, channel_axis=len(shape) - 1)
    return axes


def _ordered(produced: Ids, inner: Axis, is_filters_first: bool) -> Axes:
    return (produced, inner) if is_filters_first else (inner, produced)


def _produce(step: Step, count: int) -> Ids:
    atoms = step.ledger.new_atoms(count)
    step.ledger.producers[step.operator.name] = atoms
    return atoms


def _join_bias(step: Step, axes: Axes, channel_axis: int) -> None:
    """A vector lies along the output's channels, any other bias broadcasts."""
    shape = step.output_shapes[0]
    for index in range(2, len(step.operator.inputs)):
        own = step.shapes[index]
        if own == (shape[channel_axis],):
            step.join(index, (axes[channel_axis],))
        elif math.prod(own) == 1:
            step.join(index, (None,) * len(own))
        else:
            step.join_broadcast(index, axes, shape)
