"""The walk over the operators in the file's order: constants folded, operators translated, shapes checked."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from tflite.utils import BUILTIN_OPCODE2NAME

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.operators import OperatorKind
from workloads.tflite_import.constants import check_length, stored_values
from workloads.tflite_import.element_types import INT32, INT64, can_be_parameter
from workloads.tflite_import.folding import MAX_FOLDED_ELEMENTS, fold
from workloads.tflite_import.operators import KEEPING_AXES, ON_IMAGES, TRANSLATORS
from workloads.tflite_import.records import ModelRecord, OperatorRecord, Shape
from workloads.tflite_import.translation import Application, Results, Step
from workloads.tflite_import.unsupported import reason_for
from workloads.tflite_import.value import IMAGE_RANKS, Source, Value, image_order

_BUILTIN_NAMES = frozenset(BUILTIN_OPCODE2NAME.values())


@dataclass(slots=True, kw_only=True)
class Walk:
    """What the walk has found so far; modified in place as it goes.

    Parameters
    ----------
    model : ModelRecord
    approximate_unsupported : bool
    is_resized : bool
        True when the user gave other sizes than the file has.
    images : frozenset of int
        Tensors that operators on images read, maybe by way of others that keep the order of axes.
    values : dict of int to Value
        By index of the file's tensor.
    steps : list of (OperatorRecord, Step)
    num_folded : int
        Operators that compute on constants and shapes only.
    notes : list of str
    """

    model: ModelRecord
    approximate_unsupported: bool
    is_resized: bool
    images: frozenset[int]
    values: dict[int, Value] = field(default_factory=dict)
    steps: list[tuple[OperatorRecord, Step]] = field(default_factory=list)
    num_folded: int = 0
    notes: list[str] = field(default_factory=list)


def walk_graph(model: ModelRecord, shapes: Mapping[int, Shape], *, approximate_unsupported: bool) -> Walk:
    """Return what the main graph becomes.

    Parameters
    ----------
    model : ModelRecord
    shapes : mapping of int to tuple of int
        Of the graph's inputs, by index of their tensors, in the file's order of axes.
    approximate_unsupported : bool
        Cost operators without a cost model as copies.

    Raises
    ------
    NetworkError
        For a tensor that is read before it is made or made twice, or shapes that do not fit.
    UnsupportedOperator
        For an operator without a cost model.
    """
    walk = Walk(
        model=model,
        approximate_unsupported=approximate_unsupported,
        is_resized=any(shape != model.tensors[index].shape for index, shape in shapes.items()),
        images=read_as_images(model),
    )
    for index, shape in shapes.items():
        walk.values[index] = _image_or_plain(walk, index, shape)
    live = _live_operators(model)
    for record in live:
        _visit(walk, record)
    run = {record.index for record in live}
    dead = [record for record in model.operators if record.index not in run]
    if dead:
        listed = ", ".join(str(record) for record in dead[:5]) + (", ..." if len(dead) > 5 else "")
        walk.notes.append(f"{len(dead)} operators whose results nobody reads are left out: {listed}")
    return walk


def read_as_images(model: ModelRecord) -> frozenset[int]:
    """Return the tensors that some operator on images reads, at once or by way of operators that keep their axes."""
    found: set[int] = set()
    for record in reversed(model.operators):
        place = ON_IMAGES.get(record.op_type)
        if place is not None and place < len(record.inputs):
            found.add(record.inputs[place])
        elif record.op_type in KEEPING_AXES and not found.isdisjoint(record.outputs):
            found.update(record.inputs)
    return frozenset(found)


def _live_operators(model: ModelRecord) -> list[OperatorRecord]:
    """Return the operators that some output depends on, be it for a shape alone, in the file's order."""
    wanted = set(model.outputs)
    live = []
    for record in reversed(model.operators):
        if not wanted.isdisjoint(record.outputs):
            wanted.update(record.inputs)
            live.append(record)
    return live[::-1]


def _image_or_plain(walk: Walk, index: int, shape: Shape) -> Value:
    tensor = walk.model.tensors[index]
    is_image = index in walk.images and len(shape) in IMAGE_RANKS
    order = image_order(len(shape)) if is_image else ()
    return Value(name=tensor.name, shape=shape, element_type=tensor.element_type, axis_order=order)


