"""Reductions: sums, means, extremes, arg-extremes, top-k, cumulative sums."""

from __future__ import annotations

from workloads.operators import Reduction
from workloads.tflite_import.records import Shape
from workloads.tflite_import.translation import Application, Results, Table, Translator
from workloads.tflite_import.value import Value

_REDUCTIONS = {
    "MEAN": "mean",
    "SUM": "sum",
    "REDUCE_PROD": "prod",
    "REDUCE_MAX": "max",
    "REDUCE_MIN": "min",
    "REDUCE_ANY": "max",
    "REDUCE_ALL": "min",
}


def _reduction(function: str) -> Translator:
    """A result that keeps all axes keeps their order; one that loses some has the file's."""

    def translate(application: Application) -> Results:
        x = application.input(0)
        named = application.integers(1, "axes") if application.input(1).num_elements else ()
        axes = {application.normal_axis(axis, x.rank) for axis in named}
        keeps = bool(application.record.integer("KeepDims"))
        shape = tuple(1 if axis in axes else size for axis, size in enumerate(x.shape) if keeps or axis not in axes)
        output = application.result(shape, is_image=keeps and x.is_image)
        _reduce(application, function, x, tuple(axes), output)
        return (output,)

    return translate


def _along_axis(function: str) -> Translator:
    def translate(application: Application) -> Results:
        x = application.input(0)
        axis = _one_axis(application, x)
        shape = tuple(size for place, size in enumerate(x.shape) if place != axis)
        output = application.result(shape)
        _reduce(application, function, x, (axis,), output)
        return (output,)

    return translate


def _cumulative(application: Application) -> Results:
    x = application.input(0)
    output = application.result(x.shape, is_image=x.is_image)
    _reduce(application, "cumulative_sum", x, (_one_axis(application, x),), output)
    return (output,)


def _top_k(application: Application) -> Results:
    """The largest along the last axis, and where they were."""
    x = application.input(0)
    axis = application.normal_axis(-1, x.rank)
    count = application.integers(1, "number of results")
    shape = (*x.shape[:-1], *count[:1])
    outputs = tuple(
        application.result(shape, index=index, is_image=x.is_image) for index in range(len(application.declared))
    )
    _reduce(application, "top_k", x, (axis,), *outputs)
    return outputs


def _one_axis(application: Application, x: Value) -> int:
    given = application.integers(1, "axis")
    if len(given) != 1:
        raise application.record.error(f"has axes {list(given)}, expected one")
    return application.normal_axis(given[0], x.rank)


def _reduce(application: Application, function: str, x: Value, axes: Shape, *outputs: Value) -> None:
    listed = tuple(sorted(x.network_axis(axis) for axis in axes))
    application.add(Reduction(function=function, axes=listed), (x,), *outputs)


TABLE: Table = {
    **{op_type: _reduction(function) for op_type, function in _REDUCTIONS.items()},
    "ARG_MAX": _along_axis("arg_max"),
    "ARG_MIN": _along_axis("arg_min"),
    "CUMSUM": _cumulative,
    "TOPK_V2": _top_k,
}
