"""Losses: the operators that make one number of output and targets, and the gradient that starts at it."""

from __future__ import annotations

from enum import StrEnum

from workloads.errors import ConfigError, NetworkError
from workloads.formats import INT32
from workloads.nearest_names import did_you_mean
from workloads.network import Network
from workloads.operators import Activation, Elementwise, Movement, Operator, OperatorKind, Reduction, Softmax
from workloads.tensor import TensorRole
from workloads.training.backward_graph import BackwardGraph, Made
from workloads.training.stage import Stage, StepRole


class Loss(StrEnum):
    """What is minimised."""

    CROSS_ENTROPY = "cross_entropy"
    """Minus the logarithm of the probability of the right class."""
    MEAN_SQUARED = "mean_squared"
    """The mean of squared differences from targets."""


def parse_loss(name: str) -> Loss:
    """Return the loss called ``name``; raise ``ConfigError`` for another."""
    try:
        return Loss(name)
    except ValueError:
        names = [loss.value for loss in Loss]
        raise ConfigError(f"loss is {name!r}, expected one of {', '.join(names)}{did_you_mean(name, names)}") from None


def loss_outputs(network: Network) -> tuple[str, ...]:
    """Return the outputs that the loss reads: those that no operator reads (caches and features are no results).

    Assumes the loss is the sum of one loss for each of them.
    """
    read = {name for operator in network.operators for name in operator.inputs}
    return tuple(tensor.name for tensor in network.with_role(TensorRole.OUTPUT) if tensor.name not in read)


def append_loss(graph: BackwardGraph, loss: Loss, output: str) -> None:
    """Append the loss of tensor ``output`` and its gradient, which becomes that of ``output``.

    ``graph`` is modified in place. Where the output is a softmax, cross-entropy takes it for its own.

    Raises
    ------
    NetworkError
        For cross-entropy of an output without axes.
    """
    if loss is Loss.CROSS_ENTROPY:
        _append_cross_entropy(graph, output)
    else:
        _append_mean_squared(graph, output)


def _append_cross_entropy(graph: BackwardGraph, output: str) -> None:
    """Assumes classes are along axis 1 of images (four axes or more), and along the last axis of anything else."""
    shape = graph.tensors[output].shape
    if not shape:
        raise NetworkError(f"loss 'cross_entropy' of output {output!r}: it is one number, expected an axis of classes")
    axis = 1 if len(shape) >= 4 else len(shape) - 1
    role = graph.role(Stage.LOSS, _producer(graph.forward, output))
    format = graph.gradient_format(output)
    one_each = tuple(1 if place == axis else size for place, size in enumerate(shape))
    labels = graph.declare(f"{output}.labels", Made(shape=one_each, format=INT32, role=TensorRole.INPUT))
    logits, probabilities = _softmax(graph, output, axis, role)
    picked = graph.emit(
        f"{output}.loss_of_label",
        Movement(kind=OperatorKind.GATHER),
        (probabilities, labels),
        Made(shape=one_each, format=format),
        role,
    )
    made = Made(shape=one_each, format=format)
    logarithm = graph.emit(f"{output}.loss_log", Activation(function="log"), (picked,), made, role)
    _append_total(graph, output, "mean", logarithm, role)
    work = Elementwise(function="cross_entropy_gradient")
    made = Made(shape=shape, format=format)
    graph.gradients[logits] = graph.emit(f"{output}.loss_gradient", work, (probabilities, labels), made, role)


def _softmax(graph: BackwardGraph, output: str, axis: int, role: StepRole) -> tuple[str, str]:
    """Return the logits and the probabilities: the output is the one or, where a softmax made it, the other."""
    producer = _producer(graph.forward, output)
    if producer.work == Softmax(axis=axis):
        return producer.inputs[0], output
    made = Made(shape=graph.tensors[output].shape, format=graph.tensors[output].format)
    return output, graph.emit(f"{output}.loss_softmax", Softmax(axis=axis), (output,), made, role)


def _append_mean_squared(graph: BackwardGraph, output: str) -> None:
    tensor = graph.tensors[output]
    role = graph.role(Stage.LOSS, _producer(graph.forward, output))
    targets = graph.declare(f"{output}.targets", Made(shape=tensor.shape, format=tensor.format, role=TensorRole.INPUT))
    made = Made(shape=tensor.shape, format=graph.gradient_format(output))
    difference = graph.emit(f"{output}.loss_difference", Elementwise(function="sub"), (output, targets), made, role)
    _append_total(graph, output, "sum_square", difference, role)
    scale = Elementwise(function="mul")
    graph.gradients[output] = graph.emit(f"{output}.loss_gradient", scale, (difference,), made, role)


def _append_total(graph: BackwardGraph, output: str, function: str, terms: str, role: StepRole) -> None:
    """The loss itself, which leaves as an output of the step."""
    axes = tuple(range(len(graph.tensors[terms].shape)))
    made = Made(shape=(), format=graph.gradient_format(output), role=TensorRole.OUTPUT)
    graph.emit(f"{output}.loss", Reduction(function=function, axes=axes), (terms,), made, role)


def _producer(network: Network, name: str) -> Operator:
    return next(operator for operator in network.operators if name in operator.outputs)
