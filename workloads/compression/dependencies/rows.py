"""Channels through operators that work element by element, along windows or along rows: they pass, or are refused."""

from __future__ import annotations

import math

from workloads.compression.dependencies.ledger import Axes, Axis
from workloads.compression.dependencies.step import Step
from workloads.operators import Normalisation, Reduction, Softmax

_MIXING_FUNCTIONS = frozenset({"rotary"})
"""Element-wise functions whose elements are paired with others of the same row."""


def through_broadcast(step: Step, function: str) -> Axes:
    """Return the axes of the output: every activation that is as long along an axis has the same channels there.

    Weights (a bias, a table of slopes, a positional embedding) are cut to fit.
    """
    if function in _MIXING_FUNCTIONS:
        return step.refuse_all("pairs them with each other")[0]
    (shape, *_), count = step.output_shapes, len(step.operator.inputs)
    activations = [index for index in range(count) if not step.is_weight(index)]
    axes = tuple(_joined(step, activations, axis, shape) for axis in range(len(shape)))
    for index in range(count):
        if step.is_weight(index):
            step.join_broadcast(index, axes, shape)
    return axes


def _joined(step: Step, activations: list[int], axis: int, shape: tuple[int, ...]) -> Axis:
    from_end = axis - len(shape)
    sides = [
        step.axes(index)[from_end]
        for index in activations
        if len(step.shapes[index]) >= -from_end and step.shapes[index][from_end] == shape[axis] > 1
    ]
    if not sides:
        return None
    joined = sides[0]
    for side in sides[1:]:
        joined = step.tie(joined, side)
    return joined


def through_pooling(step: Step) -> Axes:
    """Return the channels of the input on axis 1."""
    x = step.axes(0)
    step.refuse(x[0], *x[2:], reason="slides its window along them")
    return (None, x[1], *(None,) * (len(x) - 2))


def through_normalisation(step: Step, work: Normalisation) -> Axes:
    """Return the input's axes; tables lie along axis 1, or along the axes that are normalised.

    Assumes a network may be normalised over fewer channels once some are pruned, as one trained after pruning is.
    """
    x, shape = step.axes(0), step.shapes[0]
    by_channel = not work.axes or work.function == "instance_normalisation"
    for index in range(1, len(step.operator.inputs)):
        own = step.shapes[index]
        if math.prod(own) == 1:
            step.join(index, (None,) * len(own))
        elif by_channel and own == shape[1:2]:
            step.join(index, (x[1],))
        elif not by_channel and own == shape[-len(own) :]:
            step.join(index, x[-len(own) :])
        else:
            return step.refuse_all(f"has a table of shape {list(own)}, which is matched to none of its axes")[0]
    return x


def through_softmax(step: Step, work: Softmax) -> Axes:
    """Return the input's axes, of which the one that sums to 1 stays."""
    x = step.axes(0)
    step.refuse(x[work.axis], reason="is normalised over them")
    return x


def through_reduction(step: Step, work: Reduction) -> tuple[Axes, ...]:
    """Return the axes that are not reduced; those that are stay."""
    x, rank = step.axes(0), len(step.shapes[0])
    step.refuse(*(x[axis] for axis in work.axes), reason="is reduced over them")
    kept = tuple(None if axis in work.axes else atoms for axis, atoms in enumerate(x))
    dropped = tuple(atoms for axis, atoms in enumerate(x) if axis not in work.axes)
    return tuple(kept if len(shape) == rank else dropped for shape in step.output_shapes)
