"""How an operator may run in a plan of several: what of it lies whole, what its tile buffers take, what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mapper.problem import PlanProblem
from simulator.plan import Tiling


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way to run one operator.

    Parameters
    ----------
    whole : frozenset of int
        Tensors of the problem that lie whole in the scratchpad; its other operands pass tile by tile.
    buffer_bytes : int
        Of its tile buffers.
    cost : int
        Of the operator alone: whole tensors are in the scratchpad before it, and remain there after it.
    tiling : Tiling or None
        None where only residency is planned.
    """

    whole: frozenset[int]
    buffer_bytes: int
    cost: int
    tiling: Tiling | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidencyProblem:
    """A planning problem whose operators may run in several ways.

    Parameters
    ----------
    tensors : PlanProblem
        Operators and tensors; sizes are what whole tensors take.
    choices : tuple of tuple of Choice
        By operator, at least one each.
    load_costs, store_costs : tuple of int
        By tensor: of moving it whole from and to off-chip memory, in the unit of the choices' costs.
    in_place : mapping of int to int
        By tensor: the one of its size that may be written over it, in the last step that needs it.
    """

    tensors: PlanProblem
    choices: tuple[tuple[Choice, ...], ...]
    load_costs: tuple[int, ...]
    store_costs: tuple[int, ...]
    in_place: Mapping[int, int]


def whole_operands(problem: PlanProblem) -> ResidencyProblem:
    """Return ``problem`` with the one choice that COSMA has: all operands whole, bytes for costs."""
    return ResidencyProblem(
        tensors=problem,
        choices=tuple(
            (Choice(whole=frozenset(problem.operands(operator)), buffer_bytes=0, cost=0),)
            for operator in range(len(problem.operators))
        ),
        load_costs=tuple(tensor.size_bytes for tensor in problem.tensors),
        store_costs=tuple(tensor.size_bytes for tensor in problem.tensors),
        in_place={},
    )


def worth_choosing(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    """Return the choices that no other with the same whole tensors beats in buffer and cost, by rising buffer."""
    kept: list[Choice] = []
    least: dict[frozenset[int], int] = {}
    for choice in sorted(choices, key=lambda one: (one.buffer_bytes, one.cost)):
        if choice.cost < least.get(choice.whole, choice.cost + 1):
            least[choice.whole] = choice.cost
            kept.append(choice)
    return tuple(kept)
