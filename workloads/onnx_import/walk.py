"""The walk over the graph in execution order: shapes inferred, constants folded, branches chosen, nodes translated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from workloads.errors import NetworkError, UnsupportedOperator
from workloads.onnx_import.control_flow import chosen_branch
from workloads.onnx_import.declared import declared_types
from workloads.onnx_import.execution_order import execution_order, live_nodes, names_read
from workloads.onnx_import.file_constants import sparse_value, tensor_value
from workloads.onnx_import.folding import Inputs, Types, fold, is_foldable
from workloads.onnx_import.infer import infer_outputs
from workloads.onnx_import.inferred_type import InferredType
from workloads.onnx_import.node import Node, make_nodes
from workloads.onnx_import.operators import TRANSLATORS
from workloads.onnx_import.translation import Alias, Application, Step, Translation
from workloads.onnx_import.unsupported import reason_for
from workloads.onnx_import.value import Value, make_value
from workloads.operators import Movement, OperatorKind

_CUTS = ("Slice", "Split")
"""Operators that may rightly cut an empty piece, for a Concat to take."""
RUN_TIME_SCALES = ("DynamicQuantizeLinear",)


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
        _define(walk, str(tensor.values.name), sparse_value(tensor, walk.folder))
    nodes = make_nodes(graph.node, walk.versions)
    ordered = execution_order(nodes, walk.values)
    live = live_nodes(ordered, results)
    is_live = set(live)
    walk.dead.extend(node.name for node in ordered if node not in is_live)
    read = results.union(*(names_read(node) for node in live))
    for node in live:
        _visit(walk, node, read)


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


def _fold(walk: Walk, node: Node, inputs: Inputs, types: Types) -> None:
    walk.num_folded += 1
    try:
        values = fold(node, inputs, types)
    except UnsupportedOperator:
        raise
    except NetworkError as error:
        raise node.error(str(error)) from None
    for value in values:
        _define(walk, value.name, value)


def _take(walk: Walk, node: Node, translation: Translation, outputs: tuple[Value | None, ...]) -> None:
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
    return node.op_type in RUN_TIME_SCALES and name != node.outputs[0]


def _as_constant(value: Value) -> Value:
    return replace(value, is_constant=True)


def _outputs(node: Node, types: Types, read: set[str]) -> tuple[Value | None, ...]:
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


def _enter_branch(walk: Walk, node: Node, inputs: Inputs) -> None:
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
    inputs: Inputs,
    error: UnsupportedOperator,
    types: Types | None,
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
