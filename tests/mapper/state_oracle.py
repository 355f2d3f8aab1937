"""The least bytes that any order moves, by Dijkstra over everything that can be in the scratchpad; no address asked."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from itertools import combinations

from mapper.problem import PlanProblem

State = tuple[frozenset[int], frozenset[int], frozenset[int]]
"""Operators executed, tensors in the scratchpad, tensors with a copy off-chip."""


def least_moved_bytes(problem: PlanProblem, capacity_bytes: int) -> int | None:
    """Any tensors may leave before any operator, and any operator may come next; None when none ever fits."""
    off_chip = frozenset(index for index, one in enumerate(problem.tensors) if one.producer is None)
    queue: list[tuple[int, int, State]] = [(0, 0, (frozenset(), frozenset(), off_chip))]
    done: set[State] = set()
    pushed = 0
    while queue:
        cost, _, state = heapq.heappop(queue)
        if state in done:
            continue
        done.add(state)
        if len(state[0]) == len(problem.operators):
            return cost
        for more, follower in _followers(problem, capacity_bytes, state):
            pushed += 1
            heapq.heappush(queue, (cost + more, pushed, follower))
    return None


def _followers(problem: PlanProblem, capacity_bytes: int, state: State) -> Iterator[tuple[int, State]]:
    executed, resident, copies = state
    tensors = problem.tensors
    for operator, before in enumerate(problem.predecessors):
        if operator in executed or not before <= executed:
            continue
        operands = frozenset(problem.operands(operator))
        others = sorted(resident - operands)
        for count in range(len(others) + 1):
            for leaving in combinations(others, count):
                present = (resident - set(leaving)) | operands
                if sum(tensors[one].size_bytes for one in present) > capacity_bytes:
                    continue
                written = [one for one in leaving if one not in copies]
                # what starts off-chip is read for the first time for nothing
                read = [
                    one
                    for one in set(problem.inputs[operator]) - resident
                    if tensors[one].producer is not None or executed & set(tensors[one].consumers)
                ]
                cost = sum(tensors[one].size_bytes for one in [*written, *read] if one in read or _pays(problem, one))
                after = executed | {operator}
                alive = frozenset(one for one in present if not set(tensors[one].consumers) <= after)
                yield cost, (after, alive, copies | set(written))


def _pays(problem: PlanProblem, tensor: int) -> bool:
    """Whether writing it is not compulsory."""
    return not problem.tensors[tensor].is_output
