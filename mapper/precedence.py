"""What must come before and after an operator in any order; sets are the bits of an integer.

bit o of ``ancestors(problem)[p]`` is 1  <=>  operator o must run before operator p
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mapper.problem import PlanProblem


def bits_of(indices: Iterable[int]) -> int:
    """Return the set of ``indices``."""
    bits = 0
    for index in indices:
        bits |= 1 << index
    return bits


def indices_of(bits: int) -> tuple[int, ...]:
    """Return the members of a set, ascending."""
    found = []
    while bits:
        lowest = bits & -bits
        found.append(lowest.bit_length() - 1)
        bits ^= lowest
    return tuple(found)


def ancestors(problem: PlanProblem) -> tuple[int, ...]:
    """Return by operator the set of operators that must run before it."""
    return _gathered(problem.predecessors, [1 << operator for operator in range(len(problem.operators))])


def descendants(problem: PlanProblem) -> tuple[int, ...]:
    """Return by operator the set of operators that must run after it."""
    return _gathered_after(problem, [1 << operator for operator in range(len(problem.operators))])


def spanning_tensors(problem: PlanProblem) -> tuple[tuple[int, ...], ...]:
    """Return by operator the tensors alive in any order: not used by it, but by ancestors, and read by descendants."""
    read = [bits_of(tensors) for tensors in problem.inputs]
    used = [bits_of(problem.operands(operator)) for operator in range(len(problem.operators))]
    before, after = _gathered(problem.predecessors, used), _gathered_after(problem, read)
    return tuple(indices_of(before[one] & after[one] & ~used[one]) for one in range(len(used)))


def _gathered_after(problem: PlanProblem, own: Sequence[int]) -> tuple[int, ...]:
    """By operator: the union of ``own`` over its descendants."""
    last = len(own) - 1  # operators in reverse: what comes after comes before
    followers: list[set[int]] = [set() for _ in own]
    for operator, before in enumerate(problem.predecessors):
        for one in before:
            followers[last - one].add(last - operator)
    return _gathered([frozenset(one) for one in followers], own[::-1])[::-1]


def _gathered(predecessors: Sequence[frozenset[int]], own: Sequence[int]) -> tuple[int, ...]:
    """By operator: the union of ``own`` over its ancestors; operators come in an order that can be executed."""
    found: list[int] = []
    for before in predecessors:
        bits = 0
        for one in before:
            bits |= found[one] | own[one]
        found.append(bits)
    return tuple(found)
