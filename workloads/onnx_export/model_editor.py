"""Replacing constants of an ONNX model, wherever in it they are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from workloads.errors import NetworkError


class ModelEditor:
    """An ``onnx.ModelProto`` whose constants can be replaced; the model is modified in place.

    A constant may be an initialiser, a sparse one, or the result of a node. The name that readers know stays; what
    nobody reads any more is removed by ``prune``.

    Parameters
    ----------
    model
        ``onnx.ModelProto``.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._graph_of: dict[str, Any] = {}
        self._nodes: dict[str, Any] = {}
        self._num_reads: Counter[str] = Counter()
        self._suspects: list[str] = []
        for graph in _graphs(model.graph):
            self._index(graph)

    def put_initialiser(self, tensor: Any) -> None:
        """Make ``tensor`` (``onnx.TensorProto``) what readers of its name read."""
        self._release(str(tensor.name)).initializer.append(tensor)

    def put_sparse_initialiser(self, tensor: Any) -> None:
        """Make ``tensor`` (``onnx.SparseTensorProto``) what readers of its values' name read."""
        self._release(str(tensor.values.name)).sparse_initializer.append(tensor)

    def put_nodes(self, name: str, nodes: Sequence[Any], tensors: Sequence[Any]) -> None:
        """Make the last of ``nodes`` (``onnx.NodeProto``) what readers of ``name`` read.

        Parameters
        ----------
        name : str
        nodes : sequence of NodeProto
            In execution order; they read ``tensors`` only, and each other.
        tensors : sequence of TensorProto
            With names from ``fresh_name``.
        """
        graph = self._release(name)
        graph.initializer.extend(tensors)
        for index, node in enumerate(nodes):
            graph.node.insert(index, node)
        self._graph_of.update((str(tensor.name), graph) for tensor in tensors)

    def put_input(self, reader_output: str, index: int, tensor: Any) -> None:
        """Make input ``index`` of the node that makes ``reader_output`` read ``tensor``, a new ``onnx.TensorProto``."""
        node, graph = self._nodes[reader_output], self._graph_of[reader_output]
        self._forget(str(node.input[index]))
        node.input[index] = tensor.name
        graph.initializer.append(tensor)
        self._graph_of[str(tensor.name)] = graph
        self._num_reads[str(tensor.name)] += 1

    def num_reads(self, name: str) -> int:
        """Return how often ``name`` is read, by nodes and as an output of a graph."""
        return self._num_reads[name]

    def fresh_name(self, wanted: str) -> str:
        """Return ``wanted``, numbered where the model uses it already; it counts as used from then on."""
        candidate, number = wanted, 2
        while candidate in self._graph_of or self._num_reads[candidate]:
            candidate, number = f"{wanted}_{number}", number + 1
        self._graph_of[candidate] = None
        return candidate

    def prune(self) -> None:
        """Remove nodes and initialisers that only served constants which have been replaced."""
        while self._suspects:
            name = self._suspects.pop()
            graph = self._graph_of.get(name)
            if self._num_reads[name] or graph is None:
                continue
            node = self._nodes.get(name)
            if node is None:
                _remove_initialiser(graph, name)
                self._graph_of[name] = None
            elif not any(self._num_reads[str(item)] for item in node.output):
                self._remove_node(graph, node)

    def _index(self, graph: Any) -> None:
        names = [*(item.name for item in graph.initializer), *(item.values.name for item in graph.sparse_initializer)]
        self._graph_of.update((str(name), graph) for name in (*names, *(item.name for item in graph.input)))
        self._num_reads.update(str(item.name) for item in graph.output)
        for node in graph.node:
            self._num_reads.update(str(item) for item in node.input)
            for name in filter(None, node.output):
                self._nodes[str(name)] = node
                self._graph_of[str(name)] = graph

    def _release(self, name: str) -> Any:
        """Free ``name`` from what makes it, and return the graph that it belongs to."""
        graph = self._graph_of.get(name)
        if graph is None:
            raise NetworkError(f"weight {name!r}: no constant of that name is in the converted model")
        node = self._nodes.pop(name, None)
        if node is None:
            _remove_initialiser(graph, name)
            return graph
        unread = self.fresh_name(f"{name}_before_compression")
        node.output[list(node.output).index(name)] = unread
        self._nodes[unread], self._graph_of[unread] = node, graph
        self._suspects.append(unread)
        return graph

    def _forget(self, name: str) -> None:
        self._num_reads[name] -= 1
        self._suspects.append(name)

    def _remove_node(self, graph: Any, node: Any) -> None:
        outputs = list(node.output)
        index = next(place for place, item in enumerate(graph.node) if list(item.output) == outputs)
        inputs = [str(item) for item in node.input if item]
        del graph.node[index]
        for name in filter(None, outputs):
            self._graph_of[name] = None
        for name in inputs:
            self._forget(name)


def _remove_initialiser(graph: Any, name: str) -> None:
    """Remove the initialiser, and the input that files of old versions declare beside each."""
    dense = [place for place, item in enumerate(graph.initializer) if item.name == name]
    sparse = [place for place, item in enumerate(graph.sparse_initializer) if item.values.name == name]
    declared = [place for place, item in enumerate(graph.input) if item.name == name] if dense or sparse else []
    for items, places in ((graph.initializer, dense), (graph.sparse_initializer, sparse), (graph.input, declared)):
        for place in places:
            del items[place]


def _graphs(graph: Any) -> Iterator[Any]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs) if attribute.HasField("g") else attribute.graphs:
                yield from _graphs(inner)
