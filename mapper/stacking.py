"""Places for boxes by stacking them: greedily, then in every order that can matter.

Any packing can be pushed down into one where each box, placed by ascending offset, lies on the highest below it; so
trying which box comes next, each as low as the skyline allows, loses nothing. For a few dozen boxes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """``size`` bytes from step ``lower`` on, until before step ``upper``."""

    lower: int
    upper: int
    size: int


class PackingVerdict(StrEnum):
    """What is proven of boxes and a capacity."""

    PLACED = "placed"
    IMPOSSIBLE = "impossible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packing:
    """Offsets by box, in bytes, when placed; empty otherwise."""

    verdict: PackingVerdict
    offsets: tuple[int, ...] = ()


class _OutOfTimeError(Exception):
    """The search's deadline has passed."""


_GREEDY_ORDERS: tuple[Callable[[Box], tuple[int, ...]], ...] = (
    lambda box: (-box.size,),
    lambda box: (box.lower, -box.upper),
    lambda box: (box.lower - box.upper, -box.size),
)


def pack(boxes: Sequence[Box], capacity_bytes: int, *, time_limit_s: float) -> Packing:
    """Return places of ``boxes`` below ``capacity_bytes``, or that there are none, or neither when time is up."""
    deadline = time.perf_counter() + time_limit_s
    for key in _GREEDY_ORDERS:
        keys = [key(box) for box in boxes]
        offsets = _first_fit(boxes, sorted(range(len(boxes)), key=keys.__getitem__))
        if all(offset + box.size <= capacity_bytes for box, offset in zip(boxes, offsets, strict=True)):
            return Packing(verdict=PackingVerdict.PLACED, offsets=tuple(offsets))
    num_steps = max((box.upper for box in boxes), default=0)
    loads = [0] * num_steps
    for box in boxes:
        for step in range(box.lower, box.upper):
            loads[step] += box.size
    if max(loads, default=0) > capacity_bytes:
        return Packing(verdict=PackingVerdict.IMPOSSIBLE)
    try:
        found = _stack(boxes, capacity_bytes, (0,) * num_steps, deadline)
    except (_OutOfTimeError, RecursionError):
        return Packing(verdict=PackingVerdict.UNKNOWN)
    if found is None:
        return Packing(verdict=PackingVerdict.IMPOSSIBLE)
    return Packing(verdict=PackingVerdict.PLACED, offsets=tuple(found[index] for index in range(len(boxes))))


def _first_fit(boxes: Sequence[Box], order: Sequence[int]) -> list[int]:
    """Each box at the lowest offset that is free all its time, in ``order``."""
    offsets: dict[int, int] = {}
    for index in order:
        box, top = boxes[index], 0
        beside = (one for one in offsets if boxes[one].lower < box.upper and box.lower < boxes[one].upper)
        for begin, end in sorted((offsets[one], offsets[one] + boxes[one].size) for one in beside):
            if begin - top >= box.size:
                break
            top = max(top, end)
        offsets[index] = top
    return [offsets[index] for index in range(len(boxes))]


def _stack(
    boxes: Sequence[Box], capacity_bytes: int, ground: tuple[int, ...], deadline: float
) -> dict[int, int] | None:
    """Offsets by box; None when no order of stacking stays below the capacity."""
    seen: set[tuple[frozenset[int], tuple[int, ...]]] = set()
    offsets: dict[int, int] = {}

    def stack(left: frozenset[int], skyline: tuple[int, ...]) -> bool:
        if not left:
            return True
        if time.perf_counter() >= deadline:
            raise _OutOfTimeError
        if (left, skyline) in seen:
            return False
        seen.add((left, skyline))
        for index in left:
            box = boxes[index]
            offsets[index] = max(skyline[box.lower : box.upper])
            top = offsets[index] + box.size
            raised = skyline[: box.lower] + (top,) * (box.upper - box.lower) + skyline[box.upper :]
            if top <= capacity_bytes and stack(left - {index}, raised):
                return True
        return False

    return offsets if stack(frozenset(range(len(boxes))), ground) else None
