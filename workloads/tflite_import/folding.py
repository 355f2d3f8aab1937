"""Operators that compute on constants and shapes only: they run before the network does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workloads.tflite_import.element_types import INT32, INT64, is_float
from workloads.tflite_import.operators_views import expand_target, reshape_target, squeeze_target, transpose_axes
from workloads.tflite_import.slicing import slice_index, slice_shape
from workloads.tflite_import.translation import Application
from workloads.tflite_import.value import Source, Value

MAX_FOLDED_ELEMENTS = 4096
"""Content is followed through the graph for constants up to this size: shapes, axes and sizes are far below it."""
Content = NDArray[Any]


def fold(application: Application) -> Value | None:
    """Return what an operator gives that needs no cost, or None when it has to run.

    Weights that are stored sparse, narrow or under another shape are other names of what the file stores. Small whole
    numbers are computed. Everything else is left to the operator's translator.
    """
    op_type = application.record.op_type
    x = application.optional(0)
    if x is None:
        return None
    if x.is_constant and op_type in _RENAMES:
        return _RENAMES[op_type](application, x)
    if op_type in ("SHAPE", "RANK"):
        return _made(application, np.array(x.shape if op_type == "SHAPE" else len(x.shape), dtype=np.int64))
    operands = application.given()
    if op_type not in _COMPUTED or any(value.data is None for value in operands):
        return None
    return _computed(application, [value.data for value in operands if value.data is not None])


def _computed(application: Application, contents: list[Content]) -> Value | None:
    record = application.record
    try:
        content = _COMPUTED[record.op_type](application, contents)
    except (ValueError, IndexError, ZeroDivisionError) as error:
        raise record.error(f"cannot be computed on constants: {error}") from None
    return None if content is None else _made(application, content)


def _made(application: Application, content: Content) -> Value | None:
    """Return a constant of whole numbers that is made, not stored; None when it is too large to follow."""
    declared = application.declared[0]
    if content.size > MAX_FOLDED_ELEMENTS or declared.element_type not in (INT32, INT64):
        return None
    return Value(
        name=declared.name,
        shape=content.shape,
        element_type=declared.element_type,
        source=Source(),
        data=content.astype(np.int64),
    )


def _same(application: Application, x: Value) -> Value:
    """The file's own form stays what is stored: sparse weights, or float16 and integers that stand for floats."""
    if x.shape != application.declared[0].shape:
        raise application.record.error(
            f"output {application.declared[0].name!r} has shape {list(application.declared[0].shape)} in the file, "
            f"its input {list(x.shape)}"
        )
    return x


def _cast(application: Application, x: Value) -> Value | None:
    declared = application.declared[0]
    if is_float(x.element_type) and is_float(declared.element_type):
        return _same(application, x)
    if x.data is not None and declared.element_type in (INT32, INT64):
        return replace(x, name=declared.name, element_type=declared.element_type, source=Source())
    return None


_RENAMES: dict[str, Callable[[Application, Value], Value | None]] = {
    "DENSIFY": _same,
    "DEQUANTIZE": _same,
    "CAST": _cast,
    "RESHAPE": lambda application, x: x.reshaped(_checked(application, x, reshape_target(application))),
    "SQUEEZE": lambda application, x: x.reshaped(squeeze_target(application)),
    "EXPAND_DIMS": lambda application, x: x.reshaped(expand_target(application)),
    "TRANSPOSE": lambda application, x: x.transposed(transpose_axes(application)),
}


def _checked(application: Application, x: Value, shape: tuple[int, ...]) -> tuple[int, ...]:
    if int(np.prod(shape, dtype=object)) != x.num_elements:
        raise application.record.error(f"input {list(x.shape)} cannot take shape {list(shape)}")
    return shape


def _sliced(application: Application, contents: list[Content]) -> Content:
    slice_shape(application)  # checks bounds
    index = tuple(np.newaxis if part is None else part for part in slice_index(application))
    return contents[0][index]


def _axis(application: Application) -> int:
    return application.record.integer("Axis")


def _reduced(function: Callable[..., Any]) -> Callable[[Application, list[Content]], Content]:
    def compute(application: Application, contents: list[Content]) -> Content:
        axes = tuple({application.normal_axis(int(axis), contents[0].ndim) for axis in contents[1].reshape(-1)})
        keeps = bool(application.record.integer("KeepDims"))
        return np.asarray(function(contents[0], axis=axes, keepdims=keeps))

    return compute


def _binary(function: Callable[[Content, Content], Content]) -> Callable[[Application, list[Content]], Content]:
    return lambda application, contents: np.asarray(function(contents[0], contents[1]))


def _divided(application: Application, contents: list[Content]) -> Content:
    if np.any(contents[1] == 0):
        raise ZeroDivisionError("division by zero")
    return np.asarray(contents[0] // contents[1])


def _range(application: Application, contents: list[Content]) -> Content | None:
    start, limit, delta = (int(content.reshape(-1)[0]) for content in contents[:3])
    if delta == 0:
        raise ZeroDivisionError("a range by steps of zero")
    found = range(start, limit, delta)
    return None if len(found) > MAX_FOLDED_ELEMENTS else np.array(found, dtype=np.int64)


def _filled(application: Application, contents: list[Content]) -> Content | None:
    shape = tuple(int(size) for size in contents[0].reshape(-1))
    if min(shape, default=0) < 0 or int(np.prod(shape, dtype=object)) > MAX_FOLDED_ELEMENTS:
        return None
    return np.full(shape, contents[1].reshape(-1)[0])


_COMPUTED: dict[str, Callable[[Application, list[Content]], Content | None]] = {
    "SLICE": _sliced,
    "STRIDED_SLICE": _sliced,
    "PACK": lambda application, contents: np.stack(contents, axis=_axis(application)),
    "CONCATENATION": lambda application, contents: np.concatenate(contents, axis=_axis(application)),
    "GATHER": lambda application, contents: np.take(contents[0], contents[1], axis=_axis(application)),
    "ADD": _binary(np.add),
    "SUB": _binary(np.subtract),
    "MUL": _binary(np.multiply),
    "MAXIMUM": _binary(np.maximum),
    "MINIMUM": _binary(np.minimum),
    "DIV": _divided,
    "FLOOR_DIV": _divided,
    "REDUCE_PROD": _reduced(np.prod),
    "REDUCE_MAX": _reduced(np.max),
    "REDUCE_MIN": _reduced(np.min),
    "SUM": _reduced(np.sum),
    "RANGE": _range,
    "FILL": _filled,
}
