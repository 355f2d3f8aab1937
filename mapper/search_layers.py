"""Layer by layer through the orders of a problem, with the kernels of ``order_search``: all states, or the best few."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from mapper.gaps import Gap, gaps_of
from mapper.interruption import raise_if_interrupted
from mapper.kernels.order_search import (
    COST,
    OPERATOR,
    PARENT,
    TOTAL,
    Graph,
    Int64Array,
    Layer,
    Limits,
    expand,
    load_bound_bytes,
)
from mapper.problem import PlanProblem
from mapper.search_graph import empty_layer, first_layer, members

MAX_STATES = 2_000_000
"""States kept of one layer; an exact search that needs more ends without a proof."""

_CHUNK = 64
"""States expanded between two looks at the clock and at the limit of a beam."""

_ALL = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Residency:
    """An order, and the gaps between uses in which tensors stay.

    Parameters
    ----------
    schedule : tuple of int
    kept : frozenset of Gap
    cost_bytes : int
        Bytes moved beyond the compulsory ones.
    """

    schedule: tuple[int, ...]
    kept: frozenset[Gap]
    cost_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How far to search.

    Parameters
    ----------
    most_bytes : int
        Plans above this cost are of no interest.
    beam : int or None
        States kept a layer; all when None.
    num_covers : int
        Sets of tensors tried to make room for one operator of one state; all when very large.
    with_bound : bool
        Whether what remaining operators force out counts; takes time by their number for each state.
    deadline : float
        Of ``time.perf_counter``.
    """

    most_bytes: int = _ALL
    beam: int | None = None
    num_covers: int = _ALL
    with_bound: bool = True
    deadline: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a pass found.

    Parameters
    ----------
    best : Residency or None
    lower_bound_bytes : int
        No plan costs less, whatever its addresses.
    """

    best: Residency | None
    lower_bound_bytes: int


def search_layers(problem: PlanProblem, graph: Graph, effort: Effort) -> Outcome:
    """Return the least residency that costs at most ``effort.most_bytes``; a beam's is the least it comes across."""
    layer, rows = first_layer(graph), np.zeros(1, dtype=np.int64)
    bound = load_bound_bytes(graph, layer.sets[0], _ALL)
    history: list[_Step] = []
    for _ in problem.operators:
        following = _next_layer(graph, layer, rows, effort)
        if effort.beam is None:
            bound = max(bound, min(int(layer.numbers[rows, TOTAL].min()), effort.most_bytes + 1))
        if following is None:
            return Outcome(best=None, lower_bound_bytes=bound)
        kept = _best_rows(following, effort.beam)
        if not kept.size:
            return Outcome(best=None, lower_bound_bytes=bound if effort.beam else effort.most_bytes + 1)
        history.append(_Step.between(graph, layer, rows, following))
        layer, rows = following, kept
    cost_bytes = int(layer.numbers[rows[0], COST])
    best = _residency(problem, history, int(rows[0]), cost_bytes)
    return Outcome(best=best, lower_bound_bytes=bound if effort.beam else cost_bytes)


def _next_layer(graph: Graph, layer: Layer, rows: Int64Array, effort: Effort) -> Layer | None:
    """The states that follow ``rows``; None when time or room is up. A beam's limit falls as better states turn up."""
    following, most_bytes, checked = empty_layer(graph), effort.most_bytes, 0
    for begin in range(0, rows.size, _CHUNK):
        raise_if_interrupted()
        if time.perf_counter() > effort.deadline or following.num_states[0] > MAX_STATES:
            return None
        limits = Limits(most_bytes, effort.num_covers, effort.with_bound)
        following = expand(graph, layer, rows[begin : begin + _CHUNK], following, limits)
        if effort.beam is not None and following.num_states[0] > checked + effort.beam:
            checked = int(following.num_states[0])
            most_bytes = min(most_bytes, _beam_limit(following, effort.beam))
    return following


def _alive(layer: Layer) -> Int64Array:
    """Rows of ``layer`` that none dominates."""
    return np.flatnonzero(layer.numbers[: layer.num_states[0], COST] >= 0)


def _beam_limit(layer: Layer, beam: int) -> int:
    totals = layer.numbers[_alive(layer), TOTAL]
    return int(np.partition(totals, beam - 1)[beam - 1]) if totals.size > beam else _ALL


def _best_rows(layer: Layer, beam: int | None) -> Int64Array:
    """The rows to go on with, those of the least bound first."""
    rows = _alive(layer)
    order = np.lexsort((layer.numbers[rows, COST], layer.numbers[rows, TOTAL]))
    return rows[order[:beam]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """What is needed of a layer once it is passed: by state, where it came from and what was there before."""

    parents: Int64Array
    operators: Int64Array
    residents: Int64Array

    @classmethod
    def between(cls, graph: Graph, layer: Layer, rows: Int64Array, following: Layer) -> _Step:
        """``residents`` are those of ``layer``, of which only ``rows`` have followers."""
        first = graph.predecessors.shape[1]
        size = int(following.num_states[0])
        residents = np.zeros((int(rows.max()) + 1, graph.saved.size), dtype=np.int64)
        residents[rows] = layer.sets[rows, first : first + graph.saved.size]
        return cls(
            parents=following.numbers[:size, PARENT].copy(),
            operators=following.numbers[:size, OPERATOR].copy(),
            residents=residents,
        )


def _residency(problem: PlanProblem, history: list[_Step], row: int, cost_bytes: int) -> Residency:
    """The way to ``row`` of the last layer."""
    schedule: list[int] = []
    residents: list[frozenset[int]] = []
    for step in reversed(history):
        schedule.append(int(step.operators[row]))
        row = int(step.parents[row])
        residents.append(frozenset(members(step.residents[row])))
    schedule.reverse()
    residents.reverse()  # by step: what is in the scratchpad just before it
    gaps = gaps_of(problem, schedule)
    kept = frozenset(gap for gap in gaps if gap.tensor in residents[gap.after])
    return Residency(schedule=tuple(schedule), kept=kept, cost_bytes=cost_bytes)
