"""GradientStep: what the gradient rule of one forward operator sees of the graph, and how it writes into it."""

from __future__ import annotations

from dataclasses import dataclass

from workloads.errors import UnsupportedOperator
from workloads.operators import Elementwise, Movement, Operator, OperatorKind, Reduction, View, Work
from workloads.training.backward_graph import BackwardGraph, Made, Shape
from workloads.training.gradient_paths import differentiable_inputs


def numbered(word: str, index: int) -> str:
    """Return ``word`` for the first input and ``word1``, ``word2``, ... for those after it."""
    return f"{word}{index or ''}"


@dataclass(frozen=True, slots=True)
class GradientStep:
    """One forward operator whose gradients are being written; ``graph`` is modified in place.

    Parameters
    ----------
    graph : BackwardGraph
    operator : Operator
    gradient : str
        Gradient of its first output, before the steps that were fused after the operator.
    """

    graph: BackwardGraph
    operator: Operator
    gradient: str

    def needs(self, index: int) -> bool:
        """Return whether input ``index`` is there and needs a gradient."""
        names = self.operator.inputs
        return index in differentiable_inputs(self.operator) and names[index] in self.graph.needing

    def needed(self) -> tuple[int, ...]:
        """Return the indices of the inputs that need a gradient."""
        return tuple(index for index in range(len(self.operator.inputs)) if self.needs(index))

    def shape(self, name: str) -> Shape:
        """Return the shape of tensor ``name``."""
        return self.graph.tensors[name].shape

    def input_shape(self, index: int) -> Shape:
        """Return the shape of input ``index``."""
        return self.shape(self.operator.inputs[index])

    def emit(self, index: int, word: str, work: Work, inputs: tuple[str, ...], shape: Shape | None = None) -> str:
        """Append an operator on the way to the gradient of input ``index``; return its output.

        Its name ends in ``word``, which tells it from all others of this step; ``shape`` is that of the input unless
        given.
        """
        name = self.operator.inputs[index]
        is_view = isinstance(work, View)  # the same bytes
        made = Made(
            shape=self.shape(name) if shape is None else shape,
            format=self.graph.tensors[inputs[0]].format if is_view else self.graph.gradient_format(name),
        )
        role = self.graph.role(self.graph.stage_of(name), self.operator)
        return self.graph.emit(f"{self.operator.name}.{word}", work, inputs, made, role)

    def give(self, index: int, gradient: str) -> None:
        """Contribute ``gradient`` to the gradient of input ``index``."""
        self.graph.contribute(self.operator.inputs[index], gradient, self.operator)

    def viewed(self, index: int, word: str, name: str, shape: Shape) -> str:
        """Return ``name`` in another shape, which costs nothing; itself where it has that shape."""
        return name if self.shape(name) == shape else self.emit(index, word, View(), (name,), shape)

    def reduced(self, index: int, gradient: str) -> str:
        """Return ``gradient`` summed to the shape of input ``index``, which was broadcast to the gradient's."""
        found, wanted = self.shape(gradient), self.input_shape(index)
        if found == wanted:
            return gradient
        aligned = (1,) * (len(found) - len(wanted)) + wanted
        axes = tuple(axis for axis, size in enumerate(found) if aligned[axis] != size)
        if not axes:
            return self.viewed(index, numbered("gradient_view", index), gradient, wanted)
        return self.emit(index, numbered("gradient_reduced", index), Reduction(function="sum", axes=axes), (gradient,))

    def scaled(self, index: int, gradient: str) -> str:
        """Return ``gradient`` times a constant."""
        word = numbered("gradient_scaled", index)
        return self.emit(index, word, Elementwise(function="mul"), (gradient,), self.shape(gradient))

    def expanded(self, index: int, gradient: str) -> str:
        """Return ``gradient`` repeated to the shape of input ``index``."""
        if self.shape(gradient) == self.input_shape(index):
            return gradient
        work = Movement(kind=OperatorKind.COPY, function="expand")
        return self.emit(index, numbered("gradient_expanded", index), work, (gradient,))

    def no_rule(self, what: str) -> UnsupportedOperator:
        """Return the error for an operator that has no gradient rule."""
        return UnsupportedOperator(
            f"operator {self.operator.name!r} ({self.operator.kind}) has no gradient rule: {what}; "
            "freeze what is trained up to it, or take a network without it"
        )
