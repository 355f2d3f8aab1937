"""The plan of least cost in a fixed order: the integer program, then places, then again without what had none."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from mapper.allocate import PackingVerdict
from mapper.ilp_residency import Decision, ResidencyProgram
from mapper.residency.choices import ResidencyProblem
from mapper.residency.places import Boxes, boxes_of, forbid_what_does_not_fit, place

_MOST_ROUNDS = 20
"""Programs solved for the whole capacity before a smaller one is tried."""
_PLACING_SECONDS = 1.0
_SHRUNK_FRACTIONS = (0.98, 0.95, 0.9, 0.8)
"""Of the capacity: programs that leave room for gaps between boxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedDecision:
    """A decision with places.

    Parameters
    ----------
    schedule : tuple of int
    decision : Decision
    boxes : Boxes
    offsets_bytes : tuple of int
        By box.
    cost : int
    lower_bound : int
        No plan of this order, with these choices, costs less.
    """

    schedule: tuple[int, ...]
    decision: Decision
    boxes: Boxes
    offsets_bytes: tuple[int, ...]
    cost: int
    lower_bound: int


def plan_order(
    problem: ResidencyProblem, schedule: Sequence[int], capacity_bytes: int, time_limit_s: float
) -> PlacedDecision | None:
    """Return the best plan found in ``time_limit_s`` seconds; None when there is none, or none was found."""
    deadline = time.perf_counter() + time_limit_s
    program = ResidencyProgram(problem, schedule, capacity_bytes)
    lower_bound = 0
    for _ in range(_MOST_ROUNDS):
        decision = program.solve(deadline - time.perf_counter())
        if decision.choices is None:
            break
        lower_bound = max(lower_bound, decision.lower_bound)
        boxes = boxes_of(program, decision)
        packing = place(boxes, capacity_bytes, min(_PLACING_SECONDS, deadline - time.perf_counter()))
        if packing.verdict is PackingVerdict.PLACED:
            return _placed(problem, program, decision, boxes, packing.offsets, lower_bound)
        if packing.verdict is not PackingVerdict.IMPOSSIBLE:
            break
        if not forbid_what_does_not_fit(program, boxes, deadline - time.perf_counter()):
            break
    for fraction in _SHRUNK_FRACTIONS:
        smaller = ResidencyProgram(problem, schedule, int(fraction * capacity_bytes))
        decision = smaller.solve(max(1.0, deadline - time.perf_counter()))
        if decision.choices is None:
            continue
        boxes = boxes_of(smaller, decision)
        packing = place(boxes, capacity_bytes, _PLACING_SECONDS)
        if packing.verdict is PackingVerdict.PLACED:
            return _placed(problem, smaller, decision, boxes, packing.offsets, lower_bound)
    return None


def _placed(
    problem: ResidencyProblem,
    program: ResidencyProgram,
    decision: Decision,
    boxes: Boxes,
    offsets: tuple[int, ...],
    lower_bound: int,
) -> PlacedDecision:
    assert decision.choices is not None
    chosen = zip(program.schedule, decision.choices, strict=True)
    cost = sum(problem.choices[operator][choice].cost for operator, choice in chosen)
    cost += sum(problem.load_costs[tensor] for tensor, _ in decision.loaded)
    cost += sum(problem.store_costs[tensor] for tensor in decision.stored)
    return PlacedDecision(
        schedule=program.schedule,
        decision=decision,
        boxes=boxes,
        offsets_bytes=offsets,
        cost=cost,
        lower_bound=lower_bound,
    )
