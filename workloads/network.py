"""Network: operators and tensors that form a valid graph. One that exists has been checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import networkx as nx

from workloads.errors import NetworkError
from workloads.operators import Fusion, Operator, View
from workloads.shapes import check_shapes
from workloads.size_limit import check_size
from workloads.tensor import Tensor, TensorRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A directed acyclic graph of operators.

    Parameters
    ----------
    name : str
    operators : tuple of Operator
        In an order that can be executed (``topological_order`` makes one).
    tensors : mapping of str to Tensor
        Every tensor that an operator names; and no other, except unused network inputs.
    notes : tuple of str
        What the importer wants the user to know: nodes folded, approximated, assumed.
    declared_sparsity : mapping of str to (int, int)
        Operator name to the N:M (N kept of M) that the file states for its weights. A statement only: it costs nothing
        and saves nothing until weights are compressed.

    Raises
    ------
    NetworkError
        For a name used twice, a tensor that nobody makes or two make, an order that cannot be executed, shapes
        that do not agree with the operator, or an operator too large to count; names the operator and the tensor.
    """

    name: str
    operators: tuple[Operator, ...]
    tensors: Mapping[str, Tensor]
    notes: tuple[str, ...] = field(default=())
    declared_sparsity: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_names(self)
        _check_order(self)
        for operator in self.operators:
            check_shapes(operator, self.tensors)
            check_size(operator, self.tensors)

    def with_role(self, *roles: TensorRole) -> tuple[Tensor, ...]:
        """Return the tensors that play one of ``roles``, in the order they were declared."""
        return tuple(tensor for tensor in self.tensors.values() if tensor.role in roles)

    @property
    def fusions(self) -> tuple[Fusion, ...]:
        """Every step of the file that was fused into another operator."""
        return tuple(fusion for operator in self.operators for fusion in operator.fusions)

    @property
    def num_parameters(self) -> int:
        """Parameters in all weights, and those that fusion folded away."""
        weights = sum(tensor.num_parameters for tensor in self.with_role(TensorRole.WEIGHT))
        return weights + sum(fusion.num_folded_parameters for fusion in self.fusions)

    @property
    def num_costed_operators(self) -> int:
        """Number of operators that are not views."""
        return sum(not isinstance(operator.work, View) for operator in self.operators)


def topological_order(operators: Iterable[Operator]) -> tuple[Operator, ...]:
    """Return ``operators`` so that each comes after those whose outputs it reads, else as they were given.

    Raises
    ------
    NetworkError
        When they form a cycle; names the operators on it.
    """
    listed = tuple(operators)
    producer = {name: index for index, operator in enumerate(listed) for name in operator.outputs}
    graph = nx.DiGraph()
    graph.add_nodes_from(range(len(listed)))
    graph.add_edges_from(
        (producer[name], index) for index, operator in enumerate(listed) for name in operator.inputs if name in producer
    )
    try:
        return tuple(listed[index] for index in nx.lexicographical_topological_sort(graph))
    except nx.NetworkXUnfeasible:
        cycle = [listed[source].name for source, _ in nx.find_cycle(graph)]
        raise NetworkError(f"the graph has a cycle: {' -> '.join([*cycle, cycle[0]])}") from None


def _check_names(network: Network) -> None:
    seen: set[str] = set()
    for operator in network.operators:
        if operator.name in seen:
            raise NetworkError(f"network {network.name!r}: two operators are called {operator.name!r}")
        seen.add(operator.name)
        for name in (*operator.inputs, *operator.outputs):
            if name not in network.tensors:
                raise NetworkError(f"operator {operator.name!r} uses tensor {name!r}, which is not declared")
    for name in network.declared_sparsity:
        if name not in seen:
            raise NetworkError(f"network {network.name!r}: declared_sparsity names {name!r}, which is no operator")


def _check_order(network: Network) -> None:
    made = {tensor.name for tensor in network.with_role(TensorRole.INPUT, TensorRole.WEIGHT)}
    for operator in network.operators:
        for name in operator.inputs:
            if name not in made:
                raise NetworkError(
                    f"operator {operator.name!r} reads tensor {name!r}, which no earlier operator makes "
                    "and which is neither a network input nor a weight"
                )
        for name in operator.outputs:
            if name in made:
                raise NetworkError(
                    f"operator {operator.name!r} writes tensor {name!r}, which is already made elsewhere"
                )
            made.add(name)
    for tensor in network.tensors.values():
        if tensor.name not in made:
            raise NetworkError(f"tensor {tensor.name!r} ({tensor.role}) is made by no operator")
