"""What two parts of an order agree on: which shared tensors are in the scratchpad, and which have a copy off-chip."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from enum import StrEnum

from mapper.gaps import write_bytes
from mapper.partition.cuts import Cut
from mapper.problem import PlanProblem


class Where(StrEnum):
    """Where a tensor is at a cut."""

    ON_CHIP = "on_chip"
    """In the scratchpad alone."""
    BOTH = "both"
    """In the scratchpad, and off-chip; or it will be written whatever happens."""
    OFF_CHIP = "off_chip"


Boundary = Mapping[int, Where]
"""By tensor that lives across a cut: where it is. Empty at both ends of an order."""


def boundaries(problem: PlanProblem, cut: Cut, capacity_bytes: int) -> tuple[Boundary, ...]:
    """Return every state of the tensors across ``cut`` that fits in the scratchpad."""
    choices = [
        (Where.BOTH, Where.OFF_CHIP) if write_bytes(problem, tensor) == 0 else tuple(Where) for tensor in cut.tensors
    ]
    states = (dict(zip(cut.tensors, one, strict=True)) for one in itertools.product(*choices))
    return tuple(state for state in states if present_bytes(problem, state) <= capacity_bytes)


def present_bytes(problem: PlanProblem, boundary: Boundary) -> int:
    """Return the bytes of the scratchpad that ``boundary`` takes."""
    return sum(problem.tensors[tensor].size_bytes for tensor in present(boundary))


def present(boundary: Boundary) -> tuple[int, ...]:
    """Return the tensors that are in the scratchpad."""
    return tuple(tensor for tensor, where in boundary.items() if where is not Where.OFF_CHIP)
