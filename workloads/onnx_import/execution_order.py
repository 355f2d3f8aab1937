"""The order in which nodes run, and which of them need to."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import networkx as nx

from workloads.errors import NetworkError
from workloads.onnx_import.node import Node


def execution_order(nodes: tuple[Node, ...], values: Container[str]) -> tuple[Node, ...]:
    """Return ``nodes`` so that each comes after those that it reads, in file order where that is one.

    Parameters
    ----------
    nodes : tuple of Node
    values : container of str
        Names that are there before any of them runs.

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
        for name in names_read(node):
            if name in made_by:
                graph.add_edge(made_by[name], index)
            elif name not in values and name in node.inputs:
                raise node.error(f"reads value {name!r}, which no node, input or initialiser makes")
    try:
        return tuple(nodes[index] for index in nx.lexicographical_topological_sort(graph))
    except nx.NetworkXUnfeasible:
        cycle = [nodes[source].name for source, _ in nx.find_cycle(graph)]
        raise NetworkError(f"the graph has a cycle: {' -> '.join([*cycle, cycle[0]])}") from None


def live_nodes(nodes: tuple[Node, ...], results: set[str]) -> list[Node]:
    """Return those of the ordered ``nodes`` that ``results`` depend on, be it for a shape alone."""
    wanted = set(results)
    live = []
    for node in reversed(nodes):
        if not wanted.isdisjoint(node.outputs):
            wanted |= names_read(node)
            live.append(node)
    return live[::-1]


def names_read(node: Node) -> set[str]:
    """Return the values that ``node`` reads, those of its sub-graphs from outside included."""
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
