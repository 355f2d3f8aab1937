"""Whole-tensor plans by exhaustion: every order, every choice of what stays, every stacking of addresses.

For problems of up to six operators or so. Shares nothing with the planners but the problem's fields.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mapper.problem import PlanProblem


@dataclass(frozen=True)
class Gap:
    """Steps ``before`` and ``after`` use ``tensor``, none between does."""

    tensor: int
    before: int
    after: int


def all_orders(problem: PlanProblem) -> Iterator[tuple[int, ...]]:
    """Every order that respects the graph, in lexicographic order."""
    needed = problem.predecessors
    chosen: list[int] = []

    def extend() -> Iterator[tuple[int, ...]]:
        if len(chosen) == len(needed):
            yield tuple(chosen)
        for operator, before in enumerate(needed):
            if operator not in chosen and before <= set(chosen):
                chosen.append(operator)
                yield from extend()
                chosen.pop()

    return extend()


def uses_by_tensor(problem: PlanProblem, order: Sequence[int]) -> list[list[int]]:
    """Steps at which each tensor is made or read, ascending."""
    steps: list[list[int]] = [[] for _ in problem.tensors]
    for step, operator in enumerate(order):
        for tensor in {*problem.inputs[operator], *problem.outputs[operator]}:
            steps[tensor].append(step)
    return steps


def peak_bytes(problem: PlanProblem, order: Sequence[int]) -> int:
    """The most bytes alive at a step when nothing leaves before its last use."""
    alive = [0] * len(order)
    for tensor, steps in zip(problem.tensors, uses_by_tensor(problem, order), strict=True):
        for step in range(steps[0], steps[-1] + 1) if steps else ():
            alive[step] += tensor.size_bytes
    return max(alive, default=0)


def least_peak_bytes(problem: PlanProblem) -> int:
    """M_P."""
    return min(peak_bytes(problem, order) for order in all_orders(problem))


def least_need_bytes(problem: PlanProblem) -> int:
    """M_R."""
    tensors = problem.tensors
    return max(
        sum(tensors[tensor].size_bytes for tensor in {*read, *made})
        for read, made in zip(problem.inputs, problem.outputs, strict=True)
    )


def optimum_bytes(
    problem: PlanProblem, capacity: int, *, order: Sequence[int] | None = None, addresses: bool = True
) -> int | None:
    """The least bytes beyond the compulsory ones; None when an operator's operands do not fit.

    Parameters
    ----------
    order : sequence of int or None
        Of this order only; of all unless given.
    addresses : bool
        Without, bytes are counted at each step, and whether they have places is not asked.
    """
    best: int | None = None
    for one in [tuple(order)] if order is not None else all_orders(problem):
        found = _optimum_of_order(problem, one, capacity, best, addresses)
        best = found if found is not None else best
        if best == 0:
            break
    return best


def _optimum_of_order(
    problem: PlanProblem, order: Sequence[int], capacity: int, best: int | None, addresses: bool
) -> int | None:
    """The least bytes of ``order``; None when not below ``best``."""
    uses = uses_by_tensor(problem, order)
    gaps = [Gap(tensor, *pair) for tensor, steps in enumerate(uses) for pair in itertools.pairwise(steps)]
    choices = sorted(
        (moved_bytes(problem, gaps, kept), kept) for kept in itertools.product((True, False), repeat=len(gaps))
    )
    for cost, kept in choices:
        if best is not None and cost >= best:
            return None
        boxes = episodes(problem, uses, kept)
        loads = [sum(size for first, last, size in boxes if first <= step <= last) for step in range(len(order))]
        if max(loads, default=0) <= capacity and (not addresses or packs(boxes, capacity)):
            return cost
    return None


def moved_bytes(problem: PlanProblem, gaps: Sequence[Gap], kept: Sequence[bool]) -> int:
    """A read for every gap not kept, one write for a tensor that has no copy and needs one."""
    left = [gap.tensor for gap, stays in zip(gaps, kept, strict=True) if not stays]
    tensors = problem.tensors
    written = {tensor for tensor in left if tensors[tensor].producer is not None and not tensors[tensor].is_output}
    return sum(tensors[tensor].size_bytes for tensor in [*left, *written])


def episodes(
    problem: PlanProblem, uses: Sequence[Sequence[int]], kept: Sequence[bool]
) -> tuple[tuple[int, int, int], ...]:
    """(first step, last step, size) of each stay; ``kept`` goes through the gaps tensor by tensor."""
    bits = iter(kept)
    found = []
    for tensor, steps in zip(problem.tensors, uses, strict=True):
        if not steps:
            continue
        first = steps[0]
        for before, after in itertools.pairwise(steps):
            if not next(bits):
                found.append((first, before, tensor.size_bytes))
                first = after
        found.append((first, steps[-1], tensor.size_bytes))
    return tuple(found)


def packs(boxes: Sequence[tuple[int, int, int]], capacity: int) -> bool:
    """Whether (first step, last step, size) boxes have places below ``capacity``.

    Stacks them in every order, each on the highest below it. That loses nothing: take any packing, stack its boxes by
    ascending offset, and each comes to lie no higher than it was.
    """
    num_steps = 1 + max((last for _, last, _ in boxes), default=0)
    seen: set[tuple[frozenset[int], tuple[int, ...]]] = set()

    def stack(left: frozenset[int], heights: tuple[int, ...]) -> bool:
        if not left:
            return True
        if (left, heights) in seen:
            return False
        seen.add((left, heights))
        for box in left:
            first, last, size = boxes[box]
            top = max(heights[first : last + 1]) + size
            above = heights[:first] + (top,) * (last + 1 - first) + heights[last + 1 :]
            if top <= capacity and stack(left - {box}, above):
                return True
        return False

    return stack(frozenset(range(len(boxes))), (0,) * num_steps)
