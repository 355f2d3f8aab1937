"""What a translator gets and gives: one operator with known inputs in, steps of the network and its results out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from workloads.errors import NetworkError
from workloads.operators import Activation, Movement, OperatorKind, View, Work
from workloads.tflite_import.records import OperatorRecord, Shape, TensorRecord
from workloads.tflite_import.value import IMAGE_RANKS, Value, image_order

_FUSED_FUNCTIONS = {1: "relu", 2: "clip", 3: "relu6", 4: "tanh", 5: "sign"}
"""tflite.ActivationFunctionType: RELU, RELU_N1_TO_1, RELU6, TANH, SIGN_BIT; 0 is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operator of the network; ``suffix`` tells several of one operator of the file apart."""

    work: Work
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    suffix: str = ""


@dataclass(slots=True, kw_only=True)
class Application:
    """An operator applied to values.

    Parameters
    ----------
    record : OperatorRecord
    inputs : tuple of Value or None
        None for an input that is left out.
    declared : tuple of TensorRecord
        What the file says of each output.
    are_images : tuple of bool
        For each output, whether operators on images read it.
    is_resized : bool
        True when the user gave other sizes than the file has: then its own shapes say nothing.
    steps : list of Step
        What it becomes; translators append to it.
    notes : list of str
        For the user; translators append to it.
    """

    record: OperatorRecord
    inputs: tuple[Value | None, ...]
    declared: tuple[TensorRecord, ...]
    are_images: tuple[bool, ...]
    is_resized: bool = False
    steps: list[Step] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def input(self, index: int) -> Value:
        """Return a required input."""
        found = self.optional(index)
        if found is None:
            raise self.record.error(f"input {index} is missing")
        return found

    def optional(self, index: int) -> Value | None:
        """Return an optional input, or None when it is left out."""
        return self.inputs[index] if index < len(self.inputs) else None

    def given(self, first: int = 0) -> tuple[Value, ...]:
        """Return the inputs from ``first`` on that are there."""
        return tuple(value for value in self.inputs[first:] if value is not None)

    def integers(self, index: int, what: str) -> tuple[int, ...]:
        """Return the whole numbers in a constant input.

        Raises
        ------
        UnsupportedOperator
            When they are known only when the network runs.
        """
        found = self.input(index).integers()
        if found is None:
            raise self.record.unsupported(f"its {what} are known only when the network runs")
        return found

    def image(self, index: int, ranks: tuple[int, ...] = (4,)) -> Value:
        """Return input ``index`` as an image, shown by a view where it is not one yet.

        Raises
        ------
        NetworkError
            When it has another number of axes.
        """
        value = self.input(index)
        if value.rank not in ranks:
            raise self.record.error(
                f"input {index} has shape {list(value.shape)}, expected {' or '.join(map(str, ranks))} axes"
            )
        return self.shown(value, value.shape, image_order(value.rank), f"image_{index}")

    def plain(self, value: Value, suffix: str) -> Value:
        """Return ``value`` with the file's order of axes, shown by a view where the network lists another."""
        return self.shown(value, value.shape, (), suffix)

    def shown(self, value: Value, shape: Shape, axis_order: tuple[int, ...], suffix: str) -> Value:
        """Return ``value`` under another shape and order of axes: a view, or nothing where that changes nothing."""
        if value.is_constant:
            constant = value if value.shape == shape else value.reshaped(shape)
            return constant.listed(axis_order)
        if (value.shape, value.axis_order) == (shape, axis_order):
            return value
        target = self.between(suffix, shape, value).listed(axis_order)
        self.steps.append(Step(work=View(), inputs=(value,), outputs=(target,), suffix=suffix))
        return target

    def between(self, suffix: str, shape: Shape, like: Value) -> Value:
        """Return a new value inside the operator, stored like ``like``; ``~`` keeps its name apart from the file's."""
        return Value(name=f"{self.declared[0].name}~{suffix}", shape=shape, element_type=like.element_type)

    def result(self, shape: Shape, *, index: int = 0, is_image: bool = False) -> Value:
        """Return output ``index`` with the shape that follows from the inputs.

        Raises
        ------
        NetworkError
            When the file says another shape for it, and the user did not change sizes.
        """
        declared = self.declared[index]
        if not self.is_resized and not _agree(shape, declared):
            raise self.record.error(
                f"output {declared.name!r} has shape {list(declared.shape)} in the file, "
                f"but {list(shape)} follows from its inputs"
            )
        order = image_order(len(shape)) if is_image and len(shape) in IMAGE_RANKS else ()
        try:
            return Value(name=declared.name, shape=shape, element_type=declared.element_type, axis_order=order)
        except NetworkError as error:
            raise self.record.error(str(error)) from None

    def free_result(self, shape: Shape, *, index: int = 0) -> Value:
        """Return output ``index`` as an image exactly where operators on images read it."""
        return self.result(shape, index=index, is_image=self.are_images[index])

    def declared_shape(self, index: int = 0) -> Shape:
        """Return the file's own shape of an output, where nothing else tells it.

        Raises
        ------
        UnsupportedOperator
            When the user changed sizes: then it may be another.
        """
        declared = self.declared[index]
        if self.is_resized or declared.open_axes:
            raise self.record.unsupported(f"the shape of its output {declared.name!r} is known only when it runs")
        return declared.shape

    def add(self, work: Work, inputs: Iterable[Value], *outputs: Value, suffix: str = "") -> None:
        """Append one step."""
        self.steps.append(Step(work=work, inputs=tuple(inputs), outputs=outputs, suffix=suffix))

    def add_fused(self, work: Work, inputs: Iterable[Value], output: Value) -> None:
        """Append one step and the activation that the file fuses into it."""
        number = self.record.integer("FusedActivationFunction")
        if not number:
            self.add(work, inputs, output)
            return
        if number not in _FUSED_FUNCTIONS:
            raise self.record.error(f"fused activation is number {number}, expected 0 to {max(_FUSED_FUNCTIONS)}")
        function = _FUSED_FUNCTIONS[number]
        before = self.between("before_activation", output.shape, output).listed(output.axis_order)
        self.add(work, inputs, before)
        self.add(Activation(function=function), (before,), output, suffix=function)

    def move(self, kind: OperatorKind, function: str, inputs: Iterable[Value], *outputs: Value) -> None:
        """Append a movement of whole inputs to whole outputs."""
        self.add(Movement(kind=kind, function=function), inputs, *outputs)

    def normal_axis(self, axis: int, rank: int) -> int:
        """Return ``axis`` counted from the front; an axis that is not there is an error."""
        if not -rank <= axis < rank:
            raise self.record.error(f"axis {axis} is not in a tensor of {rank} dimensions")
        return axis % rank


Results = tuple[Value, ...]
Translator = Callable[[Application], Results]
Table = Mapping[str, Translator]


def broadcast(record: OperatorRecord, values: Iterable[Value]) -> Shape:
    """Return the shape that the values broadcast to, in the file's order."""
    shapes = [value.shape for value in values]
    rank = max(len(shape) for shape in shapes)
    aligned = [(1,) * (rank - len(shape)) + shape for shape in shapes]
    found = tuple(max(sizes) for sizes in zip(*aligned, strict=True))
    if any(size not in (1, wide) for shape in aligned for size, wide in zip(shape, found, strict=True)):
        raise record.error(f"shapes {' and '.join(str(list(shape)) for shape in shapes)} do not broadcast")
    return found


def _agree(shape: Shape, declared: TensorRecord) -> bool:
    """Return whether ``shape`` is the file's; old files leave out the shape of what is computed, or of a scalar."""
    if not declared.shape:
        return True
    if len(shape) != len(declared.shape):
        return math.prod(shape) == math.prod(declared.shape) == 1
    return all(
        size == stated or axis in declared.open_axes
        for axis, (size, stated) in enumerate(zip(shape, declared.shape, strict=True))
    )
