"""Gradients of operators that move elements: they move the gradient back."""

from __future__ import annotations

from workloads.operators import Movement, OperatorKind, View
from workloads.training.gradient_step import GradientStep, numbered

_PAD = Movement(kind=OperatorKind.PAD, function="zero")


def movement(step: GradientStep, work: Movement) -> None:
    """Move the output's gradient to where the elements came from; what was repeated is added up.

    Assumes the gradient of a table that rows are gathered from is as large as the table, zeros and all.
    """
    dy = step.gradient
    match work.kind:
        case OperatorKind.CONCAT:
            _concat(step)
        case OperatorKind.SPLIT | OperatorKind.SLICE:
            _joined(step)
        case OperatorKind.PAD if work.function in ("", "constant", "zero"):
            step.give(0, step.emit(0, "input_gradient", Movement(kind=OperatorKind.SLICE), (dy,)))
        case OperatorKind.TRANSPOSE:
            step.give(0, step.emit(0, "input_gradient", work, (dy,)))
        case OperatorKind.RESIZE:
            turned = Movement(kind=work.kind, function=f"{work.function or 'nearest'}_gradient")
            step.give(0, step.emit(0, "input_gradient", turned, (dy,)))
        case OperatorKind.GATHER:
            scatter = Movement(kind=OperatorKind.COPY, function="scatter_add")
            step.give(0, step.emit(0, "input_gradient", scatter, (dy, *step.operator.inputs[1:])))
        case OperatorKind.COPY if work.function == "expand":
            step.give(0, step.reduced(0, dy))
        case _:
            raise step.no_rule(f"movement {work.function or work.kind.value!r}")


def view(step: GradientStep, work: View) -> None:
    """The same bytes again, in the shape that they had."""
    step.give(0, step.viewed(0, "gradient_view", step.gradient, step.input_shape(0)))


def _concat(step: GradientStep) -> None:
    for index in step.needed():
        work = Movement(kind=OperatorKind.SLICE)
        step.give(index, step.emit(index, numbered("input_gradient", index), work, (step.gradient,)))


def _joined(step: GradientStep) -> None:
    """The gradients of all parts side by side, zeros where there is none."""
    gradients = step.graph.gradients
    known = tuple(gradients[name] for name in step.operator.outputs if name in gradients)
    num_known = sum(step.graph.tensors[name].num_elements for name in known)
    is_whole = num_known == step.graph.tensors[step.operator.inputs[0]].num_elements
    work = Movement(kind=OperatorKind.CONCAT) if is_whole and len(known) > 1 else _PAD
    step.give(0, step.emit(0, "input_gradient", work, known))
