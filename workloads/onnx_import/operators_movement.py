"""Operators that move elements without arithmetic, and views that move nothing."""

from __future__ import annotations

from workloads.onnx_import.translation import Alias, Application, Translation, Translator, single, view
from workloads.onnx_import.value import Value, make_value
from workloads.operators import Movement, OperatorKind

_RESIZE_MODES = {"nearest": "nearest", "linear": "linear", "bilinear": "linear", "cubic": "cubic"}


def move(kind: OperatorKind, function: str, inputs: tuple[Value, ...], *outputs: Value) -> Translation:
    """Return one movement; nothing at all where it moves one value onto one of the same shape."""
    return single(Movement(kind=kind, function=function), inputs, *outputs)


def _view(application: Application) -> Translation:
    x, output = application.input(0), application.output
    if x.shape == output.shape:
        return Alias(source=x)
    target = make_value(output.name, output.shape, output.element_type, x.stored_type)
    return (view(x, target),)


def _transpose(application: Application) -> Translation:
    """Return a view where only axes of size 1 change places: the elements stay in order."""
    node, x, output = application.node, application.input(0), application.output
    permutation = node.integers("perm") or tuple(reversed(range(x.rank)))
    if sorted(permutation) != list(range(x.rank)):
        raise node.error(f"attribute 'perm' is {list(permutation)}, expected each axis of {list(x.shape)} once")
    moved = [axis for axis in permutation if x.shape[axis] != 1]
    if moved == sorted(moved):
        return _view(application)
    return move(OperatorKind.TRANSPOSE, "", (x,), output)


def _concat(application: Application) -> Translation:
    parts = tuple(value for value in application.given(*range(len(application.inputs))) if value.num_elements)
    if len(parts) == 1:
        return Alias(source=parts[0])
    return move(OperatorKind.CONCAT, "", parts, application.output)


def _split(application: Application) -> Translation:
    """Only the parts that somebody reads are written."""
    x = application.input(0)
    used = tuple(value for value in application.used_outputs if value.num_elements)
    if len(application.outputs) == 1:
        return Alias(source=x)
    kind = OperatorKind.SPLIT if len(used) == len(application.outputs) else OperatorKind.SLICE
    return move(kind, "", (x,), *used)


def _slice(application: Application) -> Translation:
    x, output = application.input(0), application.output
    steps = application.optional(4)
    is_whole = x.shape == output.shape and (steps is None or min(steps.integers() or (-1,), default=1) > 0)
    return Alias(source=x) if is_whole else move(OperatorKind.SLICE, "", (x,), output)


def _pad(application: Application) -> Translation:
    x, output = application.input(0), application.output
    if x.shape == output.shape and not any(_pads(application)):
        return Alias(source=x)
    mode = application.node.text("mode", "constant")
    return move(OperatorKind.PAD, mode, (x,), output)


def _pads(application: Application) -> tuple[int, ...]:
    given = application.optional(1)
    pads = application.node.integers("pads") or (given.integers() if given is not None else None)
    return (1,) if pads is None else pads


def _resize(application: Application) -> Translation:
    x, output = application.input(0), application.output
    if x.shape == output.shape:
        return Alias(source=x)
    mode = application.node.text("mode", "nearest")
    if mode not in _RESIZE_MODES:
        raise application.node.error(f"mode {mode!r} is none of {', '.join(_RESIZE_MODES)}")
    return move(OperatorKind.RESIZE, _RESIZE_MODES[mode], (x,), output)


def _gather(function: str) -> Translator:
    """Constant indices are part of the program: then it is a slice and reads no indices."""

    def translate(application: Application) -> Translation:
        data, indices, output = application.input(0), application.input(1), application.output
        if indices.is_constant:
            return move(OperatorKind.SLICE, function, (data,), output)
        return move(OperatorKind.GATHER, function, (data, indices), output)

    return translate


def _copy(function: str) -> Translator:
    """Whole inputs in, whole outputs out; constants of one element (depth, fill, axis) are part of the program."""

    def translate(application: Application) -> Translation:
        every = application.given(*range(len(application.inputs)))
        read = tuple(value for value in every if not value.is_immediate)
        return move(OperatorKind.COPY, function, read, *application.used_outputs)

    return translate


def _repeat(function: str) -> Translator:
    def translate(application: Application) -> Translation:
        x, output = application.input(0), application.output
        if x.num_elements == output.num_elements:
            return _view(application)
        return move(OperatorKind.COPY, function, (x,), output)

    return translate


def _rearrange(function: str) -> Translator:
    def translate(application: Application) -> Translation:
        return move(OperatorKind.TRANSPOSE, function, (application.input(0),), application.output)

    return translate


def _trilu(application: Application) -> Translation:
    return move(OperatorKind.COPY, "trilu", (application.input(0),), application.output)


TABLE: dict[str, Translator] = {
    **dict.fromkeys(("Reshape", "Flatten", "Squeeze", "Unsqueeze"), _view),
    "Transpose": _transpose,
    "Concat": _concat,
    "Split": _split,
    "Slice": _slice,
    "Pad": _pad,
    "Resize": _resize,
    "Upsample": _resize,
    "Gather": _gather("gather"),
    "GatherElements": _gather("gather_elements"),
    "GatherND": _gather("gather_nd"),
    "GridSample": _gather("grid_sample"),
    "Scatter": _copy("scatter"),
    "ScatterElements": _copy("scatter"),
    "ScatterND": _copy("scatter"),
    "TensorScatter": _copy("scatter"),
    "OneHot": _copy("one_hot"),
    "ReverseSequence": _copy("reverse_sequence"),
    "MaxUnpool": _copy("max_unpool"),
    "Trilu": _trilu,
    "Expand": _repeat("expand"),
    "Tile": _repeat("tile"),
    "DepthToSpace": _rearrange("depth_to_space"),
    "SpaceToDepth": _rearrange("space_to_depth"),
}
