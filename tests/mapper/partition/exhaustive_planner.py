"""A planner of parts that tries everything: for a few operators."""

from __future__ import annotations

import itertools

from mapper.certificate import Certificate, Verdict
from mapper.gaps import gaps_of, moved_bytes, placed_plan, stays_of
from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan
from tests.mapper.plan_brute_force import all_orders


def exhaustive(problem: PlanProblem, capacity_bytes: int) -> Certificate:
    """The best plan of all orders, or the proof that there is none."""
    best: tuple[int, TensorPlan] | None = None
    for order in all_orders(problem):
        gaps = gaps_of(problem, order)
        choices = [frozenset(itertools.compress(gaps, bits)) for bits in itertools.product((1, 0), repeat=len(gaps))]
        for kept in sorted(choices, key=lambda kept: moved_bytes(problem, set(gaps) - kept)):
            moved = moved_bytes(problem, set(gaps) - kept)
            if best is not None and moved >= best[0]:
                break
            plan = _packed(problem, order, kept, capacity_bytes)
            if plan is not None:
                best = moved, plan
    if best is None:
        return Certificate(verdict=Verdict.INFEASIBLE, seconds=0, method="exhaustive", reason="tried everything")
    return Certificate(
        verdict=Verdict.OPTIMAL,
        plan=best[1],
        objective_bytes=best[0],
        lower_bound_bytes=best[0],
        seconds=0,
        method="exhaustive",
    )


def _packed(problem: PlanProblem, order, kept, capacity_bytes: int) -> TensorPlan | None:
    """Stays stacked in every order, each on the highest below it: one of these packs if anything does."""
    stays = stays_of(problem, order, kept)
    loads = [0] * len(order)
    for stay in stays:
        for step in range(stay.first_step, stay.last_step + 1):
            loads[step] += problem.tensors[stay.tensor].size_bytes
    if max(loads, default=0) > capacity_bytes:
        return None
    dead_ends: set[tuple[frozenset[int], tuple[int, ...]]] = set()

    def stack(left: frozenset[int], heights: tuple[int, ...]) -> dict[int, int] | None:
        if not left:
            return {}
        if (left, heights) in dead_ends:
            return None
        dead_ends.add((left, heights))
        for one in left:
            stay = stays[one]
            span = range(stay.first_step, stay.last_step + 1)
            offset = max(heights[step] for step in span)
            top = offset + problem.tensors[stay.tensor].size_bytes
            if top <= capacity_bytes:
                above = tuple(top if step in span else height for step, height in enumerate(heights))
                rest = stack(left - {one}, above)
                if rest is not None:
                    return {**rest, one: offset}
        return None

    offsets = stack(frozenset(range(len(stays))), (0,) * len(order))
    return None if offsets is None else placed_plan(order, stays, [offsets[one] for one in range(len(stays))])
