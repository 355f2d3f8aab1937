"""Operators that join, cut and pick: concatenations, splits, slices, gathers."""

from __future__ import annotations

import math

from workloads.operators import OperatorKind
from workloads.tflite_import.operators_views import show
from workloads.tflite_import.records import Shape
from workloads.tflite_import.slicing import slice_shape
from workloads.tflite_import.translation import Application, Results, Table, Translator


def _concatenation(application: Application) -> Results:
    record, parts = application.record, application.given()
    if not parts:
        raise record.error("has no inputs")
    axis = application.normal_axis(record.integer("Axis"), parts[0].rank)
    first = parts[0]
    for part in parts:
        if part.rank != first.rank or _without(part.shape, axis) != _without(first.shape, axis):
            raise record.error(f"inputs {list(first.shape)} and {list(part.shape)} differ in other axes than {axis}")
    shape = (*first.shape[:axis], sum(part.shape[axis] for part in parts), *first.shape[axis + 1 :])
    output = application.result(shape, is_image=any(part.is_image for part in parts))
    listed = [application.shown(part, part.shape, output.axis_order, f"part_{i}") for i, part in enumerate(parts)]
    application.move(OperatorKind.CONCAT, "", listed, output)
    return (output,)


def _without(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], *shape[axis + 1 :])


def _pack(application: Application) -> Results:
    """Stacks its inputs along a new axis."""
    record, parts = application.record, application.given()
    if not parts or any(part.shape != parts[0].shape for part in parts):
        raise record.error(f"inputs {[list(part.shape) for part in parts]} do not have one shape")
    axis = application.normal_axis(record.integer("Axis"), parts[0].rank + 1)
    shape = (*parts[0].shape[:axis], len(parts), *parts[0].shape[axis:])
    output = application.free_result(shape)
    application.move(OperatorKind.CONCAT, "pack", parts, output)
    return (output,)


def _unpack(application: Application) -> Results:
    x = application.input(0)
    axis = application.normal_axis(application.record.integer("Axis"), x.rank)
    if x.shape[axis] != len(application.declared):
        raise application.record.error(
            f"axis {axis} of {list(x.shape)} is not cut into its {len(application.declared)} outputs"
        )
    outputs = tuple(application.result(_without(x.shape, axis), index=i) for i in range(x.shape[axis]))
    application.move(OperatorKind.SPLIT, "unpack", (x,), *outputs)
    return outputs


def _split(data_index: int, axis_index: int) -> Translator:
    """SPLIT cuts an axis evenly; SPLIT_V says how long each part is, and may leave one to the rest."""

    def translate(application: Application) -> Results:
        x = application.input(data_index)
        axis = application.normal_axis(application.integers(axis_index, "axis")[0], x.rank)
        count = len(application.declared)
        sizes = application.integers(1, "sizes") if axis_index == 2 else (x.shape[axis] // count,) * count
        if sizes.count(-1) == 1:
            rest = x.shape[axis] - sum(size for size in sizes if size != -1)
            sizes = tuple(rest if size == -1 else size for size in sizes)
        if len(sizes) != count or sum(sizes) != x.shape[axis]:
            raise application.record.error(f"axis {axis} of {list(x.shape)} is not the sum of parts {list(sizes)}")
        shapes = [(*x.shape[:axis], size, *x.shape[axis + 1 :]) for size in sizes]
        outputs = tuple(application.result(s, index=i, is_image=x.is_image) for i, s in enumerate(shapes))
        application.move(OperatorKind.SPLIT, "", (x,), *outputs)
        return outputs

    return translate


def _slice(application: Application) -> Results:
    """A slice of everything is another name of its input."""
    x = application.input(0)
    kept, shape = slice_shape(application)
    if kept == x.shape and shape == x.shape:
        application.result(shape)
        return (x,)
    if math.prod(shape) == x.num_elements:
        return show(application, shape)
    output = application.result(shape, is_image=x.is_image) if len(shape) == x.rank else application.free_result(shape)
    application.move(OperatorKind.SLICE, "", (x,), output)
    return (output,)


def _gather(application: Application) -> Results:
    """Constant indices are part of the program: then it is a slice and reads no indices."""
    record, data, indices = application.record, application.input(0), application.input(1)
    axis = application.normal_axis(record.integer("Axis"), data.rank)
    shared = record.integer("BatchDims")
    if not 0 <= shared <= min(axis, indices.rank):
        raise record.error(f"shares {shared} axes between {list(data.shape)} and {list(indices.shape)}")
    output = application.free_result((*data.shape[:axis], *indices.shape[shared:], *data.shape[axis + 1 :]))
    if indices.is_constant:
        application.move(OperatorKind.SLICE, "gather", (data,), output)
    else:
        application.move(OperatorKind.GATHER, "gather", (data, indices), output)
    return (output,)


def _gather_nd(application: Application) -> Results:
    data, indices = application.input(0), application.input(1)
    depth = indices.shape[-1] if indices.rank else 0
    if not 0 < depth <= data.rank:
        raise application.record.error(f"indices {list(indices.shape)} do not point into {list(data.shape)}")
    output = application.free_result((*indices.shape[:-1], *data.shape[depth:]))
    read = (data,) if indices.is_constant else (data, indices)
    application.move(OperatorKind.SLICE if indices.is_constant else OperatorKind.GATHER, "gather_nd", read, output)
    return (output,)


def _embedding(application: Application) -> Results:
    """Inputs: indices, and a table of which each picks a row."""
    indices, table = application.input(0), application.input(1)
    output = application.result((*indices.shape, *table.shape[1:]))
    application.move(OperatorKind.GATHER, "gather", (table, indices), output)
    return (output,)


TABLE: Table = {
    "CONCATENATION": _concatenation,
    "PACK": _pack,
    "UNPACK": _unpack,
    "SPLIT": _split(1, 0),
    "SPLIT_V": _split(0, 2),
    "SLICE": _slice,
    "STRIDED_SLICE": _slice,
    "GATHER": _gather,
    "GATHER_ND": _gather_nd,
    "EMBEDDING_LOOKUP": _embedding,
}
