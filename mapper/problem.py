"""The planning problem over whole tensors: operators in some order, tensors that live between them, a scratchpad.

One operator runs a step. While it runs, its inputs and outputs are in the scratchpad. A tensor that no later operator
needs is gone. One that is needed later may stay, or leave: leaving costs a write of its size unless off-chip memory has
a copy already, coming back costs a read. Network inputs and weights have a copy from the start, network outputs must
have one at the end; that one read and that one write are compulsory and in no objective.

Source: COSMA, Li, Gupta, Malik, arXiv 2311.18246 (2023).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workloads.network import Network
from workloads.operators import View
from workloads.tensor import Tensor, TensorRole

SizeOf = Callable[[Tensor], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTensor:
    """A tensor as the scratchpad sees it; views of it are the same tensor.

    Parameters
    ----------
    name : str
    size_bytes : int
    producer : int or None
        Index of the operator that makes it; None for what starts off-chip.
    consumers : tuple of int
        Indices of operators that read it, ascending, each once.
    is_output : bool
        Must be off-chip at the end.
    """

    name: str
    size_bytes: int
    producer: int | None
    consumers: tuple[int, ...]
    is_output: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    """Operators and whole tensors of a network.

    Parameters
    ----------
    name : str
    operators : tuple of str
        Names in an order that can be executed; views are left out.
    tensors : tuple of PlannedTensor
        Those of size 0 are left out.
    inputs, outputs : tuple of tuple of int
        By operator: indices of the tensors that it reads and makes, each once.
    overwritten_bytes: int
        Of what operators write over their inputs without a tensor of its own here, and that leaves in any plan.
    """

    name: str
    operators: tuple[str, ...]
    tensors: tuple[PlannedTensor, ...]
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    overwritten_bytes: int = 0

    @property
    def predecessors(self) -> tuple[frozenset[int], ...]:
        """By operator: the operators that make what it reads."""
        return tuple(
            frozenset(made for tensor in read if (made := self.tensors[tensor].producer) is not None)
            for read in self.inputs
        )

    def operands(self, operator: int) -> tuple[int, ...]:
        """Return the tensors that must be in the scratchpad while ``operator`` runs."""
        return (*self.inputs[operator], *self.outputs[operator])

    def demand_bytes(self, operator: int) -> int:
        """Return the bytes of its operands."""
        return sum(self.tensors[tensor].size_bytes for tensor in self.operands(operator))

    @property
    def compulsory_bytes(self) -> int:
        """Read of all that starts off-chip and is needed, write of all outputs and of what is overwritten."""
        read = sum(one.size_bytes for one in self.tensors if one.producer is None and one.consumers)
        written = sum(one.size_bytes for one in self.tensors if one.is_output and one.producer is not None)
        return read + written + self.overwritten_bytes


def plan_problem(
    network: Network, *, with_weights: bool, size_of: SizeOf = lambda tensor: tensor.size_bytes
) -> PlanProblem:
    """Return the planning problem of ``network``.

    Parameters
    ----------
    network : Network
    with_weights : bool
        Whether weights take scratchpad space and traffic like activations do.
    size_of : callable
        Bytes of a tensor; of its elements unless given.
    """
    storage = _storage_of(network)
    steps = [operator for operator in network.operators if not isinstance(operator.work, View)]
    sizes: dict[str, int] = {}
    outputs: set[str] = set()
    for tensor in network.tensors.values():
        if tensor.role is TensorRole.WEIGHT and not with_weights:
            continue
        root = storage.get(tensor.name, tensor.name)
        sizes[root] = max(sizes.get(root, 0), size_of(tensor))
        if tensor.role is TensorRole.OUTPUT:
            outputs.add(root)
    names = [name for name, size in sizes.items() if size > 0]
    index = {name: number for number, name in enumerate(names)}

    def indices(tensors: tuple[str, ...]) -> tuple[int, ...]:
        roots = (storage.get(name, name) for name in tensors)
        return tuple(dict.fromkeys(index[root] for root in roots if root in index))

    read = tuple(indices(operator.inputs) for operator in steps)
    made = tuple(indices(operator.outputs) for operator in steps)
    producer = {number: step for step, numbers in enumerate(made) for number in numbers}
    consumers: dict[int, list[int]] = {number: [] for number in range(len(names))}
    for step, needed in enumerate(read):
        for number in needed:
            consumers[number].append(step)
    return PlanProblem(
        name=network.name,
        operators=tuple(operator.name for operator in steps),
        tensors=tuple(
            PlannedTensor(
                name=name,
                size_bytes=sizes[name],
                producer=producer.get(number),
                consumers=tuple(consumers[number]),
                is_output=name in outputs,
            )
            for name, number in index.items()
        ),
        inputs=read,
        outputs=made,
    )


def _storage_of(network: Network) -> Mapping[str, str]:
    """By view of another tensor: the tensor whose bytes it is."""
    storage: dict[str, str] = {}
    for operator in network.operators:
        if isinstance(operator.work, View):
            source = operator.inputs[0]
            storage.update(dict.fromkeys(operator.outputs, storage.get(source, source)))
    return storage
