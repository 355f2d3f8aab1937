"""Gradients of what runs along rows or windows: normalisation, softmax, reduction and pooling."""

from __future__ import annotations

from workloads.operators import (
    Elementwise,
    Normalisation,
    Operator,
    Pooling,
    PoolingGradient,
    Reduction,
    RowGradient,
    Softmax,
)
from workloads.training.gradient_step import GradientStep


def normalisation(step: GradientStep, work: Normalisation) -> None:
    """Input gradient from the saved input, row by row; scale and shift from sums over the rows.

    Assumes the gradients of scale and shift are summed in a pass of their own over what is saved.
    """
    x, *parameters = step.operator.inputs
    if step.needs(0):
        saved = (x,) if work.axes else ()
        gradient = RowGradient(function=work.function, axes=work.axes)
        read = (step.gradient, *saved, *(parameters[:1] if work.axes else (*parameters[:1], *parameters[3:4])))
        step.give(0, step.emit(0, "input_gradient", gradient, read))
    rank = len(step.input_shape(0))
    if step.needs(1):
        summed = _summed_axes(work, rank)
        scale = Reduction(function="normalisation_parameters", axes=summed)
        step.give(1, step.emit(1, "scale_gradient", scale, (step.gradient, x)))
    if step.needs(2):
        shift = Reduction(function="sum", axes=_summed_axes(work, rank))
        step.give(2, step.emit(2, "shift_gradient", shift, (step.gradient,)))


def _summed_axes(work: Normalisation, rank: int) -> tuple[int, ...]:
    """Axes along which one scale serves: all but the channels, or all but those of a row."""
    if work.function in ("layer_normalisation", "rms_normalisation"):
        return tuple(axis for axis in range(rank) if axis not in work.axes)
    return tuple(axis for axis in range(rank) if axis != 1)


def softmax(step: GradientStep, work: Softmax) -> None:
    """From its output y: y (dy - sum of dy y along the row)."""
    gradient = RowGradient(function="softmax", axes=(work.axis,))
    step.give(0, step.emit(0, "input_gradient", gradient, (step.gradient, step.operator.outputs[0])))


def reduction(step: GradientStep, work: Reduction) -> None:
    """A sum spreads its gradient over what it summed; others weigh it by the input."""
    operator, function = step.operator, work.function
    kept = tuple(1 if axis in work.axes else size for axis, size in enumerate(step.input_shape(0)))
    if function == "cumulative_sum":
        step.give(0, step.emit(0, "input_gradient", work, (step.gradient,)))
    elif function in ("sum", "mean"):
        dy = step.scaled(0, step.gradient) if function == "mean" else step.gradient
        step.give(0, step.expanded(0, step.viewed(0, "gradient_view", dy, kept)))
    elif function in ("max", "min", "l2", "log_sum_exp", "sum_square"):
        step.give(0, _weighed(step, operator, function, kept))
    else:
        raise step.no_rule(f"reduction {function!r}")


def _weighed(step: GradientStep, operator: Operator, function: str, kept: tuple[int, ...]) -> str:
    dy = step.viewed(0, "gradient_view", step.gradient, kept)
    if function == "sum_square":
        return step.emit(0, "input_gradient", Elementwise(function="mul"), (dy, operator.inputs[0]))
    y = step.viewed(0, "output_view", operator.outputs[0], kept)
    work = Elementwise(function=f"{function}_gradient")
    return step.emit(0, "input_gradient", work, (dy, operator.inputs[0], y))


def pooling(step: GradientStep, work: Pooling) -> None:
    """Maximum: to the position that was chosen; average: to all of the window."""
    if work.function not in ("max", "average"):
        raise step.no_rule(f"pooling {work.function!r}")
    chosen = step.operator.outputs[1:2] if work.function == "max" else ()
    gradient = PoolingGradient(function=work.function, window=work.window)
    step.give(0, step.emit(0, "input_gradient", gradient, (step.gradient, *chosen)))
