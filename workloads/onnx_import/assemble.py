"""From translated steps to a network: names made unique, roles given, dead steps left out, parameters counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workloads.network import Network, topological_order
from workloads.onnx_import.node import Node
from workloads.onnx_import.translation import Step
from workloads.onnx_import.value import Origin, Value
from workloads.operators import Operator
from workloads.tensor import Tensor, TensorRole

NamedStep = tuple[Node, Step]


def build_network(
    name: str, inputs: Iterable[Value], steps: Sequence[NamedStep], outputs: tuple[str, ...], notes: Sequence[str]
) -> Network:
    """Return the network that ``steps`` make.

    Parameters
    ----------
    name : str
    inputs : iterable of Value
    steps : sequence of (Node, Step)
        In execution order.
    outputs : tuple of str
        Names of the values handed out.
    notes : sequence of str
    """
    live = _live_steps(steps, outputs)
    tensors = {value.name: _tensor(value, TensorRole.INPUT) for value in inputs}
    counted: set[Origin] = set()
    for _, step in live:
        for value in step.inputs:
            if value.name not in tensors and value.is_constant:
                tensors[value.name] = _weight(value, counted)
        for value in step.outputs:
            role = TensorRole.OUTPUT if value.name in outputs else TensorRole.ACTIVATION
            tensors[value.name] = _tensor(value, role)
    operators = topological_order(_operators(live))
    return Network(name=name, operators=operators, tensors=tensors, notes=tuple(notes))


def _live_steps(steps: Sequence[NamedStep], outputs: tuple[str, ...]) -> list[NamedStep]:
    """Return the steps that some output depends on; the others made values of which only the shape was read."""
    wanted = set(outputs)
    live: list[NamedStep] = []
    for node, step in reversed(steps):
        if not wanted.isdisjoint(value.name for value in step.outputs):
            wanted.update(value.name for value in step.inputs)
            live.append((node, step))
    return live[::-1]


def _operators(steps: Sequence[NamedStep]) -> list[Operator]:
    taken: set[str] = set()
    operators = []
    for node, step in steps:
        operators.append(
            Operator(
                name=_unique(f"{node.name}/{step.suffix}" if step.suffix else node.name, taken),
                work=step.work,
                inputs=tuple(value.name for value in step.inputs),
                outputs=tuple(value.name for value in step.outputs),
            )
        )
    return operators


def _unique(name: str, taken: set[str]) -> str:
    """Return ``name``, numbered when it is taken; ``taken`` is modified in place."""
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}#{number}", number + 1
    taken.add(candidate)
    return candidate


def _tensor(value: Value, role: TensorRole) -> Tensor:
    return Tensor(name=value.name, shape=value.shape, format=value.format, role=role)


def _weight(value: Value, counted: set[Origin]) -> Tensor:
    """Return a constant as a tensor; a parameter of the file is counted once, however many constants hold it.

    ``counted`` is modified in place.
    """
    num_parameters = sum(origin.num_elements for origin in value.origins - counted)
    counted |= value.origins
    return Tensor(
        name=value.name,
        shape=value.shape,
        format=value.format,
        role=TensorRole.WEIGHT,
        num_file_parameters=None if num_parameters == value.num_elements else num_parameters,
    )
