"""A bound over all orders from their least peak: what does not fit at the fullest step has left, and comes back.

In any order some step keeps at least M_P bytes alive. Of those, capacity bytes at most are in the scratchpad; the rest
is in tensors that were used before the step and are used after it, and not in the step: each is read once more, and
written before that unless off-chip memory has a copy anyway. They leave as wholes, so what leaves is a sum of sizes.
"""

from __future__ import annotations

import math

from mapper.gaps import write_bytes
from mapper.problem import PlanProblem

_MOST_UNITS = 2_000_000
"""Sums of sizes are told apart up to so many units; beyond, any multiple of the unit counts as one."""


def peak_bound_bytes(problem: PlanProblem, capacity_bytes: int, least_peak_bytes: int) -> int:
    """Return bytes beyond the compulsory ones that every plan of every order moves.

    Parameters
    ----------
    problem : PlanProblem
    capacity_bytes : int
    least_peak_bytes : int
        No order has a lower peak.
    """
    missing = least_peak_bytes - capacity_bytes
    if missing <= 0:
        return 0
    several = [one for one in range(len(problem.tensors)) if _num_uses(problem, one) > 1]
    once = [problem.tensors[one].size_bytes for one in several if write_bytes(problem, one) == 0]
    twice = [problem.tensors[one].size_bytes for one in several if write_bytes(problem, one) > 0]
    # What moves once goes first, and is taken in any amount; the rest in sums of whole tensors.
    from_twice = _least_sum(twice, max(0, missing - sum(once)))
    return 2 * from_twice + max(0, missing - from_twice)


def _num_uses(problem: PlanProblem, tensor: int) -> int:
    one = problem.tensors[tensor]
    return len(one.consumers) + (one.producer is not None)


def _least_sum(sizes: list[int], at_least: int) -> int:
    """Return the least sum of some of ``sizes`` that is no less than ``at_least``, or a bound of it from below."""
    unit = math.gcd(*sizes) or 1
    units = -(-at_least // unit)
    if units > _MOST_UNITS or sum(sizes) < at_least:
        return units * unit
    sums = 1  # bit n is 1 when some of the sizes make n units
    mask = (1 << (units + max(sizes, default=0) // unit + 1)) - 1
    for size in sizes:
        sums |= (sums << (size // unit)) & mask
    reached = sums >> units
    return (units + (reached & -reached).bit_length() - 1) * unit
