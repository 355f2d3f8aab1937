"""Gradients of element-wise functions, activations and the steps that are fused into other operators."""

from __future__ import annotations

from workloads.errors import UnsupportedOperator
from workloads.operators import Activation, Elementwise, Fusion, Operator
from workloads.training.backward_graph import BackwardGraph, Made
from workloads.training.gradient_paths import FACTORS, FROM_INPUT, FROM_OUTPUT, STRAIGHT_THROUGH, TERMS
from workloads.training.gradient_step import GradientStep, numbered
from workloads.training.stage import Stage

_EDGE_WEIGHTS = "edge_weights"


def elementwise(step: GradientStep, work: Elementwise) -> None:
    """Give each input its part, summed over the axes along which it was broadcast."""
    shared = _shared_mean(step) if work.function == "mean" else step.gradient
    for index in step.needed():
        step.give(index, step.reduced(index, _part(step, work.function, index, shared)))


def _shared_mean(step: GradientStep) -> str:
    return step.scaled(step.needed()[0], step.gradient)


def _part(step: GradientStep, function: str, index: int, dy: str) -> str:
    """The gradient with respect to input ``index``, in the shape of the output."""
    inputs, shape = step.operator.inputs, step.shape(dy)
    others = tuple(name for number, name in enumerate(inputs) if number != index)
    word = numbered("gradient", index)
    match function:
        case "add" if any(fusion.function == _EDGE_WEIGHTS for fusion in step.operator.fusions):
            return step.scaled(index, dy)
        case "add" | "mean":
            return dy
        case "sub":
            return dy if index == 0 else step.emit(index, word, Activation(function="neg"), (dy,), shape)
        case "mul":
            return step.emit(index, word, Elementwise(function="mul"), (dy, *others), shape)
        case "div" if index == 0:
            return step.emit(index, word, Elementwise(function="div"), (dy, *others), shape)
        case "div":
            read = (dy, step.operator.outputs[0], inputs[1])
            return step.emit(index, word, Elementwise(function="div_gradient"), read, shape)
        case "pow":
            return step.emit(index, word, Elementwise(function="pow_gradient"), (dy, *inputs), shape)
        case "max" | "min":
            read = (dy, inputs[index], step.operator.outputs[0])
            return step.emit(index, word, Elementwise(function=f"{function}_gradient"), read, shape)
        case "where":
            return step.emit(index, word, Elementwise(function="where"), (inputs[0], dy), shape)
        case "rotary":
            return step.emit(index, word, Elementwise(function="rotary"), (dy, *others), shape)
        case _:
            raise step.no_rule(f"element-wise function {function!r}")


def activation(step: GradientStep, work: Activation) -> None:
    """One pass over the output's gradient and whatever tells the slope: the input, the output or nothing.

    Slopes of two values are told from a mask where there is one, else from the saved tensor as it is.
    """
    function, dy = work.function, step.gradient
    x, *tables = step.operator.inputs
    if function in STRAIGHT_THROUGH | TERMS:
        step.give(0, dy)
    elif function in FACTORS:
        step.give(0, step.scaled(0, dy))
    elif function == "neg":
        step.give(0, step.emit(0, "gradient", Activation(function="neg"), (dy,)))
    elif function in FROM_OUTPUT:
        slope = step.graph.slope_source(step.operator.outputs[0])
        step.give(
            0,
            step.emit(0, "gradient", Elementwise(function=f"{function}_gradient"), (dy, slope)),
        )
    elif function in FROM_INPUT:
        for index in step.needed():
            work_of_slope = Elementwise(function=f"{function}_gradient")
            tables_read, word = () if index else tables, numbered("gradient", index)
            made = step.emit(index, word, work_of_slope, (dy, x, *tables_read), step.shape(dy))
            step.give(index, step.reduced(index, made))
    else:
        raise step.no_rule(f"activation {function!r}")


def before_fusions(graph: BackwardGraph, operator: Operator, gradient: str) -> str:
    """Return the gradient of what ``operator`` itself computes, given that of what its fused steps make of it."""
    for number, fusion in reversed(list(enumerate(operator.fusions))):
        if not fusion.num_operations_per_output or fusion.function in TERMS | STRAIGHT_THROUGH | {_EDGE_WEIGHTS}:
            continue
        gradient = _before(graph, operator, fusion, number, gradient)
    return gradient


def _before(graph: BackwardGraph, operator: Operator, fusion: Fusion, number: int, gradient: str) -> str:
    output = operator.outputs[0]
    read: tuple[str, ...] = (gradient,)
    if fusion.function in FACTORS:
        work = Elementwise(function="mul")
    elif fusion.function in FROM_OUTPUT:
        work = Elementwise(function=f"{fusion.function}_gradient")
        read = (gradient, graph.slope_source(output))
    else:
        raise UnsupportedOperator(
            f"operator {operator.name!r} ({operator.kind}) has no gradient rule: step {fusion.function!r} fused into it"
        )
    made = Made(shape=graph.tensors[output].shape, format=graph.gradient_format(output))
    role = graph.role(Stage.BACKWARD, operator)
    return graph.emit(f"{operator.name}.{fusion.function}_gradient{number or ''}", work, read, made, role)
