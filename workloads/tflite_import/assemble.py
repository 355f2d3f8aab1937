"""From translated steps to a network: outputs finished, names made unique, roles given, parameters counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from workloads.errors import NetworkError
from workloads.network import Network
from workloads.operators import Convolution, Gemm, MatMul, Operator, Recurrent, View
from workloads.tensor import Tensor, TensorRole
from workloads.tflite_import.element_types import is_float
from workloads.tflite_import.records import OperatorRecord
from workloads.tflite_import.translation import Step
from workloads.tflite_import.value import Value
from workloads.tflite_import.walk import Walk, check_outputs

NamedStep = tuple[OperatorRecord, Step]


@dataclass(slots=True, kw_only=True)
class Constants:
    """The constants that operators read, by the name of their tensor; modified in place as they are found.

    One constant of the file that is read under two shapes or orders of axes is two tensors.
    """

    by_name: dict[str, Value] = field(default_factory=dict)
    names: dict[tuple[object, ...], str] = field(default_factory=dict)

    def name_of(self, value: Value) -> str:
        """Return the tensor's name for a constant."""
        key = (value.name, value.shape, value.axis_order, value.source)
        if key not in self.names:
            self.names[key] = _unique(value.name, self.by_name)
            self.by_name[self.names[key]] = value
        return self.names[key]


def build_network(name: str, walk: Walk) -> tuple[Network, Mapping[str, Value]]:
    """Return the network that a walk found, and the constant that each of its weights is.

    Raises
    ------
    NetworkError
        For an output that nothing makes, or a graph that is not valid.
    """
    outputs = _finish_outputs(walk)
    live = _live_steps(walk.steps, frozenset(outputs))
    constants = Constants()
    made = {value.name for _, step in live for value in step.outputs}
    inputs = _inputs(walk, live, made)
    operators = _operators(live, constants)
    tensors = {value.name: _tensor(value.name, value, TensorRole.INPUT) for value in inputs}
    counted: set[tuple[int, int]] = set()
    for weight, value in constants.by_name.items():
        tensors[weight] = _weight(weight, value, counted)
    for _, step in live:
        for value in step.outputs:
            role = TensorRole.OUTPUT if value.name in outputs else TensorRole.ACTIVATION
            tensors[value.name] = _tensor(value.name, value, role)
    notes = (*_notes(walk, live, constants.by_name.values()), *walk.notes)
    return Network(name=name, operators=operators, tensors=tensors, notes=notes), constants.by_name


def _finish_outputs(walk: Walk) -> tuple[str, ...]:
    """Return the names of the network's outputs; one that is another name of a tensor becomes a view of it."""
    check_outputs(walk)
    names: list[str] = []
    for index in dict.fromkeys(walk.model.outputs):
        tensor, value = walk.model.tensors[index], walk.values[index]
        if value.is_constant:
            walk.notes.append(f"output {tensor.name!r} is constant: nothing computes it")
            continue
        is_made = any(value.name == made.name for _, step in walk.steps for made in step.outputs)
        if value.name != tensor.name or not is_made:
            shown = replace(value, name=tensor.name if value.name != tensor.name else f"{tensor.name}~output")
            record = OperatorRecord(index=-1, op_type="RESHAPE", inputs=(), outputs=(index,), options={})
            walk.steps.append((record, Step(work=View(), inputs=(value,), outputs=(shown,), suffix="output")))
            names.append(shown.name)
        else:
            names.append(tensor.name)
    if not names:
        raise NetworkError("no output of the graph depends on its inputs: there is nothing to cost")
    return tuple(names)


def _live_steps(steps: Sequence[NamedStep], outputs: frozenset[str]) -> list[NamedStep]:
    """Return the steps that some output depends on; the others made values of which only the shape was read."""
    wanted = set(outputs)
    live: list[NamedStep] = []
    for record, step in reversed(steps):
        if not wanted.isdisjoint(value.name for value in step.outputs):
            wanted.update(value.name for value in step.inputs)
            live.append((record, step))
    return live[::-1]


