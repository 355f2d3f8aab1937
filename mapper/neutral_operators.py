"""A smaller problem whose plans move no more: operators that turn one tensor into another of its size are left out.

    a -> relu -> b      becomes      a b, one tensor

Where nobody else reads a, and neither a nor b is an output, such an operator changes nothing but which of two equal
tensors is in the scratchpad. Take any plan, drop the operator's step, and call the two one: it stays where both stayed,
so it leaves no more often than they did together, and every other step has what it had. A bound of the smaller problem
is a bound of the whole, and a good order of it becomes a good order of the whole.

The bound is the better the less the dropped step asks for. Where each reader of b makes at least as many bytes, the
operator may run just before the first of them, and needs no more than that one does: only those are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mapper.problem import PlanProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class ReducedProblem:
    """A problem without neutral operators.

    Parameters
    ----------
    whole, problem : PlanProblem
        Before and after.
    operators : tuple of int
        By operator of ``problem``: its number in ``whole``.
    """

    whole: PlanProblem
    problem: PlanProblem
    operators: tuple[int, ...]

    def reduced_order(self, schedule: Sequence[int]) -> tuple[int, ...]:
        """Return an order of ``whole`` without the operators that were left out."""
        number = {old: new for new, old in enumerate(self.operators)}
        return tuple(number[operator] for operator in schedule if operator in number)

    def whole_order(self, schedule: Sequence[int]) -> tuple[int, ...]:
        """Return an order of ``problem`` with those operators put back, each just before what needs it first."""
        before = self.whole.predecessors
        order: dict[int, None] = {}

        def run(operator: int) -> None:
            pending = [operator]
            while pending:
                missing = sorted(one for one in before[pending[-1]] if one not in order)
                if missing:
                    pending.append(missing[0])
                else:
                    order[pending.pop()] = None

        for operator in schedule:
            run(self.operators[operator])
        for operator in range(len(self.whole.operators)):
            if operator not in order:
                run(operator)
        return tuple(order)


def without_neutral_operators(problem: PlanProblem) -> ReducedProblem:
    """Return ``problem`` without the operators that change neither what is alive nor how much of it."""
    kept_as = {number: number for number in range(len(problem.tensors))}
    dropped: set[int] = set()
    for operator in range(len(problem.operators)):
        if _is_neutral(problem, operator):
            dropped.add(operator)
            kept_as[problem.outputs[operator][0]] = kept_as[problem.inputs[operator][0]]
    steps = [operator for operator in range(len(problem.operators)) if operator not in dropped]
    kept = [number for number, to in kept_as.items() if number == to]
    number_of = {old: kept.index(to) for old, to in kept_as.items()}
    inputs = tuple(tuple(dict.fromkeys(number_of[one] for one in problem.inputs[old])) for old in steps)
    outputs = tuple(tuple(number_of[one] for one in problem.outputs[old]) for old in steps)
    makers = {tensor: step for step, made in enumerate(outputs) for tensor in made}
    readers: list[list[int]] = [[] for _ in kept]
    for step, read in enumerate(inputs):
        for tensor in read:
            readers[tensor].append(step)
    tensors = tuple(
        replace(problem.tensors[old], producer=makers.get(number), consumers=tuple(readers[number]))
        for number, old in enumerate(kept)
    )
    return ReducedProblem(
        whole=problem,
        problem=PlanProblem(
            name=problem.name,
            operators=tuple(problem.operators[old] for old in steps),
            tensors=tensors,
            inputs=inputs,
            outputs=outputs,
        ),
        operators=tuple(steps),
    )


def _is_neutral(problem: PlanProblem, operator: int) -> bool:
    if len(problem.inputs[operator]) != 1 or len(problem.outputs[operator]) != 1:
        return False
    source, result = (problem.tensors[one[0]] for one in (problem.inputs[operator], problem.outputs[operator]))
    return (
        source.size_bytes == result.size_bytes
        and source.producer is not None
        and source.consumers == (operator,)
        and not source.is_output
        and not result.is_output
        and len(result.consumers) > 0
        and all(_made_bytes(problem, one) >= source.size_bytes for one in result.consumers)
    )


def _made_bytes(problem: PlanProblem, operator: int) -> int:
    return sum(problem.tensors[tensor].size_bytes for tensor in problem.outputs[operator])
