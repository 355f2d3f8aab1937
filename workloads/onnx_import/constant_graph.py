"""The part of an ONNX graph that computes on constants, evaluated in full where somebody asks for a value.

The importer folds these nodes by shape and keeps no large content; this follows the graph back to the initialisers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import AttributeProto

from workloads.errors import NetworkError
from workloads.onnx_import.contrib_shapes import DOMAIN as CONTRIB
from workloads.onnx_import.node import Node, make_nodes
from workloads.onnx_import.read import opset_versions
from workloads.onnx_import.stored_arrays import stored_array, stored_sparse_array
from workloads.onnx_import.value import Array

MAX_FILL_ELEMENTS = 2**27
"""A ConstantOfShape that fills more than this is not evaluated."""

_RANDOM = (
    "RandomNormal",
    "RandomUniform",
    "RandomNormalLike",
    "RandomUniformLike",
    "Bernoulli",
    "Multinomial",
)
_EVALUATION_ERRORS = (
    ArithmeticError,
    AttributeError,
    AssertionError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)
_CONTRIB_VERSION = 21
"""ONNX Runtime's QuantizeLinear and DequantizeLinear follow the standard ones of this operator set."""

_Maker = Any
"""A ``Node``, an ``onnx.TensorProto`` or an ``onnx.SparseTensorProto``."""


class ConstantGraph:
    """Constants of an ONNX model by name, stored or computed.

    Parameters
    ----------
    model
        ``onnx.ModelProto`` as ``read_model`` gives it.
    folder : Path
        Of the file; external data lies in it.
    """

    def __init__(self, model: Any, folder: Path) -> None:
        self._folder = folder
        self._makers: dict[str, _Maker] = {}
        self._readers: dict[str, list[tuple[Node, int]]] = {}
        self._ambiguous: set[str] = set()
        versions = opset_versions(model)
        for graph in _graphs(model.graph):
            self._add(graph, versions)

    def maker(self, name: str) -> Node | None:
        """Return the node that makes the value ``name``; None for initialisers, inputs and names unknown."""
        found = self._makers.get(name)
        return found if isinstance(found, Node) else None

    def readers(self, name: str) -> tuple[tuple[Node, int], ...]:
        """Return the nodes that read the value ``name``, each with the index of the input that does."""
        return tuple(self._readers.get(name, ()))

    def evaluate(self, name: str) -> Array | None:
        """Return the value ``name`` in the element type that the graph computes with.

        None where the file does not say it: it depends on the network's inputs, on sizes, on chance or on a
        condition; it is a fill that stands for a weight left out; or an operator has no reference implementation.

        Raises
        ------
        NetworkError
            For a cycle, and for data that does not fit its shape.
        """
        known: dict[str, Array | None] = {}
        opened: set[str] = set()
        pending = [name]
        while pending:
            current = pending[-1]
            maker = self._makers.get(current)
            missing = self._missing_input(current, maker, known)
            if missing is None:
                known.update(self._results(current, maker, known))
                pending.pop()
                continue
            if missing in opened:
                raise NetworkError(f"value {missing!r} is computed from itself")
            opened.add(missing)
            pending.append(missing)
        return known[name]

    def _add(self, graph: Any, versions: dict[str, int]) -> None:
        for tensor in graph.initializer:
            self._define(str(tensor.name), tensor)
        for tensor in graph.sparse_initializer:
            self._define(str(tensor.values.name), tensor)
        for node in make_nodes(graph.node, versions):
            for name in filter(None, node.outputs):
                self._define(name, node)
            for index, name in enumerate(node.inputs):
                self._readers.setdefault(name, []).append((node, index))

    def _define(self, name: str, maker: _Maker) -> None:
        if name in self._makers:
            self._ambiguous.add(name)  # both branches of an If make it: which one runs is not known here
        self._makers[name] = maker

    def _missing_input(self, name: str, maker: _Maker | None, known: dict[str, Array | None]) -> str | None:
        """Return an input of ``maker`` to look at first; None when there is none, or one is known not to be known."""
        if not isinstance(maker, Node) or not self._may_be_known(name, maker):
            return None
        read = [item for item in maker.inputs if item]
        if any(item in known and known[item] is None for item in read):
            return None
        return next((item for item in read if item not in known), None)

    def _may_be_known(self, name: str, node: Node) -> bool:
        return name not in self._ambiguous and node.op_type not in _RANDOM and not any(True for _ in node.subgraphs)

    def _results(self, name: str, maker: _Maker | None, known: dict[str, Array | None]) -> dict[str, Array | None]:
        if maker is None or name in self._ambiguous:
            return {name: None}
        if isinstance(maker, Node):
            inputs = {item: known[item] for item in maker.inputs if item and known.get(item) is not None}
            if not self._may_be_known(name, maker) or len(inputs) < len({item for item in maker.inputs if item}):
                return {name: None}
            return {name: None, **self._computed(maker, inputs)}
        if isinstance(maker, onnx.SparseTensorProto):
            return {name: stored_sparse_array(maker, self._folder)}
        return {name: stored_array(maker, name, self._folder)}

    def _computed(self, node: Node, inputs: dict[str, Any]) -> dict[str, Array | None]:
        if node.op_type == "Constant" and not node.domain:
            return {node.outputs[0]: self._constant(node)}
        if node.op_type == "ConstantOfShape" and self._stands_for_a_weight(node, inputs):
            return {}
        return _run(node, inputs)

    def _constant(self, node: Node) -> Array | None:
        for item in node.proto.attribute:
            if item.type == AttributeProto.TENSOR:
                return stored_array(item.t, node.outputs[0], self._folder)
            if item.type == AttributeProto.SPARSE_TENSOR:
                return stored_sparse_array(item.sparse_tensor, self._folder)
        return _run(node, {}).get(node.outputs[0])

    def _stands_for_a_weight(self, node: Node, inputs: dict[str, Any]) -> bool:
        """Whether a fill is too large, or what a file without weights has in their place (see ``folding``)."""
        shape = inputs[node.inputs[0]]
        maker = self._makers[node.inputs[0]]
        is_spelt_out = not isinstance(maker, Node) or maker.op_type == "Constant"
        num_elements = math.prod(int(size) for size in shape)
        fills_zeros = not any(np.any(onnx.numpy_helper.to_array(item.t)) for item in node.proto.attribute)
        return num_elements > MAX_FILL_ELEMENTS or (is_spelt_out and num_elements > 1 and not fills_zeros)


def _graphs(graph: Any) -> Iterator[Any]:
    """Yield ``graph`` and the sub-graphs of its nodes, outermost first."""
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in (attribute.g, *attribute.graphs) if attribute.HasField("g") else attribute.graphs:
                yield from _graphs(inner)


def _run(node: Node, inputs: dict[str, Any]) -> dict[str, Array | None]:
    """Return the outputs of ``node``; none where onnx's reference implementation lacks the operator."""
    from onnx.reference import ReferenceEvaluator  # its operators take a while to import

    proto, domain, version = node.proto, node.domain, node.version
    if domain == CONTRIB and node.op_type in ("QuantizeLinear", "DequantizeLinear"):
        proto = onnx.NodeProto()
        proto.CopyFrom(node.proto)
        proto.domain, domain, version = "", "", _CONTRIB_VERSION
    names = [name for name in node.outputs if name]
    try:
        with np.errstate(all="ignore"):
            results = ReferenceEvaluator(proto, opsets={domain: version}).run(names, inputs)
    except _EVALUATION_ERRORS:
        return {}
    return {name: np.asarray(item) for name, item in zip(names, results, strict=True)}
