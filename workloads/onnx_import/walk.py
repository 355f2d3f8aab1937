"""The walk over the graph in execution order: shapes inferred, constants folded, branches chosen, nodes translated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import networkx as nx

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.onnx_import.constants import InferredType, fold, is_foldable, tensor_value
from workloads.onnx_import.control_flow import chosen_branch
from workloads.onnx_import.declared import declared_types
from workloads.onnx_import.infer import infer_outputs
from workloads.onnx_import.node import Node, make_nodes
from workloads.onnx_import.operators import TRANSLATORS
from workloads.onnx_import.translation import Alias, Application, Step, Translation, view
from workloads.onnx_import.unsupported import reason_for
from workloads.onnx_import.value import Value, make_value
from workloads.operators import Activation, Movement, OperatorKind

_CUTS = ("Slice", "Split")
"""Operators that may rightly cut an empty piece, for a Concat to take."""
_RUN_TIME_SCALES = ("DynamicQuantizeLinear",)


@dataclass(slots=True, kw_only=True)
class Walk:
    """What the walk has found so far; modified in place as it goes.

    Parameters
    ----------
    versions : dict of str to int
        Operator set versions by domain.
    folder : Path
        Of the file; external data lies in it.
    bindings : mapping of str to int
        Sizes of named dimensions.
    approximate_unsupported : bool
    declared : dict of str to InferredType
        Types that the file itself states, for operators that nobody knows.
    values : dict of str to Value
        By the file's name.
    steps : list of (Node, Step)
    dead : list of str
        Nodes that no output depends on.
    num_folded : int
        Nodes that compute on constants only, or read shapes.
    notes : list of str
    """

    versions: dict[str, int]
    folder: Path
    bindings: Mapping[str, int]
    approximate_unsupported: bool
    declared: dict[str, InferredType] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    steps: list[tuple[Node, Step]] = field(default_factory=list)
    dead: list[str] = field(default_factory=list)
    num_folded: int = 0
    notes: list[str] = field(default_factory=list)


def walk_graph(walk: Walk, graph: Any, inputs: Iterable[Value]) -> None:
    """Translate ``graph``; ``walk`` is modified in place.

    Raises
    ------
    NetworkError
        For a cycle, a value that nobody makes or two make, shapes that do not fit.
    UnsupportedOperator
        For an operator without a cost model.
    """
    for value in inputs:
        _define(walk, value.name, value)
    walk.declared.update(declared_types(graph, walk.bindings))
    _walk_body(walk, graph, {str(item.name) for item in graph.output})


def _walk_body(walk: Walk, graph: Any, results: set[str]) -> None:
    for tensor in graph.initializer:
        _define(walk, str(tensor.name), tensor_value(tensor, str(tensor.name), walk.folder))
    for tensor in graph.sparse_initializer:
        name = str(tensor.values.name)
        value = tensor_value(tensor.values, name, walk.folder)
        _define(walk, name, make_value(name, tuple(tensor.dims), value.element_type))
    nodes = make_nodes(graph.node, walk.versions)
    ordered = execution_order(nodes, walk.values)
    live = _live_nodes(ordered, results)
    is_live = set(live)
    walk.dead.extend(node.name for node in ordered if node not in is_live)
    read = results.union(*(_names_read(node) for node in live))
    for node in live:
        _visit(walk, node, read)


def _live_nodes(nodes: tuple[Node, ...], results: set[str]) -> list[Node]:
    """Return those of the ordered ``nodes`` that ``results`` depend on, be it for a shape alone."""
    wanted = set(results)
    live = []
    for node in reversed(nodes):
        if not wanted.isdisjoint(node.outputs):
            wanted |= _names_read(node)
            live.append(node)
    return live[::-1]


def execution_order(nodes: tuple[Node, ...], values: dict[str, Value]) -> tuple[Node, ...]:
    """Return ``nodes`` so that each comes after those that it reads, in file order where that is one.

    Raises
    ------
    NetworkError
        When a value is read that nobody makes, or the nodes form a cycle.
    """
    made_by: dict[str, int] = {}
    for index, node in enumerate(nodes):
        for name in node.outputs:
            if name and (name in made_by or name in values):
                raise node.error(f"makes value {name!r}, which is already made elsewhere")
            made_by[name] = index
    made_by.pop("", None)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(nodes)))
    for index, node in enumerate(nodes):
        for name in _names_read(node):
            if name in made_by:
                graph.add_edge(made_by[name], index)
            elif name not in values and name in node.inputs:
                raise node.error(f"reads value {name!r}, which no node, input or initialiser makes")
    try:
        return tuple(nodes[index] for index in nx.lexicographical_topological_sort(graph))
    except nx.NetworkXUnfeasible:
        cycle = [nodes[source].name for source, _ in nx.find_cycle(graph)]
        raise NetworkError(f"the graph has a cycle: {' -> '.join([*cycle, cycle[0]])}") from None


def _names_read(node: Node) -> set[str]:
    names = {name for name in node.inputs if name}
    for subgraph in node.subgraphs:
        names |= _outer_names(subgraph)
    return names


def _outer_names(graph: Any) -> set[str]:
    """Return the names that a sub-graph reads but does not make."""
    made = {str(item.name) for item in (*graph.initializer, *graph.input)}
    read = {str(item.name) for item in graph.output}
    for proto in graph.node:
        made.update(str(name) for name in proto.output)
        read.update(str(name) for name in proto.input if name)
        for attribute in proto.attribute:
            if attribute.HasField("g"):
                read |= _outer_names(attribute.g)
    return read - made


def _define(walk: Walk, name: str, value: Value) -> None:
    if name in walk.values:
        raise NetworkError(f"value {name!r} is made twice")
    walk.values[name] = value


def _visit(walk: Walk, node: Node, read: set[str]) -> None:
    inputs = tuple(walk.values[name] if name else None for name in node.inputs)
    if node.op_type == "If" and not node.domain:
        _enter_branch(walk, node, inputs)
        return
    if node.op_type == "Constant" and not node.domain:
        _define_constant(walk, node)
        return
    types = None if any(True for _ in node.subgraphs) else infer_outputs(node, inputs)
    translator = TRANSLATORS.get((node.domain, node.op_type))
    if types is not None and types[:1] != (None,) and is_foldable(node, inputs):
        _fold(walk, node, inputs, types)
        return
    if types is None or translator is None:
        _approximate(walk, node, inputs, node.unsupported(reason_for(node.op_type, node.domain)), types, read)
        return
    try:
        outputs = _outputs(node, types, read)
        if all(value is None or value.is_constant for value in outputs):
            translation: Translation = ()  # nothing to compute
        else:
            translation = translator(Application(node=node, inputs=inputs, outputs=outputs))
    except UnsupportedOperator as error:
        _approximate(walk, node, inputs, error, types, read)
        return
    _take(walk, node, translation, outputs)


def _fold(walk: Walk, node: Node, inputs: tuple[Value | None, ...], types: tuple[InferredType | None, ...]) -> None:
    walk.num_folded += 1
    try:
        values = fold(node, inputs, types)
    except UnsupportedOperator:
        raise
    except NetworkError as error:
        raise node.error(str(error)) from None
    for value in values:
        _define(walk, value.name, value)


def _take(walk: Walk, node: Node, translation: tuple[Step, ...] | Alias, outputs: tuple[Value | None, ...]) -> None:
    if isinstance(translation, Alias):
        for name in node.outputs[:1]:
            _define(walk, name, translation.source)
        return
    for step in translation:
        walk.steps.append((node, step))
        if step.note:
            walk.notes.append(step.note)
    for name, value in zip(node.outputs, outputs, strict=True):
        if name and value is not None:
            _define(walk, name, _as_constant(value) if _is_run_time_scale(node, name) else value)


def _is_run_time_scale(node: Node, name: str) -> bool:
    return node.op_type in _RUN_TIME_SCALES and name != node.outputs[0]


def _as_constant(value: Value) -> Value:
    return Value(
        name=value.name,
        shape=value.shape,
        element_type=value.element_type,
        stored_type=value.stored_type,
        is_constant=True,
    )


def _outputs(node: Node, types: tuple[InferredType | None, ...], read: set[str]) -> tuple[Value | None, ...]:
    outputs: list[Value | None] = []
    for name, inferred in zip(node.outputs, types, strict=True):
        if not name or name not in read:
            outputs.append(None)
            continue
        shape = None if inferred is None else inferred.known_shape
        if inferred is None or shape is None:
            raise node.unsupported(
                f"the shape of its output {name!r} is not known before the network runs, or not inferred"
            )
        try:
            value = make_value(name, shape, inferred.element_type)
            is_empty = node.op_type in _CUTS and not value.num_elements
            outputs.append(_as_constant(value) if is_empty else value)
        except NetworkError as error:
            raise node.error(str(error)) from None
    return tuple(outputs)


def _define_constant(walk: Walk, node: Node) -> None:
    name = node.outputs[0]
    tensor = next((item.t for item in node.proto.attribute if item.name == "value"), None)
    if tensor is not None:
        _define(walk, name, tensor_value(tensor, name, walk.folder))
        return
    types = infer_outputs(node, ())
    if types is None:
        raise node.unsupported("there is no translation for it")
    for value in fold(node, (), types):
        _define(walk, value.name, value)


def _enter_branch(walk: Walk, node: Node, inputs: tuple[Value | None, ...]) -> None:
    branch, note = chosen_branch(node, inputs)
    if note:
        walk.notes.append(note)
    else:
        walk.num_folded += 1
    walk.declared.update(declared_types(branch, walk.bindings))
    _walk_body(walk, branch, {str(item.name) for item in branch.output})
    for name, item in zip(node.outputs, branch.output, strict=False):
        if str(item.name) not in walk.values:
            raise node.error(f"its branch gives value {item.name!r}, which nothing makes")
        if name:
            _define(walk, name, walk.values[str(item.name)])


def _approximate(
    walk: Walk,
    node: Node,
    inputs: tuple[Value | None, ...],
    error: UnsupportedOperator,
    types: tuple[InferredType | None, ...] | None,
    read: set[str],
) -> None:
    """Cost ``node`` as a copy of its inputs to its outputs, if the user asked for that and its shapes are known."""
    if not walk.approximate_unsupported:
        raise error
    outputs = []
    for index, name in enumerate(node.outputs):
        if not name or name not in read:
            continue
        inferred = None if types is None else types[index]
        if inferred is None or inferred.known_shape is None:
            inferred = walk.declared.get(name)
        if inferred is None or inferred.known_shape is None:
            raise node.unsupported(f"nor as a copy, since the file does not state the shape of its output {name!r}")
        outputs.append(make_value(name, inferred.known_shape, inferred.element_type))
    if not outputs:
        return
    work = Movement(kind=OperatorKind.COPY, function=node.op_type)
    operands = tuple(value for value in inputs if value is not None and not value.is_immediate)
    walk.steps.append((node, Step(work=work, inputs=operands, outputs=tuple(outputs))))
    walk.notes.append(f"{node} is costed as a copy of its inputs to its outputs")
    for value in outputs:
        _define(walk, value.name, value)


def finish_outputs(walk: Walk, graph: Any) -> tuple[str, ...]:
    """Return the names of the network's outputs; those that are another name of a tensor become views.

    Raises
    ------
    NetworkError
        For an output that nothing makes, or when there is none.
    """
    names = []
    for item in graph.output:
        name = str(item.name)
        value = walk.values.get(name)
        if value is None:
            raise NetworkError(f"output {name!r} is made by no node")
        if value.is_constant:
            walk.notes.append(f"output {name!r} is constant: nothing computes it")
            continue
        if value.element_type != value.stored_type:
            target = make_value(name, value.shape, value.element_type)
            step = Step(work=Activation(function="dequantise"), inputs=(value,), outputs=(target,))
            walk.steps.append((_output_node(name), step))
        elif value.name != name:
            target = make_value(name, value.shape, value.element_type)
            walk.steps.append((_output_node(name), view(value, target)))
        names.append(name)
    if not names:
        raise NetworkError("no output of the graph depends on its inputs: there is nothing to cost")
    return tuple(names)


def _output_node(name: str) -> Node:
    return Node(name=f"output {name}", op_type="Identity", domain="", version=0, inputs=(), outputs=(name,), proto=None)


def folding_notes(walk: Walk) -> list[str]:
    """Return what the user should know of nodes that run before the network does, and of quantised values."""
    notes = []
    if walk.num_folded:
        notes.append(f"{walk.num_folded} nodes compute on constants and shapes only: folded")
    num_dynamic = sum(node.op_type in _RUN_TIME_SCALES for node, _ in walk.steps)
    if num_dynamic:
        notes.append(f"{num_dynamic} tensors are quantised at run time: arithmetic on their scales counts as folded")
    read = {value.name: value for _, step in walk.steps for value in step.inputs if value.is_constant}
    num_narrow = sum(value.stored_type != value.element_type for value in read.values())
    if num_narrow:
        notes.append(f"{num_narrow} weights are widened before use: costed in the width in which the file stores them")
    if walk.dead:
        listed = ", ".join(walk.dead[:5]) + (", ..." if len(walk.dead) > 5 else "")
        notes.append(f"{len(walk.dead)} nodes whose results nobody reads are left out: {listed}")
    return notes
