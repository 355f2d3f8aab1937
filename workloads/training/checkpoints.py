"""Activation checkpoints: what the forward pass did not keep is computed again before the backward pass reads it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from workloads.errors import ConfigError
from workloads.nearest_names import nearest_names
from workloads.network import Network
from workloads.operators import Operator
from workloads.tensor import Tensor, TensorRole
from workloads.training.stage import Stage, StepRole


@dataclass(frozen=True, slots=True, kw_only=True)
class StepGraph:
    """Operators of a training step in order, their tensors, and what each operator is for."""

    operators: tuple[Operator, ...]
    tensors: Mapping[str, Tensor]
    roles: Mapping[str, StepRole]


def with_checkpoints(graph: StepGraph, forward: Network, checkpoints: Collection[str]) -> StepGraph:
    """Return ``graph`` with the operators of the forward pass repeated that make what was not kept.

    Kept are the network's inputs, the tensors ``checkpoints`` with whatever else their operators make (positions of
    maxima), and all that is made after the last of these: its backward pass comes next. Each operator is repeated
    once at most, just before the first that needs it.

    Raises
    ------
    ConfigError
        When a checkpoint is no tensor that an operator of the network makes.
    """
    if not checkpoints:
        return graph
    maker = {name: index for index, operator in enumerate(forward.operators) for name in operator.outputs}
    for name in checkpoints:
        if name not in maker:
            raise ConfigError(
                f"checkpoint {name!r} is no tensor that an operator of network {forward.name!r} makes"
                f"{nearest_names(name, maker)}"
            )
    keeping = {maker[name] for name in checkpoints}
    dropped = {name for name, index in maker.items() if index < max(keeping) and index not in keeping}
    return _Recomputation(forward.operators, maker, dropped).apply(graph)


@dataclass(slots=True)
class _Recomputation:
    forward: Sequence[Operator]
    maker: Mapping[str, int]
    dropped: Collection[str]

    def apply(self, graph: StepGraph) -> StepGraph:
        """Go through what follows the forward pass, and read copies in place of what was dropped."""
        tensors, roles = dict(graph.tensors), dict(graph.roles)
        operators = list(graph.operators[: len(self.forward)])
        done: set[int] = set()
        for operator in graph.operators[len(self.forward) :]:
            for index in self._missing(operator, done):
                again = self._renamed(self.forward[index], is_copy=True)
                for name, copy in zip(self.forward[index].outputs, again.outputs, strict=True):
                    tensors[copy] = replace(tensors[name], name=copy, role=TensorRole.ACTIVATION)
                operators.append(again)
                roles[again.name] = replace(roles[self.forward[index].name], stage=Stage.RECOMPUTE)
                done.add(index)
            operators.append(self._renamed(operator, is_copy=False))
        return StepGraph(operators=tuple(operators), tensors=tensors, roles=roles)

    def _missing(self, operator: Operator, done: set[int]) -> list[int]:
        """Return, in order, the operators of the forward pass to repeat before ``operator`` can run."""
        found: set[int] = set()
        pending = [name for name in operator.inputs if name in self.dropped]
        while pending:
            index = self.maker[pending.pop()]
            if index not in done | found:
                found.add(index)
                pending.extend(name for name in self.forward[index].inputs if name in self.dropped)
        return sorted(found)

    def _renamed(self, operator: Operator, *, is_copy: bool) -> Operator:
        inputs = tuple(_copy(name) if name in self.dropped else name for name in operator.inputs)
        if not is_copy:
            return replace(operator, inputs=inputs)
        outputs = tuple(_copy(name) for name in operator.outputs)
        return replace(operator, name=_copy(operator.name), inputs=inputs, outputs=outputs)


def _copy(name: str) -> str:
    return f"{name}.recomputed"