def _operand(walk: Walk, record: OperatorRecord, index: int) -> Value | None:
    """Return the value of a tensor that is read; constants and kept states are made when they are first read."""
    if index < 0:
        return None
    if index not in walk.values:
        tensor = walk.model.tensors[index]
        has_content = walk.model.buffers[tensor.buffer].size > 0
        if has_content or 0 in tensor.shape:
            walk.values[index] = _constant(walk.model, index)
        elif tensor.is_variable:
            walk.values[index] = _image_or_plain(walk, index, tensor.shape)
            walk.notes.append(f"tensor {tensor.name!r} is kept between runs: costed as an input")
        else:
            raise record.error(
                f"reads tensor {tensor.name!r}, which no earlier operator makes and which is neither an input nor a "
                "constant"
            )
    return walk.values[index]


def _constant(model: ModelRecord, index: int) -> Value:
    tensor = model.tensors[index]
    value = Value(
        name=tensor.name, shape=tensor.shape, element_type=tensor.element_type, source=Source(tensors=(index,))
    )
    check_length(model, tensor)
    if can_be_parameter(tensor.element_type):
        value = replace(value, origins=frozenset({(index, value.num_elements)}))
    is_small = math.prod(tensor.shape) <= MAX_FOLDED_ELEMENTS
    if is_small and tensor.element_type in (INT32, INT64) and tensor.sparsity is None:
        value = replace(value, data=stored_values(model, tensor).astype(np.int64))
    return value


def _visit(walk: Walk, record: OperatorRecord) -> None:
    for index in record.outputs:
        if index in walk.values:
            raise record.error(f"makes tensor {walk.model.tensors[index].name!r}, which is already made elsewhere")
    inputs = tuple(_operand(walk, record, index) for index in record.inputs)
    application = _application(walk, record, inputs)
    try:
        folded = fold(application)
        if folded is not None:
            walk.num_folded += 1
            walk.values[record.outputs[0]] = folded
            return
        results = _translated(application)
    except UnsupportedOperator as error:
        if not walk.approximate_unsupported:
            raise
        application = _application(walk, record, inputs)
        results = _as_copy(application, error)
        walk.notes.append(f"{record} is costed as a copy of its inputs to its outputs")
    _take(walk, application, results)


def _application(walk: Walk, record: OperatorRecord, inputs: tuple[Value | None, ...]) -> Application:
    return Application(
        record=record,
        inputs=inputs,
        declared=tuple(walk.model.tensors[index] for index in record.outputs),
        are_images=tuple(index in walk.images for index in record.outputs),
        is_resized=walk.is_resized,
    )


def _translated(application: Application) -> Results:
    record = application.record
    translator = TRANSLATORS.get(record.op_type)
    if translator is None:
        raise record.unsupported(reason_for(record.op_type, record.op_type in _BUILTIN_NAMES))
    return translator(application)


def _as_copy(application: Application, error: UnsupportedOperator) -> Results:
    """Return the operator's results as the file states their shapes, made by one copy.

    Assumes an operator without a cost model costs what reading its inputs and writing its outputs does.
    """
    declared = application.declared
    outputs = []
    for index, tensor in enumerate(declared):
        if application.is_resized or any(size < 1 for size in tensor.shape):
            raise application.record.unsupported(
                f"nor as a copy, since the shape of its output {tensor.name!r} is not known"
            ) from error
        outputs.append(application.free_result(tensor.shape, index=index))
    operands = tuple(value for value in application.given() if not value.is_immediate)
    application.move(OperatorKind.COPY, application.record.op_type.lower(), operands, *outputs)
    return tuple(outputs)


def _take(walk: Walk, application: Application, results: Results) -> None:
    """Add the operator's steps; what it makes of constants alone is constant, and costs nothing."""
    record, operands = application.record, application.given()
    if len(results) != len(record.outputs):
        raise record.error(f"has {len(record.outputs)} outputs, expected {len(results)}")
    if operands and all(value.is_constant for value in operands):
        walk.num_folded += 1
        origins = frozenset[tuple[int, int]]().union(*(value.origins for value in operands))
        results = tuple(
            replace(value, axis_order=(), source=Source(), origins=origins) if not value.is_constant else value
            for value in results
        )
    else:
        walk.steps.extend((record, step) for step in application.steps)
        walk.notes.extend(application.notes)
    for index, value in zip(record.outputs, results, strict=True):
        if index in walk.values:
            raise record.error(f"makes tensor {walk.model.tensors[index].name!r}, which is already made elsewhere")
        walk.values[index] = value


def check_outputs(walk: Walk) -> None:
    """Raise ``NetworkError`` for an output of the graph that nothing makes."""
    for index in walk.model.outputs:
        if index not in walk.values:
            raise NetworkError(f"output {walk.model.tensors[index].name!r} is made by no operator")
