"""Packing by trying every order of stacking, and boxes to try it on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from mapper.allocate import Box


def fits(boxes: Sequence[Box], capacity_bytes: int) -> bool:
    """Whether some order, each box as low as the skyline allows, stays below the capacity; lifetimes start at 0."""

    @cache
    def stack(left: frozenset[int], skyline: tuple[int, ...]) -> bool:
        if not left:
            return True
        for one in left:
            box = boxes[one]
            top = -(-max(skyline[box.lower : box.upper]) // box.alignment) * box.alignment + box.size
            raised = skyline[: box.lower] + (top,) * (box.upper - box.lower) + skyline[box.upper :]
            if top <= capacity_bytes and stack(left - {one}, raised):
                return True
        return False

    sized = [number for number, box in enumerate(boxes) if box.size]
    return stack(frozenset(sized), (0,) * max((box.upper for box in boxes), default=0))


def check_places(boxes: Sequence[Box], offsets: Sequence[int], capacity_bytes: int) -> None:
    """Assert that all boxes lie below the capacity, aligned, and those that live together beside each other."""
    placed = list(zip(boxes, offsets, strict=True))
    for box, offset in placed:
        assert offset >= 0
        assert offset + box.size <= capacity_bytes
        assert offset % box.alignment == 0
    for (one, low), (other, high) in combinations(placed, 2):
        if one.lower < other.upper and other.lower < one.upper and one.size and other.size:
            assert low + one.size <= high or high + other.size <= low


def can_move_down(boxes: Sequence[Box], offsets: Sequence[int]) -> bool:
    """Whether some box fits at a lower multiple of its alignment while the others stay."""
    for one, box in enumerate(boxes):
        beside = [
            (offsets[other], offsets[other] + boxes[other].size)
            for other in range(len(boxes))
            if other != one and boxes[other].lower < box.upper and box.lower < boxes[other].upper
        ]
        for offset in range(0, offsets[one], box.alignment):
            if all(end <= offset or begin >= offset + box.size for begin, end in beside):
                return True
    return False


def load_bytes(boxes: Sequence[Box]) -> int:
    """Return the largest sum of sizes at one step, from 0 on."""
    steps = range(max((box.upper for box in boxes), default=0))
    return max((sum(box.size for box in boxes if box.lower <= step < box.upper) for step in steps), default=0)


@st.composite
def box_lists(draw: st.DrawFn, *, max_boxes: int = 7, num_steps: int = 6) -> list[Box]:
    """Up to ``max_boxes`` boxes of sizes 0 to 6 in few steps, all unaligned or not."""
    alignments = draw(st.sampled_from([(1,), (1, 2, 3, 4)]))
    boxes = []
    for _ in range(draw(st.integers(1, max_boxes))):
        lower = draw(st.integers(0, num_steps - 1))
        upper = draw(st.integers(lower + 1, num_steps))
        size = draw(st.sampled_from([1, 2, 2, 3, 3, 4, 5, 6, 0]))
        boxes.append(Box(lower, upper, size, draw(st.sampled_from(alignments))))
    return boxes


@st.composite
def boxes_and_capacities(draw: st.DrawFn) -> tuple[list[Box], int]:
    """Boxes, and a capacity around their load, where packing is hard."""
    boxes = draw(box_lists())
    return boxes, max(1, load_bytes(boxes) + draw(st.sampled_from([0, 0, 0, 1, 2, -1])))


def cut_boxes(seed: int, num_boxes: int, num_steps: int, capacity_bytes: int) -> list[Box]:
    """Return boxes that fill all steps up to the capacity: the whole cut in two again and again, then shuffled."""
    rng = np.random.default_rng(seed)
    pieces = [(0, num_steps, 0, capacity_bytes)]
    while len(pieces) < num_boxes:
        lower, upper, bottom, top = pieces.pop(int(rng.integers(len(pieces))))
        if rng.random() < 0.5 and upper - lower > 1:
            cut = int(rng.integers(lower + 1, upper))
            pieces += [(lower, cut, bottom, top), (cut, upper, bottom, top)]
        elif top - bottom > 1:
            cut = int(rng.integers(bottom + 1, top))
            pieces += [(lower, upper, bottom, cut), (lower, upper, cut, top)]
        else:
            pieces.append((lower, upper, bottom, top))
    return [
        Box(lower, upper, top - bottom)
        for lower, upper, bottom, top in (pieces[at] for at in rng.permutation(num_boxes))
    ]
