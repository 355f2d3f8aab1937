"""The free stretches between what is placed already."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeGap:
    """Bytes that nobody has: from ``offset_bytes`` on, ``size_bytes`` of them."""

    offset_bytes: int
    size_bytes: int


def free_gaps(occupied: Iterable[tuple[int, int]], capacity_bytes: int) -> Iterator[FreeGap]:
    """Yield the stretches below ``capacity_bytes`` that ``occupied`` leaves free, by ascending offset.

    Parameters
    ----------
    occupied : iterable of (int, int)
        First byte, and the byte after the last; in any order, and they may overlap.
    """
    top = 0
    for first, end in sorted(occupied):
        if min(first, capacity_bytes) > top:
            yield FreeGap(offset_bytes=top, size_bytes=min(first, capacity_bytes) - top)
        top = max(top, end)
    if top < capacity_bytes:
        yield FreeGap(offset_bytes=top, size_bytes=capacity_bytes - top)


def first_fit(size_bytes: int, occupied: Iterable[tuple[int, int]], capacity_bytes: int) -> int | None:
    """Return the lowest offset where ``size_bytes`` are free; None when they are nowhere."""
    for gap in free_gaps(occupied, capacity_bytes):
        if gap.size_bytes >= size_bytes:
            return gap.offset_bytes
    return None
