"""Which tensor leaves the scratchpad when another needs its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A tensor that may leave: it is in the scratchpad, and the present step does not use it.

    Parameters
    ----------
    tensor : int
    size_bytes : int
    next_use_step : int
    has_copy : bool
        Off-chip memory holds it already, or will whatever happens: leaving costs no write.
    """

    tensor: int
    size_bytes: int
    next_use_step: int
    has_copy: bool

    @property
    def moved_bytes(self) -> int:
        """Bytes to write it, where there is no copy, and to read it again."""
        return self.size_bytes * (1 if self.has_copy else 2)


Policy = Callable[[Candidate], tuple[int, int, int]]
"""Rank of a candidate; the lowest leaves first."""


def belady(candidate: Candidate) -> tuple[int, int, int]:
    """Rank first what is needed furthest away; of those, the largest.

    Source: Belady, A study of replacement algorithms for a virtual-storage computer, IBM Systems Journal 5(2), 1966.
    """
    return -candidate.next_use_step, -candidate.size_bytes, candidate.tensor


def cheapest(candidate: Candidate) -> tuple[int, int, int]:
    """Rank first what takes the fewest bytes to evict and to bring back; of those, what is needed furthest away."""
    return candidate.moved_bytes, -candidate.next_use_step, candidate.tensor
