"""A plan over whole tensors: an order, and where each tensor is in the scratchpad from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mapper.problem import PlanProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A tensor in the scratchpad, at one place, from one step to another, both included.

    It begins with the step that makes the tensor, or with a read of it; in its last step some operator uses it.
    """

    tensor: int
    first_step: int
    last_step: int
    offset_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorPlan:
    """An order of a problem's operators with the episodes of its tensors.

    Parameters
    ----------
    schedule : tuple of int
        Operators by step.
    episodes : tuple of Episode
        Sorted by first step.
    """

    schedule: tuple[int, ...]
    episodes: tuple[Episode, ...]


def spill_bytes(problem: PlanProblem, schedule: Sequence[int], episodes: Sequence[Episode]) -> int:
    """Return the bytes that ``episodes`` move beyond the compulsory ones.

    Every episode after a tensor's first costs a read. A tensor that an operator makes and that is no output is written
    before its second episode: once.
    """
    counts = [0] * len(problem.tensors)
    for episode in episodes:
        counts[episode.tensor] += 1
    total = 0
    for tensor, count in zip(problem.tensors, counts, strict=True):
        if count > 1:
            written = tensor.producer is not None and not tensor.is_output
            total += tensor.size_bytes * (count - 1 + written)
    return total
