"""If: the branch that runs, where the file decides it; else the costlier one, and a note that says so."""

from __future__ import annotations

from typing import Any

import numpy as np

from workloads.onnx_import.node import Node
from workloads.onnx_import.value import Value


def chosen_branch(node: Node, inputs: tuple[Value | None, ...]) -> tuple[Any, str]:
    """Return the sub-graph of an If that is costed, and a note when the condition is not known.

    Assumes that an If whose condition is computed by the network takes the branch with more nodes (``else`` on a tie).
    """
    condition = inputs[0] if inputs else None
    if condition is None:
        raise node.error("has no condition")
    then_branch, else_branch = node.graph("then_branch"), node.graph("else_branch")
    if condition.data is not None:
        return (then_branch if bool(np.ravel(condition.data)[0]) else else_branch), ""
    takes_then = _num_nodes(then_branch) > _num_nodes(else_branch)
    name = "then" if takes_then else "else"
    note = f"{node}: its condition is known only when the network runs; its {name} branch is costed"
    return (then_branch if takes_then else else_branch), note


def _num_nodes(graph: Any) -> int:
    inner = sum(_num_nodes(item.g) for node in graph.node for item in node.attribute if item.HasField("g"))
    return len(graph.node) + inner
