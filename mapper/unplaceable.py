"""Why boxes do not fit: the load that exceeds the capacity, and boxes that are to blame."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from mapper.allocate import Box, PackingVerdict, pack

_TRIAL_SECONDS = 1.0
"""Most time for packing a part of the boxes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaceable:
    """Boxes that do not fit together.

    Parameters
    ----------
    boxes : tuple of int
        Indices, ascending.
    is_irreducible : bool
        Without any one of them, the rest fits. Where the load exceeds the capacity, the sizes of the rest always fit;
        with alignments the rest itself need not.
    excess : LoadExcess or None
        None when the load is below the capacity at all times, but no arrangement of the boxes is.
    """

    boxes: tuple[int, ...]
    is_irreducible: bool
    excess: LoadExcess | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadExcess:
    """Where the sum of sizes of the boxes that live at the same time is largest, and beyond the capacity."""

    step: int
    load_bytes: int
    excess_bytes: int


def unplaceable_boxes(boxes: Sequence[Box], capacity_bytes: int, *, time_limit_s: float | None = None) -> Unplaceable:
    """Return boxes that do not fit together, by leaving out others for as long as the rest is proven not to fit.

    Parameters
    ----------
    boxes : sequence of Box
        Proven not to fit.
    capacity_bytes : int
    time_limit_s : float, optional
        After it, or where a packing stays undecided, more boxes than needed may remain.
    """
    excess = load_excess(boxes, capacity_bytes)
    if excess is not None:
        return _at_the_peak(boxes, capacity_bytes, excess)
    deadline = None if time_limit_s is None else time.perf_counter() + time_limit_s
    needed = sorted(range(len(boxes)), key=lambda box: (boxes[box].lower, boxes[box].upper, box))
    run, is_irreducible = len(needed), True
    while run > 1:  # runs of boxes, by time, ever shorter ones
        run = (run + 1) // 2
        begin, is_irreducible = 0, True
        while begin < len(needed):
            rest = needed[:begin] + needed[begin + run :]
            seconds = _TRIAL_SECONDS if deadline is None else min(_TRIAL_SECONDS, deadline - time.perf_counter())
            packing = pack([boxes[box] for box in rest], capacity_bytes, time_limit_s=max(seconds, 0.0))
            if packing.verdict is PackingVerdict.IMPOSSIBLE:
                needed = rest
                continue
            is_irreducible = is_irreducible and packing.verdict is PackingVerdict.PLACED
            begin += run
    return Unplaceable(boxes=tuple(sorted(needed)), is_irreducible=is_irreducible, excess=None)


def load_excess(boxes: Sequence[Box], capacity_bytes: int) -> LoadExcess | None:
    """Return the first step with the largest load when that exceeds the capacity."""
    changes = sorted([(box.lower, box.size) for box in boxes] + [(box.upper, -box.size) for box in boxes])
    load, step, largest = 0, 0, 0
    for moment, change in changes:  # at the same step what ends comes first
        load += change
        if load > largest:
            step, largest = moment, load
    if largest <= capacity_bytes:
        return None
    return LoadExcess(step=step, load_bytes=largest, excess_bytes=largest - capacity_bytes)


def _at_the_peak(boxes: Sequence[Box], capacity_bytes: int, excess: LoadExcess) -> Unplaceable:
    """Return boxes of one step that exceed the capacity, the smallest ones left out for as long as the rest does."""
    alive = [number for number, box in enumerate(boxes) if box.lower <= excess.step < box.upper]
    load_bytes = excess.load_bytes
    needed = set(alive)
    for box in sorted(alive, key=lambda box: boxes[box].size):
        if load_bytes - boxes[box].size > capacity_bytes:
            load_bytes -= boxes[box].size
            needed.remove(box)
    is_unaligned = all(boxes[box].alignment == 1 for box in needed)  # then a sum that fits is all it takes
    return Unplaceable(boxes=tuple(sorted(needed)), is_irreducible=is_unaligned, excess=excess)
