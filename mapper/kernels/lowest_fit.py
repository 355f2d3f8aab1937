"""Boxes with fixed lifetimes placed one after the other, each at the lowest offset where it fits.

All callees of the cached functions are in this file on purpose: numba keeps stale callees of other files.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int64Array = NDArray[np.int64]


class Lifetimes(NamedTuple):
    """Boxes that live in ``[lower, upper)``; int64 arrays of shape (boxes,), sizes and alignments in bytes."""

    lower: Int64Array
    upper: Int64Array
    size: Int64Array
    alignment: Int64Array


@njit(cache=True)
def place_in_order(boxes: Lifetimes, order: Int64Array) -> Int64Array:
    """Return the offsets when boxes are placed in ``order``, a permutation of all."""
    offsets = np.zeros(order.size, np.int64)
    placed = np.empty(order.size, np.int64)
    for num_placed in range(order.size):
        box = order[num_placed]
        offsets[box] = _lowest_offset(boxes, offsets, placed[:num_placed], box)
        at = num_placed
        while at > 0 and offsets[placed[at - 1]] > offsets[box]:
            placed[at] = placed[at - 1]
            at -= 1
        placed[at] = box
    return offsets


@njit(cache=True)
def push_down(boxes: Lifetimes, offsets: Int64Array) -> Int64Array:
    """Return offsets of the same boxes such that none fits anywhere lower while the others stay where they are."""
    pushed = offsets.copy()
    moved = True
    while moved:  # each time some offset falls, so this ends
        moved = False
        for box in np.argsort(pushed, kind="mergesort"):
            offset = _lowest_offset(boxes, pushed, np.argsort(pushed, kind="mergesort"), box)
            moved = moved or offset < pushed[box]
            pushed[box] = offset
    return pushed


@njit(cache=True)
def _lowest_offset(boxes: Lifetimes, offsets: Int64Array, placed: Int64Array, box: int) -> int:
    """Return the lowest offset of ``box`` beside ``placed``, sorted by offset; the box itself is no obstacle."""
    alignment = boxes.alignment[box]
    offset = np.int64(0)
    for other in placed:
        if other == box or boxes.upper[other] <= boxes.lower[box] or boxes.upper[box] <= boxes.lower[other]:
            continue
        if offsets[other] >= offset + boxes.size[box]:
            break
        top = offsets[other] + boxes.size[other]
        offset = max(offset, (top + alignment - 1) // alignment * alignment)
    return offset
