"""Exact packing: boxes with fixed lifetimes below a capacity, or the proof that there is no room for them.

Boxes are placed by size first; when that does not fit, complete searches that prefer different boxes take turns, each
going on where it stopped, until one of them is done.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from mapper.kernels import lowest_fit
from mapper.kernels.lowest_fit import Lifetimes
from mapper.kernels.packing import IMPOSSIBLE, PLACED, RUNNING
from mapper.packing_search import ORDERING_LETTERS, ORDERINGS, compile_searches, search_in_turns
from workloads.errors import ConfigError

LARGEST_VALUE = 2**53
"""Of a size, an offset or a time."""

_LARGEST_SUM = 2**62
"""Of sizes and alignments; offsets stay below and are exact in 64 bits."""


class PackingVerdict(StrEnum):
    """What is known of a packing."""

    PLACED = "placed"
    IMPOSSIBLE = "impossible"
    """Proven."""
    UNKNOWN = "unknown"
    """Time ran out."""


_VERDICTS = {RUNNING: PackingVerdict.UNKNOWN, PLACED: PackingVerdict.PLACED, IMPOSSIBLE: PackingVerdict.IMPOSSIBLE}


@dataclass(frozen=True, slots=True)
class Box:
    """Bytes that are taken for a while.

    Parameters
    ----------
    lower, upper : int
        Lifetime [lower, upper), in steps.
    size : int
        Bytes.
    alignment : int
        The offset is a multiple of it.

    Raises
    ------
    ConfigError
        For an empty lifetime, a negative size, an alignment below 1, or a value beyond ``LARGEST_VALUE``.
    """

    lower: int
    upper: int
    size: int
    alignment: int = 1

    def __post_init__(self) -> None:
        if self.lower >= self.upper:
            raise ConfigError(f"lifetime: expected lower < upper, found {self.lower} and {self.upper}")
        if self.size < 0:
            raise ConfigError(f"size: expected at least 0 bytes, found {self.size}")
        if self.alignment < 1:
            raise ConfigError(f"alignment: expected at least 1 byte, found {self.alignment}")
        largest = max(abs(self.lower), abs(self.upper), self.size, self.alignment)
        if largest > LARGEST_VALUE:
            raise ConfigError(f"box: expected values up to {LARGEST_VALUE}, found {largest}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """Offsets of boxes, or what is known without them.

    Parameters
    ----------
    verdict : PackingVerdict
    offsets : tuple of int
        Bytes, in the order of the boxes; empty unless placed. No box fits lower while the others stay.
    seconds : float
    num_nodes : int
        Placements tried by the searches; 0 when placing by size or a sum of sizes decided.
    """

    verdict: PackingVerdict
    offsets: tuple[int, ...] = ()
    seconds: float = 0.0
    num_nodes: int = 0


def pack(
    boxes: Sequence[Box],
    capacity_bytes: int,
    *,
    time_limit_s: float | None = None,
    orderings: Sequence[str] = ORDERINGS,
) -> Packing:
    """Return offsets such that boxes that live at the same time do not overlap and all end by the capacity.

    Parameters
    ----------
    boxes : sequence of Box
    capacity_bytes : int
    time_limit_s : float, optional
        Of the searches; when it is over the verdict is ``unknown``. 0 leaves placing by size and the sums of sizes. No
        limit unless given.
    orderings : sequence of str
        Searches to take turns, of the form of ``ORDERINGS``.

    Raises
    ------
    ConfigError
        For a capacity below 1, a negative time limit, sizes whose sum leaves 64 bits, or no ordering that is known.
    """
    begin = time.perf_counter()
    _check(boxes, capacity_bytes, time_limit_s, orderings)
    offsets = greedy_by_size(boxes)
    verdict, num_nodes = PackingVerdict.PLACED, 0
    if peak_bytes(boxes, offsets) > capacity_bytes:
        compile_searches()
        deadline = math.inf if time_limit_s is None else time.perf_counter() + time_limit_s
        found = search_in_turns(_lifetimes(boxes), capacity_bytes, deadline, orderings)
        verdict, num_nodes = _VERDICTS[found.status], found.num_nodes
        offsets = tuple(found.offsets.tolist())
    if verdict is PackingVerdict.PLACED:
        offsets = tuple(lowest_fit.push_down(_lifetimes(boxes), np.array(offsets, np.int64)).tolist())
    else:
        offsets = ()
    return Packing(verdict=verdict, offsets=offsets, seconds=time.perf_counter() - begin, num_nodes=num_nodes)


def _check(boxes: Sequence[Box], capacity_bytes: int, time_limit_s: float | None, orderings: Sequence[str]) -> None:
    if not 1 <= capacity_bytes <= LARGEST_VALUE:
        raise ConfigError(f"capacity_bytes: expected 1 to {LARGEST_VALUE}, found {capacity_bytes}")
    if time_limit_s is not None and not time_limit_s >= 0:
        raise ConfigError(f"time_limit_s: expected at least 0 seconds, found {time_limit_s}")
    largest = sum(box.size + box.alignment for box in boxes)
    if largest > _LARGEST_SUM:
        raise ConfigError(f"boxes: expected at most {_LARGEST_SUM} bytes with their alignments, found {largest}")
    unknown = [ordering for ordering in orderings if not ordering or set(ordering) - set(ORDERING_LETTERS)]
    if unknown or not orderings:
        raise ConfigError(f"orderings: expected letters of {ORDERING_LETTERS}, found {(unknown or ['none'])[0]!r}")


def greedy_by_size(boxes: Sequence[Box]) -> tuple[int, ...]:
    """Return the offsets when the largest box is placed first, each where it fits lowest; for comparison."""
    order = np.array(sorted(range(len(boxes)), key=lambda box: -boxes[box].size), np.int64)
    return tuple(lowest_fit.place_in_order(_lifetimes(boxes), order).tolist())


def peak_bytes(boxes: Sequence[Box], offsets: Sequence[int]) -> int:
    """Return where the highest box ends."""
    return max((offset + box.size for box, offset in zip(boxes, offsets, strict=True)), default=0)


def _lifetimes(boxes: Sequence[Box]) -> Lifetimes:
    fields = [(box.lower, box.upper, box.size, box.alignment) for box in boxes]
    return Lifetimes(*np.array(fields, np.int64).reshape(-1, 4).T.copy())
