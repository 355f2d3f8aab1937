"""Optimisers: the element-wise operator that makes a new parameter, and new states, out of the gradient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from workloads.errors import ConfigError
from workloads.formats import ElementFormat
from workloads.nearest_names import did_you_mean
from workloads.operators import Elementwise, Movement, Operator, OperatorKind
from workloads.tensor import Tensor, TensorRole
from workloads.training.backward_graph import BackwardGraph, Made
from workloads.training.stage import Stage, StepRole


class Optimiser(StrEnum):
    """How a parameter follows its gradient."""

    SGD = "sgd"
    """Against the gradient, no state."""
    MOMENTUM = "momentum"
    """Against a moving sum of gradients: one state a parameter."""
    ADAM = "adam"
    """Against a moving average of gradients over the root of that of their squares: two states a parameter."""

    @property
    def states(self) -> tuple[str, ...]:
        """Names of what it keeps for each parameter."""
        return {"sgd": (), "momentum": ("momentum",), "adam": ("mean", "variance")}[self.value]


def parse_optimiser(name: str) -> Optimiser:
    """Return the optimiser called ``name``; raise ``ConfigError`` for another."""
    try:
        return Optimiser(name)
    except ValueError:
        names = [one.value for one in Optimiser]
        raise ConfigError(
            f"optimiser is {name!r}, expected one of {', '.join(names)}{did_you_mean(name, names)}"
        ) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parameter:
    """A parameter that is updated: its tensor, gradient, the shape of what is trained, and the update's format."""

    name: str
    gradient: str
    shape: tuple[int, ...]
    format: ElementFormat
    role: StepRole


def append_update(graph: BackwardGraph, optimiser: Optimiser, weight: str, reader: Operator) -> dict[str, str]:
    """Append the update of ``weight``, which ``reader`` reads; ``graph`` is modified in place.

    A state, or a copy in another format for the update, starts off-chip as weights do and counts as no parameter.

    Returns
    -------
    dict of str to str
        By new tensor: the one whose place it takes.

    Assumes rates, decays and corrections are numbers that instructions carry.
    """
    gradient = graph.gradients[weight]
    parameter = _Parameter(
        name=weight,
        gradient=gradient,
        shape=graph.tensors[gradient].shape,
        format=graph.formats.update or graph.tensors[weight].format,
        role=graph.role(Stage.UPDATE, reader),
    )
    master = parameter.format != graph.tensors[weight].format
    read = _state(graph, parameter, "master") if master else _trained_part(graph, parameter)
    states = tuple(_state(graph, parameter, word) for word in optimiser.states)
    outputs = dict(_new(graph, parameter, weight if not master else read, graph.tensors[read].format))
    for state in states:
        outputs.update(_new(graph, parameter, state, parameter.format))
    if master:
        outputs.update(_new(graph, parameter, weight, graph.tensors[weight].format))
    graph.append(
        Operator(
            name=f"{weight}.update",
            work=Elementwise(function=f"{optimiser.value}_update"),
            inputs=(read, gradient, *states),
            outputs=tuple(outputs),
        ),
        parameter.role,
    )
    return outputs


def _state(graph: BackwardGraph, parameter: _Parameter, word: str) -> str:
    name = f"{parameter.name}.{word}"
    graph.declare(name, Made(shape=parameter.shape, format=parameter.format, role=TensorRole.WEIGHT))
    graph.tensors[name] = Tensor(
        name=name,
        shape=parameter.shape,
        format=parameter.format,
        role=TensorRole.WEIGHT,
        num_file_parameters=0,
    )
    return name


def _trained_part(graph: BackwardGraph, parameter: _Parameter) -> str:
    """The parameter itself, or a copy of the part of it that is trained."""
    tensor = graph.tensors[parameter.name]
    if tensor.shape == parameter.shape:
        return tensor.name
    made = Made(shape=parameter.shape, format=tensor.format)
    return graph.emit(f"{parameter.name}.part", Movement(kind=OperatorKind.SLICE), (tensor.name,), made, parameter.role)


def _new(
    graph: BackwardGraph, parameter: _Parameter, replaced: str, format: ElementFormat
) -> Iterator[tuple[str, str]]:
    made = Made(shape=parameter.shape, format=format, role=TensorRole.OUTPUT)
    yield graph.declare(f"{replaced}.updated", made), replaced
