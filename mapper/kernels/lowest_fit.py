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
        placed[num_placed] = box
        _sink(offsets, placed, num_placed)
    return offsets


@njit(cache=True)
def push_down(boxes: Lifetimes, offsets: Int64Array) -> Int64Array:
    """Return offsets of the same boxes such that none fits anywhere lower while the others stay where they are."""
    pushed = offsets.copy()
    order = np.argsort(pushed, kind="mergesort")
    moved = True
    while moved:  # each time some offset falls, so this ends
        moved = False
        for place in range(order.size):
            box = order[place]
            offset = _lowest_offset(boxes, pushed, order, box)
            if offset < pushed[box]:
                moved = True
                pushed[box] = offset
                _sink(pushed, order, place)
    return pushed


@njit(cache=True)
def _sink(offsets: Int64Array, order: Int64Array, place: int) -> None:
    """Move the box at ``place`` of ``order`` forward to where its offset belongs; what it passes was seen before."""
    box = order[place]
    while place > 0 and offsets[order[place - 1]] > offsets[box]:
        order[place] = order[place - 1]
        place -= 1
    order[place] = box


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
