"""What the network hands out, and what the user should know of how it was read."""

from __future__ import annotations

from typing import Any

from workloads.errors import NetworkError
from workloads.onnx_import.node import Node
from workloads.onnx_import.translation import Step, view
from workloads.onnx_import.value import make_value
from workloads.onnx_import.walk import RUN_TIME_SCALES, Walk
from workloads.operators import Activation


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
    num_dynamic = sum(node.op_type in RUN_TIME_SCALES for node, _ in walk.steps)
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