def _inputs(walk: Walk, live: Sequence[NamedStep], made: set[str]) -> list[Value]:
    """Return the graph's inputs, then states that are kept between runs."""
    found = {walk.values[index].name: walk.values[index] for index in walk.model.inputs}
    for _, step in live:
        for value in step.inputs:
            if not value.is_constant and value.name not in made:
                found.setdefault(value.name, value)
    return list(found.values())


def _operators(live: Sequence[NamedStep], constants: Constants) -> tuple[Operator, ...]:
    taken: dict[str, Value] = {}
    operators = []
    for _, step in live:
        last = step.outputs[0]
        base = last.name.partition("~")[0] if step.suffix else last.name
        name = _unique(f"{base}/{step.suffix}" if step.suffix else base.removesuffix("~before_activation"), taken)
        taken[name] = last
        inputs = (constants.name_of(value) if value.is_constant else value.name for value in step.inputs)
        operators.append(
            Operator(
                name=name,
                work=step.work,
                inputs=tuple(inputs),
                outputs=tuple(value.name for value in step.outputs),
            )
        )
    return tuple(operators)


def _unique(name: str, taken: Mapping[str, Value]) -> str:
    candidate, number = name, 2
    while candidate in taken:
        candidate, number = f"{name}#{number}", number + 1
    return candidate


def _tensor(name: str, value: Value, role: TensorRole) -> Tensor:
    return Tensor(name=name, shape=value.network_shape, format=value.format, role=role)


def _weight(name: str, value: Value, counted: set[tuple[int, int]]) -> Tensor:
    """Return a constant as a tensor; a parameter of the file is counted once, however many constants hold it.

    ``counted`` is modified in place.
    """
    num_parameters = sum(count for _, count in value.origins - counted)
    counted |= value.origins
    weight = _tensor(name, value, TensorRole.WEIGHT)
    return weight if num_parameters == value.num_elements else replace(weight, num_file_parameters=num_parameters)


def _notes(walk: Walk, live: Sequence[NamedStep], constants: Iterable[Value]) -> list[str]:
    """Return what the user should know of how the file was read."""
    model, notes = walk.model, []
    if model.num_subgraphs > 1:
        notes.append(f"the file holds {model.num_subgraphs} graphs: only the main one is costed")
    if walk.num_folded:
        notes.append(f"{walk.num_folded} operators compute on constants and shapes only: folded")
    read = {index for value in constants if value.source is not None for index in value.source.tensors}
    num_sparse = sum(model.tensors[index].sparsity is not None for index in read)
    if num_sparse:
        notes.append(f"{num_sparse} weights are stored sparse: dense to an accelerator that uses no zeros")
    widened = _widened(walk)
    if widened:
        notes.append(
            f"{len(widened)} weights are widened before use: costed in the width in which the file stores them"
        )
    num_mixed = sum(_is_mixed(step) and step.inputs[1].name not in widened for _, step in live)
    if num_mixed:
        notes.append(f"{num_mixed} operators multiply floats by integer weights: quantising the floats costs nothing")
    return notes


def _widened(walk: Walk) -> set[str]:
    """Return the names of the constants that an operator of the file widened."""
    found: set[str] = set()
    for record in walk.model.operators:
        if record.op_type not in ("DEQUANTIZE", "CAST") or not record.outputs:
            continue
        value = walk.values.get(record.outputs[0])
        declared = walk.model.tensors[record.outputs[0]]
        if value is not None and value.is_constant and value.element_type != declared.element_type:
            found.add(value.name)
    return found


def _is_mixed(step: Step) -> bool:
    """Return whether a step multiplies floats by integer weights, as files with weights alone quantised do.

    Assumes the runtime's quantisation of such floats, done anew in each run, costs nothing.
    """
    if not isinstance(step.work, Convolution | Gemm | MatMul | Recurrent):
        return False
    x, w = step.inputs[:2]
    return w.is_constant and is_float(x.element_type) and not is_float(w.element_type)
