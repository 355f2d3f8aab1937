"""The plan of least cost in a fixed order: the integer program, then places, then again without what had none."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from mapper.allocate import PackingVerdict
from mapper.ilp_residency import Decision, ResidencyProgram
from mapper.residency.choices import ResidencyProblem
from mapper.residency.places import Boxes, boxes_of, forbid_what_does_not_fit, peak_load_bytes, place
from mapper.residency.repair import repaired

_MOST_ROUNDS = 20
"""Programs solved for the whole capacity before a smaller one is tried."""
_PLACING_SECONDS = 0.5
_SHRUNK_FRACTIONS = (0.99, 0.97, 0.94, 0.9)
"""Of the load of boxes that had no places: programs in turn that leave more and more room for gaps between boxes."""
_SHRUNK_GAP_FRACTION = 0.002
"""These need not be solved to the end."""
_CLOSE_FRACTION = 0.01
"""A plan this little above the bound is good enough not to look for another, once one had no places."""
_FIRST_SHARE = 0.7
"""Of the time: for programs of the whole capacity."""


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
    begin = time.perf_counter()
    deadline, first_deadline = begin + time_limit_s, begin + _FIRST_SHARE * time_limit_s
    program = ResidencyProgram(problem, schedule, capacity_bytes)
    lower_bound = 0
    best: PlacedDecision | None = None
    load_bytes = capacity_bytes
    for _ in range(_MOST_ROUNDS):
        decision = program.solve(first_deadline - time.perf_counter())
        if decision.choices is None:
            break
        lower_bound = max(lower_bound, decision.lower_bound)
        boxes = boxes_of(program, decision)
        packing = place(boxes, capacity_bytes, _PLACING_SECONDS)
        if packing.verdict is PackingVerdict.PLACED:
            return _placed(program, decision, boxes, packing.offsets, lower_bound)
        load_bytes = peak_load_bytes(boxes)
        best = better(best, _repaired(program, decision, capacity_bytes, lower_bound))
        if packing.verdict is not PackingVerdict.IMPOSSIBLE or _is_close(best):
            break
        if not forbid_what_does_not_fit(program, boxes, first_deadline - time.perf_counter()):
            break
    for fraction in _SHRUNK_FRACTIONS:
        if _is_close(best) or time.perf_counter() > deadline:
            break
        smaller = ResidencyProgram(problem, schedule, int(fraction * load_bytes))
        decision = smaller.solve(deadline - time.perf_counter(), _SHRUNK_GAP_FRACTION)
        if decision.choices is not None:
            best = better(best, _repaired(smaller, decision, capacity_bytes, lower_bound))
    return best


def _repaired(
    program: ResidencyProgram, decision: Decision, capacity_bytes: int, lower_bound: int
) -> PlacedDecision | None:
    found = repaired(program, decision, capacity_bytes)
    return None if found is None else _placed(program, *found, lower_bound)


def better(one: PlacedDecision | None, other: PlacedDecision | None) -> PlacedDecision | None:
    """Return the cheaper of two plans, of which either may be missing."""
    if one is None or other is None:
        return one or other
    return min(one, other, key=lambda placed: placed.cost)


def _is_close(placed: PlacedDecision | None) -> bool:
    return placed is not None and placed.cost <= (1 + _CLOSE_FRACTION) * placed.lower_bound


def _placed(
    program: ResidencyProgram,
    decision: Decision,
    boxes: Boxes,
    offsets: tuple[int, ...],
    lower_bound: int,
) -> PlacedDecision:
    assert decision.choices is not None
    problem = program.problem
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
