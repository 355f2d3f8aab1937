"""M_P: the least scratchpad in which some order moves nothing, and that order."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mapper.budgets import peak_bytes, peak_lower_bound_bytes
from mapper.interruption import raise_if_interrupted
from mapper.kernels.peak_search import DEPTH, NUM_FIELDS, OPERATOR, PARENT, PEAK, PeakGraph, Sets, advance, slot_of
from mapper.peak_beam import low_peak_order
from mapper.problem import PlanProblem
from mapper.search_graph import set_rows
from workloads.errors import ConfigError

MAX_SETS = 4_000_000
"""Sets of operators looked at; a search that needs more ends without a proof."""

_BEAM = 50

_CHUNK = 2_000
"""Sets taken between two looks at the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeakResult:
    """The least peak found.

    Parameters
    ----------
    peak_bytes : int
        The most bytes alive at a step of ``schedule``.
    lower_bound_bytes : int
        No order has a lower peak.
    schedule : tuple of int
    """

    peak_bytes: int
    lower_bound_bytes: int
    schedule: tuple[int, ...]

    @property
    def is_proven(self) -> bool:
        """Whether no order has a lower peak."""
        return self.peak_bytes == self.lower_bound_bytes


def least_peak(problem: PlanProblem, *, time_limit_s: float) -> PeakResult:
    """Return the least peak over all orders; with what time allows, proven.

    Raises
    ------
    ConfigError
        For a time limit that is not positive.
    """
    if not time_limit_s > 0:
        raise ConfigError(f"least peak: time_limit_s is {time_limit_s}, expected more than 0 seconds")
    deadline = time.perf_counter() + time_limit_s
    own = tuple(range(len(problem.operators)))
    floor_bytes = peak_lower_bound_bytes(problem)
    if peak_bytes(problem, own) == floor_bytes:
        return PeakResult(peak_bytes=floor_bytes, lower_bound_bytes=floor_bytes, schedule=own)
    ends = (_End(problem, floor_bytes, is_backward=False), _End(problem, floor_bytes, is_backward=True))
    num_taken = 1
    while time.perf_counter() < deadline and all(end.num_sets < MAX_SETS for end in ends):
        raise_if_interrupted()
        for end in ends:
            if schedule := end.advance(num_taken):
                peak = peak_bytes(problem, schedule)
                return PeakResult(peak_bytes=peak, lower_bound_bytes=peak, schedule=schedule)
        num_taken = min(_CHUNK, 2 * num_taken)
    found = min((own, low_peak_order(problem, beam=_BEAM)), key=lambda order: peak_bytes(problem, order))
    peak = peak_bytes(problem, found)
    bound = max(end.lower_bound_bytes for end in ends)
    return PeakResult(peak_bytes=peak, lower_bound_bytes=min(peak, bound), schedule=found)


class _End:
    """A search from one end of the orders: forward, or with time reversed, which changes no peak.

    Branches that meet are hard to tell apart from where they begin and easy from where they meet, or the reverse.
    """

    def __init__(self, problem: PlanProblem, floor_bytes: int, *, is_backward: bool) -> None:
        self._is_backward = is_backward
        self._graph = _graph_of(problem, _successors(problem) if is_backward else problem.predecessors)
        self._sets = _first_set(self._graph, floor_bytes)

    @property
    def num_sets(self) -> int:
        """Sets of operators found so far."""
        return int(self._sets.counts[0])

    @property
    def lower_bound_bytes(self) -> int:
        """No order that is still to be found has a lower peak."""
        return int(self._sets.heap[0, 0])

    def advance(self, num_taken: int) -> tuple[int, ...] | None:
        """Take up to ``num_taken`` sets more; return the order of least peak when it was found."""
        self._sets, row = advance(self._graph, self._sets, num_taken)
        if row < 0:
            return None
        order = _way_to(self._sets, row)
        return order[::-1] if self._is_backward else order


def _successors(problem: PlanProblem) -> tuple[frozenset[int], ...]:
    """By operator: the operators that read what it makes."""
    tensors = problem.tensors
    return tuple(frozenset(one for made in outputs for one in tensors[made].consumers) for outputs in problem.outputs)


def _graph_of(problem: PlanProblem, predecessors: Sequence[frozenset[int]]) -> PeakGraph:
    num_operators = len(problem.operators)
    operands = [problem.operands(operator) for operator in range(num_operators)]
    table = np.full((num_operators, max([1, *map(len, operands)])), -1, dtype=np.int64)
    for operator, tensors in enumerate(operands):
        table[operator, : len(tensors)] = tensors
    users = [
        tensor.consumers if tensor.producer is None else (tensor.producer, *tensor.consumers)
        for tensor in problem.tensors
    ]
    return PeakGraph(
        predecessors=set_rows(predecessors, num_operators),
        users=set_rows(users, num_operators),
        operands=table,
        sizes=np.array([tensor.size_bytes for tensor in problem.tensors], dtype=np.int64),
    )


def _first_set(graph: PeakGraph, floor_bytes: int) -> Sets:
    """The set of no operators, to be taken next; a peak below ``floor_bytes``, a lower bound, counts as that."""
    rows = 64
    sets = Sets(
        words=np.zeros((rows, graph.predecessors.shape[1]), dtype=np.int64),
        numbers=np.zeros((rows, NUM_FIELDS), dtype=np.int64),
        slots=np.full(2 * rows, -1, dtype=np.int64),
        heap=np.zeros((rows, 3), dtype=np.int64),
        counts=np.ones(2, dtype=np.int64),
    )
    sets.numbers[0, PEAK] = floor_bytes
    sets.heap[0, 0] = floor_bytes
    sets.slots[slot_of(sets, sets.words[0])] = 0
    return sets


def _way_to(sets: Sets, row: int) -> tuple[int, ...]:
    order: list[int] = []
    while sets.numbers[row, DEPTH] > 0:
        order.append(int(sets.numbers[row, OPERATOR]))
        row = int(sets.numbers[row, PARENT])
    return tuple(reversed(order))
