"""A bound over all orders that takes no solver: what must be off-chip while single operators run.

A tensor t *spans* operator o when o does not use it, an ancestor of o makes or reads it, and a descendant of o reads
it: in any order, t is alive while o runs. Then t is in the scratchpad beside the operands of o, or off-chip only; in
that case it was written, unless it has a copy anyway, and it will be read again. At least

    missing(o) = operands of o + sum of the sizes of what spans o - capacity

bytes of what spans o are off-chip, and more precisely a multiple of the greatest common divisor of those sizes, for
they are a sum of some of them. Each such byte was moved once (a copy exists) or twice; those that move once first gives
the least. Operators that no tensor spans two of move different tensors: their bounds add up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from mapper.gaps import write_bytes
from mapper.precedence import spanning_tensors
from mapper.problem import PlanProblem


def spanning_bound_bytes(problem: PlanProblem, capacity_bytes: int) -> int:
    """Return bytes beyond the compulsory ones that every plan of every order moves; ``capacity_bytes`` at least M_R."""
    spans = spanning_tensors(problem)
    bounds = [_bound_at(problem, operator, across, capacity_bytes) for operator, across in enumerate(spans)]
    taken: set[int] = set()
    total = 0
    for operator in sorted(range(len(bounds)), key=lambda one: -bounds[one]):
        if bounds[operator] and taken.isdisjoint(spans[operator]):
            taken.update(spans[operator])
            total += bounds[operator]
    return total


def _bound_at(problem: PlanProblem, operator: int, across: Sequence[int], capacity_bytes: int) -> int:
    sizes = {tensor: problem.tensors[tensor].size_bytes for tensor in across}
    missing = problem.demand_bytes(operator) + sum(sizes.values()) - capacity_bytes
    if missing <= 0:
        return 0
    unit = math.gcd(*sizes.values())
    missing = -(-missing // unit) * unit
    copied = sum(size for tensor, size in sizes.items() if write_bytes(problem, tensor) == 0)
    return missing + max(0, missing - copied)
