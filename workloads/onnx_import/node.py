"""A node of the file with typed access to its attributes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from onnx import AttributeProto

from workloads.errors import NetworkError, UnsupportedOperator

_KIND_NAMES = {AttributeProto.INT: "an integer", AttributeProto.INTS: "integers"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Node:
    """One node of an ONNX graph.

    Parameters
    ----------
    name : str
        The file's name for it, or one made from its type and first output.
    op_type, domain : str
        The default domain is the empty string.
    version : int
        Version of the operator set of its domain that the file was written for.
    inputs, outputs : tuple of str
        Empty string for one that is left out.
    proto
        The ``onnx.NodeProto`` itself.
    """

    name: str
    op_type: str
    domain: str
    version: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    proto: Any

    def __str__(self) -> str:
        domain = f"{self.domain}." if self.domain else ""
        return f"node {self.name!r} ({domain}{self.op_type})"

    def error(self, message: str) -> NetworkError:
        """Return an error that names this node."""
        return NetworkError(f"{self}: {message}")

    def unsupported(self, reason: str) -> UnsupportedOperator:
        """Return the error for a node that has no cost model; says what would let it pass."""
        domain = self.domain or "ai.onnx"
        return UnsupportedOperator(
            f"node {self.name!r}: operator {self.op_type} (domain {domain}) cannot be costed: {reason}; "
            "--unsupported=approximate costs it as a copy of its inputs to its outputs"
        )

    def _attribute(self, name: str, kind: int) -> Any:
        for attribute in self.proto.attribute:
            if attribute.name == name:
                if attribute.type not in (kind, AttributeProto.UNDEFINED):
                    raise self.error(f"attribute {name!r} has the wrong type, expected {_KIND_NAMES.get(kind, kind)}")
                return attribute
        return None

    def integer(self, name: str, default: int) -> int:
        """Return an integer attribute."""
        attribute = self._attribute(name, AttributeProto.INT)
        return default if attribute is None else int(attribute.i)

    def integers(self, name: str) -> tuple[int, ...] | None:
        """Return a list of integers, or None when the attribute is left out."""
        attribute = self._attribute(name, AttributeProto.INTS)
        return None if attribute is None else tuple(int(item) for item in attribute.ints)

    def positive_integers(self, name: str, count: int, default: int = 1) -> tuple[int, ...]:
        """Return ``count`` integers of at least 1; ``default`` each when the attribute is left out."""
        found = self.integers(name) or (default,) * count
        if len(found) != count or min(found, default=1) < 1:
            raise self.error(f"attribute {name!r} is {list(found)}, expected {count} integers of at least 1")
        return found

    def text(self, name: str, default: str) -> str:
        """Return a text attribute."""
        attribute = self._attribute(name, AttributeProto.STRING)
        return default if attribute is None else bytes(attribute.s).decode("utf-8", "replace")

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts; empty when the attribute is left out."""
        attribute = self._attribute(name, AttributeProto.STRINGS)
        return () if attribute is None else tuple(bytes(item).decode("utf-8", "replace") for item in attribute.strings)

    def graph(self, name: str) -> Any:
        """Return a sub-graph attribute.

        Raises
        ------
        NetworkError
            When it is missing.
        """
        attribute = self._attribute(name, AttributeProto.GRAPH)
        if attribute is None:
            raise self.error(f"has no sub-graph {name!r}")
        return attribute.g

    @property
    def subgraphs(self) -> Iterator[Any]:
        """Its sub-graphs, if any."""
        for attribute in self.proto.attribute:
            if attribute.type == AttributeProto.GRAPH:
                yield attribute.g
            yield from attribute.graphs


def make_nodes(protos: Sequence[Any], versions: dict[str, int]) -> tuple[Node, ...]:
    """Return the nodes of one graph, in file order.

    Raises
    ------
    NetworkError
        For a node of a domain whose operator set the file does not import.
    """
    return tuple(_make_node(index, proto, versions) for index, proto in enumerate(protos))


def _make_node(index: int, proto: Any, versions: dict[str, int]) -> Node:
    domain = "" if proto.domain == "ai.onnx" else str(proto.domain)
    first = next((str(name) for name in proto.output if name), str(index))
    name = str(proto.name) or f"{proto.op_type}_{first}"
    if domain not in versions:
        raise NetworkError(f"node {name!r} ({proto.op_type}): the file imports no operator set for domain {domain!r}")
    return Node(
        name=name,
        op_type=str(proto.op_type),
        domain=domain,
        version=versions[domain],
        inputs=tuple(str(item) for item in proto.input),
        outputs=tuple(str(item) for item in proto.output),
        proto=proto,
    )
