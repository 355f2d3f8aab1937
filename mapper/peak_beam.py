"""An order of low peak for graphs too large to search in full: the best few sets of executed operators a step."""

from __future__ import annotations

from dataclasses import dataclass

from mapper.precedence import bits_of
from mapper.problem import PlanProblem


@dataclass(frozen=True, slots=True)
class _Way:
    peak_bytes: int
    live_bytes: int
    executed: int
    ready: frozenset[int]
    last: _Way | None
    operator: int


def low_peak_order(problem: PlanProblem, *, beam: int) -> tuple[int, ...]:
    """Return the order of least peak among those that a beam comes across; of equal peak the one with less alive."""
    graph = _Graph.of(problem)
    first = frozenset(operator for operator, before in enumerate(graph.before) if not before)
    ways = [_Way(0, 0, 0, first, None, -1)]
    for _ in problem.operators:
        best: dict[int, _Way] = {}
        for way in ways:
            for operator in way.ready:
                found = graph.run(way, operator)
                known = best.get(found.executed)
                if known is None or found.peak_bytes < known.peak_bytes:
                    best[found.executed] = found
        ways = sorted(best.values(), key=lambda way: (way.peak_bytes, way.live_bytes, way.executed))[:beam]
    return _order(ways[0])


@dataclass(frozen=True, slots=True)
class _Graph:
    problem: PlanProblem
    before: tuple[int, ...]
    after: tuple[frozenset[int], ...]
    users: tuple[int, ...]

    @classmethod
    def of(cls, problem: PlanProblem) -> _Graph:
        after: list[set[int]] = [set() for _ in problem.operators]
        for operator, before in enumerate(problem.predecessors):
            for one in before:
                after[one].add(operator)
        users = (
            bits_of(tensor.consumers) | (0 if tensor.producer is None else 1 << tensor.producer)
            for tensor in problem.tensors
        )
        return cls(
            problem, tuple(map(bits_of, problem.predecessors)), tuple(frozenset(one) for one in after), tuple(users)
        )

    def run(self, way: _Way, operator: int) -> _Way:
        executed = way.executed | 1 << operator
        live, ended = way.live_bytes, 0
        for tensor in self.problem.operands(operator):
            size = self.problem.tensors[tensor].size_bytes
            live += 0 if self.users[tensor] & way.executed else size
            ended += 0 if self.users[tensor] & ~executed else size
        new = {one for one in self.after[operator] if not self.before[one] & ~executed}
        return _Way(max(way.peak_bytes, live), live - ended, executed, way.ready - {operator} | new, way, operator)


def _order(way: _Way) -> tuple[int, ...]:
    order: list[int] = []
    at: _Way | None = way
    while at is not None and at.last is not None:
        order.append(at.operator)
        at = at.last
    return tuple(reversed(order))
