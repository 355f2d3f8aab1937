"""Plans of tiling and residency in a fixed order by exhaustion: every choice of every operator, every gap kept or not.

For two to four operators. Shares nothing with the planner but the problem's fields, and the packing of
``tests.mapper.plan_brute_force``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mapper.residency.choices import Choice, ResidencyProblem
from tests.mapper.plan_brute_force import packs, uses_by_tensor


@dataclass(frozen=True)
class Plan:
    """A choice a step, and (tensor, step before, step after) of each gap that a tensor stays through."""

    chosen: tuple[Choice, ...]
    kept: frozenset[tuple[int, int, int]]


def optimum(
    problem: ResidencyProblem,
    capacity: int,
    *,
    order: Sequence[int] | None = None,
    addresses: bool = True,
    below: float = math.inf,
) -> int | None:
    """The least cost; None when there is no plan, or none that costs less than ``below``.

    Without ``addresses``, bytes are counted at each step, and whether they have places is not asked.
    """
    steps = tuple(order if order is not None else range(len(problem.choices)))
    uses = uses_by_tensor(problem.tensors, steps)
    best: int | None = None
    for chosen in cheap_first(problem, steps):
        limit = below if best is None else best
        if sum(one.cost for one in chosen) >= limit:
            break
        for kept in kept_sets(chosen, uses):
            plan = Plan(chosen, kept)
            cost = cost_of(problem, plan, uses)
            if cost >= (below if best is None else best):
                continue
            if not fits(problem, plan, uses, capacity):
                continue
            if addresses and not packs(boxes_of(problem, plan, uses), capacity):
                continue
            best = cost
    return best


def cheap_first(problem: ResidencyProblem, steps: Sequence[int]) -> list[tuple[Choice, ...]]:
    """All combinations of choices, by the sum of their own costs."""
    combinations = itertools.product(*(problem.choices[operator] for operator in steps))
    return sorted(combinations, key=lambda chosen: sum(one.cost for one in chosen))


def kept_sets(chosen: Sequence[Choice], uses: Sequence[Sequence[int]]) -> Iterator[frozenset[tuple[int, int, int]]]:
    """Every set of gaps at whose ends the tensor is whole."""
    gaps = [
        (tensor, before, after)
        for tensor, steps in enumerate(uses)
        for before, after in itertools.pairwise(steps)
        if tensor in chosen[before].whole and tensor in chosen[after].whole
    ]
    for keeps in itertools.product((True, False), repeat=len(gaps)):
        yield frozenset(gap for gap, stays in zip(gaps, keeps, strict=True) if stays)


def cost_of(problem: ResidencyProblem, plan: Plan, uses: Sequence[Sequence[int]]) -> int:
    """Follows each tensor from use to use: who has a copy, and what has to be fetched or written."""
    total = sum(one.cost for one in plan.chosen)
    for tensor, steps in enumerate(uses):
        one = problem.tensors.tensors[tensor]
        is_made = one.producer is not None
        off_chip, needs_copy = not is_made, one.is_output
        for number, step in enumerate(steps):
            whole = tensor in plan.chosen[step].whole
            if number == 0 and is_made:
                off_chip = not whole  # streamed out within the operator's own cost
                continue
            stays = number > 0 and (tensor, steps[number - 1], step) in plan.kept
            if whole and not stays:
                total += problem.load_costs[tensor]
            needs_copy = needs_copy or not (whole and stays)
        if steps and not off_chip and needs_copy:
            total += problem.store_costs[tensor]
    return total


def overlays(problem: ResidencyProblem, choice: Choice) -> list[tuple[int, int]]:
    """Operands that their operator's result is written over: both are whole."""
    return [pair for pair in problem.in_place.items() if choice.whole.issuperset(pair)]


def fits(problem: ResidencyProblem, plan: Plan, uses: Sequence[Sequence[int]], capacity: int) -> bool:
    """Whether the bytes of each step are at most ``capacity``."""
    sizes = [tensor.size_bytes for tensor in problem.tensors.tensors]
    for step, choice in enumerate(plan.chosen):
        present = set(choice.whole) | {gap[0] for gap in plan.kept if gap[1] < step < gap[2]}
        shared = sum(sizes[source] for source, _ in overlays(problem, choice))
        if choice.buffer_bytes + sum(sizes[tensor] for tensor in present) - shared > capacity:
            return False
    return True


def boxes_of(problem: ResidencyProblem, plan: Plan, uses: Sequence[Sequence[int]]) -> tuple[tuple[int, int, int], ...]:
    """(first step, last step, size) of each place: of a stay, of stays in one place one after another, of buffers."""
    sizes = [tensor.size_bytes for tensor in problem.tensors.tensors]
    stays = []
    for tensor, steps in enumerate(uses):
        current: list[int] | None = None
        for number, step in enumerate(steps):
            if tensor not in plan.chosen[step].whole:
                continue
            if current is not None and (tensor, steps[number - 1], step) in plan.kept:
                current[1] = step
            else:
                current = [step, step]
                stays.append((tensor, current))
    for step, choice in enumerate(plan.chosen):
        for source, result in overlays(problem, choice):
            first = next(span for tensor, span in stays if tensor == source and span[1] == step)
            then = next(span for tensor, span in stays if tensor == result and span[0] == step)
            then[0] = first[0]
            stays = [(tensor, span) for tensor, span in stays if span is not first]
    buffers = [(step, step, choice.buffer_bytes) for step, choice in enumerate(plan.chosen) if choice.buffer_bytes]
    return (*((span[0], span[1], sizes[tensor]) for tensor, span in stays), *buffers)
