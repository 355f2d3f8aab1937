"""Views, which show the same bytes under another shape, and transposes, which are views where nothing moves."""

from __future__ import annotations

import math

from workloads.operators import OperatorKind, View
from workloads.tflite_import.records import Shape
from workloads.tflite_import.translation import Application, Results, Table


def show(application: Application, shape: Shape) -> Results:
    """The same bytes under another shape."""
    x = application.input(0)
    if math.prod(shape) != x.num_elements:
        raise application.record.error(
            f"input {list(x.shape)} has {x.num_elements} elements, shape {list(shape)} {math.prod(shape)}"
        )
    output = application.free_result(shape)
    if output.shape == x.shape and output.axis_order == x.axis_order and output.element_type == x.element_type:
        return (x,)
    application.add(View(), (x,), output)
    return (output,)


def _reshape(application: Application) -> Results:
    return show(application, reshape_target(application))


def reshape_target(application: Application) -> Shape:
    """Return the shape that a RESHAPE asks for, from its second input or its options; one size may be left to it."""
    record, x = application.record, application.input(0)
    wanted = application.optional(1)
    if wanted is not None and wanted.num_elements == 0:
        sizes: tuple[int, ...] = ()
    elif wanted is not None and wanted.integers() is not None:
        sizes = application.integers(1, "sizes")
    else:
        stated = record.options.get("NewShape")
        sizes = stated if isinstance(stated, tuple) and wanted is None else application.declared_shape()
    known = math.prod(size for size in sizes if size != -1)
    if sizes.count(-1) > 1 or any(size < -1 for size in sizes):
        raise record.error(f"asks for shape {list(sizes)}, expected sizes of at least 0 and at most one -1")
    if -1 in sizes and (not known or x.num_elements % known):
        raise record.error(f"input {list(x.shape)} does not divide into shape {list(sizes)}")
    return tuple(x.num_elements // known if size == -1 else size for size in sizes)


def _squeeze(application: Application) -> Results:
    return show(application, squeeze_target(application))


def squeeze_target(application: Application) -> Shape:
    """Return the shape without the axes of size 1 that a SQUEEZE names, or without all of them."""
    x = application.input(0)
    named = application.record.options.get("SqueezeDims")
    if not isinstance(named, tuple):
        return tuple(size for size in x.shape if size != 1)
    axes = {application.normal_axis(axis, x.rank) for axis in named}
    if any(x.shape[axis] != 1 for axis in axes):
        raise application.record.error(f"axes {sorted(axes)} of {list(x.shape)} are not all of size 1")
    return tuple(size for axis, size in enumerate(x.shape) if axis not in axes)


def _expand_dims(application: Application) -> Results:
    return show(application, expand_target(application))


def expand_target(application: Application) -> Shape:
    """Return the shape with an axis of size 1 where an EXPAND_DIMS puts one."""
    x = application.input(0)
    given = application.integers(1, "axis")
    axis = application.normal_axis(given[0] if given else 0, x.rank + 1)
    return (*x.shape[:axis], 1, *x.shape[axis:])


def _transpose(application: Application) -> Results:
    """A view where only axes of size 1 change places: the elements stay in order."""
    x = application.input(0)
    permutation = transpose_axes(application)
    shape = tuple(x.shape[axis] for axis in permutation)
    moved = [axis for axis in permutation if x.shape[axis] != 1]
    if moved == sorted(moved):
        return show(application, shape)
    output = application.free_result(shape)
    application.move(OperatorKind.TRANSPOSE, "", (x,), output)
    return (output,)


def transpose_axes(application: Application) -> tuple[int, ...]:
    """Return the permutation of a TRANSPOSE, counted from the front."""
    x = application.input(0)
    permutation = tuple(application.normal_axis(axis, x.rank) for axis in application.integers(1, "axes"))
    if sorted(permutation) != list(range(x.rank)):
        raise application.record.error(f"permutes axes {list(permutation)}, expected each of {list(x.shape)} once")
    return permutation


TABLE: Table = {
    "RESHAPE": _reshape,
    "SQUEEZE": _squeeze,
    "EXPAND_DIMS": _expand_dims,
    "TRANSPOSE": _transpose,
}
