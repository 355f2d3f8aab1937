"""Channels through operators that move elements: followed where shapes tell where they go, else refused."""

from __future__ import annotations

import numpy as np

from workloads.compression.dependencies.ledger import STAYS, Axes, Axis, Ids
from workloads.compression.dependencies.step import Step
from workloads.operators import Movement, OperatorKind

_UNCHANGED = (OperatorKind.SLICE, OperatorKind.PAD, OperatorKind.RESIZE)


def through_movement(step: Step, work: Movement) -> tuple[Axes, ...]:
    """Return the axes of every output."""
    match work.kind:
        case OperatorKind.CONCAT:
            return (_through_concat(step),)
        case OperatorKind.SPLIT:
            return _through_split(step)
        case OperatorKind.TRANSPOSE if not work.function:
            return (_through_transpose(step),)
        case kind if kind in _UNCHANGED and not any(step.is_weight(i) for i in range(len(step.operator.inputs))):
            return tuple(_through_other_axes(step, shape) for shape in step.output_shapes)
        case _:
            return step.refuse_all("moves them in a way that is not followed")


def _through_concat(step: Step) -> Axes:
    """Return the inputs' channels one after the other along the axis that grows, tied together along the others."""
    shape, count = step.output_shapes[0], len(step.operator.inputs)
    if any(len(other) != len(shape) for other in step.shapes):
        return step.refuse_all("joins tensors of different ranks")[0]
    grown = {axis for other in step.shapes for axis, size in enumerate(shape) if other[axis] != size}
    if len(grown) != 1:
        return step.refuse_all("joins them along an axis that shapes do not tell")[0]
    place = grown.pop()
    axes: list[Axis] = [None if axis == place else _tied(step, axis) for axis in range(len(shape))]
    for index in range(count):
        if step.is_weight(index):
            step.join(index, tuple(axes))
    parts = [_listed(step.axes(index)[place], step.shapes[index][place]) for index in range(count)]
    joined = np.concatenate(parts)
    axes[place] = joined if joined.any() else None
    return tuple(axes)


def _tied(step: Step, axis: int) -> Axis:
    sides = [step.axes(index)[axis] for index in range(len(step.operator.inputs)) if not step.is_weight(index)]
    joined = sides[0] if sides else None
    for side in sides[1:]:
        joined = step.tie(joined, side)
    return joined


def _listed(atoms: Axis, size: int) -> Ids:
    return np.full(size, STAYS, dtype=np.int64) if atoms is None else atoms


def _through_split(step: Step) -> tuple[Axes, ...]:
    """Return the parts, which lie in the order of the outputs along the axis that shrinks."""
    source, x = step.shapes[0], step.axes(0)
    if any(len(shape) != len(source) for shape in step.output_shapes):
        return step.refuse_all("splits them into tensors of another rank")
    shrunk = {axis for shape in step.output_shapes for axis, size in enumerate(shape) if size != source[axis]}
    if len(shrunk) != 1:
        return step.refuse_all("splits them along an axis that shapes do not tell")
    place = shrunk.pop()
    ends = np.cumsum([shape[place] for shape in step.output_shapes])
    atoms = x[place]
    if atoms is None:
        return tuple(x for _ in ends)
    parts = np.split(atoms, ends[:-1])
    step.ledger.parts.extend(parts)
    return tuple((*x[:place], part, *x[place + 1 :]) for part in parts)


def _through_other_axes(step: Step, target: tuple[int, ...]) -> Axes:
    """Return the axes that keep their size; channels along any other stay.

    Assumes a slice, padding or resize leaves axes alone whose size it does not change, if it changes any.
    """
    source, x = step.shapes[0], step.axes(0)
    if len(source) != len(target) or source == target:
        step.refuse(*x, reason="moves them in a way that is not followed")
        return (None,) * len(target)
    changed = [axis for axis, size in enumerate(target) if size != source[axis]]
    step.refuse(*(x[axis] for axis in changed), reason="keeps only some of them, or adds to them")
    return tuple(None if axis in changed else atoms for axis, atoms in enumerate(x))


def _through_transpose(step: Step) -> Axes:
    """Return each labelled axis where the only one of its size is in the output: the permutation is not known."""
    source, target, x = step.shapes[0], step.output_shapes[0], step.axes(0)
    axes: list[Axis] = [None] * len(target)
    for axis, atoms in enumerate(x):
        if atoms is None:
            continue
        if source.count(source[axis]) == 1 == target.count(source[axis]):
            axes[target.index(source[axis])] = atoms
        else:
            step.refuse(atoms, reason=f"takes {list(source)} to {list(target)}, where several axes have their number")
    return tuple(axes)
