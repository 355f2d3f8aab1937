"""What a translator gets and gives: one node with known inputs and outputs in, steps of the network out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from workloads.onnx_import.node import Node
from workloads.onnx_import.value import Shape, Value, make_value
from workloads.operators import Elementwise, View, Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """A node applied to values.

    Parameters
    ----------
    node : Node
    inputs : tuple of Value or None
        None for an input that is left out.
    outputs : tuple of Value or None
        None for an output that is left out or that nobody reads.
    """

    node: Node
    inputs: tuple[Value | None, ...]
    outputs: tuple[Value | None, ...]

    def input(self, index: int) -> Value:
        """Return a required input."""
        found = self.optional(index)
        if found is None:
            raise self.node.error(f"input {index} is missing")
        return found

    def optional(self, index: int) -> Value | None:
        """Return an optional input, or None when it is left out."""
        return self.inputs[index] if index < len(self.inputs) else None

    def given(self, *indices: int) -> tuple[Value, ...]:
        """Return those of the inputs ``indices`` that are there."""
        return tuple(value for value in (self.optional(index) for index in indices) if value is not None)

    @property
    def output(self) -> Value:
        """The first output.

        A node is translated only when some output is read; where that is not the first one, it has no cost model.
        """
        if self.outputs[0] is None:
            raise self.node.unsupported("only its further outputs are used")
        return self.outputs[0]

    @property
    def used_outputs(self) -> tuple[Value, ...]:
        """The outputs that somebody reads."""
        return tuple(value for value in self.outputs if value is not None)

    def between(self, suffix: str, shape: Shape, like: Value) -> Value:
        """Return a new value inside the node, stored like ``like``."""
        return make_value(f"{self.node.name}/{suffix}", shape, like.element_type, like.stored_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operator of the network that a node becomes; ``suffix`` tells several of one node apart."""

    work: Work
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    suffix: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """The node's first output is another name of ``source``: no operator."""

    source: Value


Translation = tuple[Step, ...] | Alias
Translator = Callable[[Application], Translation]
Table = Mapping[str, Translator]


def single(work: Work, inputs: Iterable[Value], *outputs: Value, note: str = "") -> tuple[Step, ...]:
    """Return the translation to one operator."""
    return (Step(work=work, inputs=tuple(inputs), outputs=outputs, note=note),)


def view(source: Value, target: Value, suffix: str = "") -> Step:
    """Return the step that shows ``source`` under the shape of ``target``."""
    return Step(work=View(), inputs=(source,), outputs=(target,), suffix=suffix)


def pointwise(function: str, operands: Iterable[Value], output: Value, suffix: str = "") -> Step:
    """Return an element-wise step; constants of one element are carried by the instruction, not read as tensors."""
    every = tuple(operands)
    read = tuple(value for value in every if not value.is_immediate)
    if _broadcast_shape(read) != output.shape:
        read = every
    return Step(work=Elementwise(function=function), inputs=read, outputs=(output,), suffix=suffix)


def _broadcast_shape(values: tuple[Value, ...]) -> Shape | None:
    try:
        return np.broadcast_shapes(*(value.shape for value in values)) if values else None
    except ValueError:
        return None


def normal_axis(node: Node, axis: int, rank: int) -> int:
    """Return ``axis`` counted from the front; an axis that is not there is an error."""
    if not -rank <= axis < rank:
        raise node.error(f"axis {axis} is not in a tensor of {rank} dimensions")
    return axis % rank


def axes_of(application: Application, input_index: int, rank: int) -> tuple[int, ...] | None:
    """Return the node's ``axes``, which older operator sets keep in an attribute and newer ones in an input.

    None when there are none; non-negative and sorted otherwise.
    """
    node = application.node
    axes = node.integers("axes")
    given = application.optional(input_index)
    if axes is None and given is not None:
        axes = given.integers()
        if axes is None:
            raise node.unsupported(f"its axes {given.name!r} are known only when the network runs")
    return None if axes is None else tuple(sorted(normal_axis(node, axis, rank) for axis in axes))
