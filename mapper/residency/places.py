"""Places for a decision: stays of whole tensors and tile buffers as boxes, and what does not fit together."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import accumulate, pairwise

from mapper.allocate import Box, Packing, pack
from mapper.gaps import Gap
from mapper.ilp_residency import Decision, ResidencyProgram
from mapper.unplaceable import unplaceable_boxes


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeStay:
    """A tensor whole in the scratchpad from one step to another, both included."""

    tensor: int
    first_step: int
    last_step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxes:
    """What has to be placed.

    Parameters
    ----------
    stays : tuple of WholeStay
    box_of_stay : tuple of int
        Stays that follow each other in place share a box.
    buffers : mapping of int to int
        By step that has tile buffers: its box.
    boxes : tuple of Box
    """

    stays: tuple[WholeStay, ...]
    box_of_stay: tuple[int, ...]
    buffers: dict[int, int]
    boxes: tuple[Box, ...]


def boxes_of(program: ResidencyProgram, decision: Decision) -> Boxes:
    """Return the boxes of ``decision``, which has a solution."""
    stays = _stays(program, decision)
    problem = program.problem
    starts = {(stay.tensor, stay.first_step): index for index, stay in enumerate(stays)}
    box_of_stay = list(range(len(stays)))
    spans = [[stay.first_step, stay.last_step] for stay in stays]
    for index, stay in enumerate(stays):  # by first step: what is written over has its box already
        result = problem.in_place.get(stay.tensor)
        follower = None if result is None else starts.get((result, stay.last_step))
        if follower is not None and follower != index:
            box_of_stay[follower] = box_of_stay[index]
            spans[box_of_stay[index]][1] = stays[follower].last_step
    numbers = {stay: number for number, stay in enumerate(dict.fromkeys(box_of_stay))}
    boxes = [
        Box(spans[one][0], spans[one][1] + 1, problem.tensors.tensors[stays[one].tensor].size_bytes) for one in numbers
    ]
    buffers = {}
    assert decision.choices is not None
    for step, choice in enumerate(decision.choices):
        size = problem.choices[program.schedule[step]][choice].buffer_bytes
        if size:
            buffers[step] = len(boxes)
            boxes.append(Box(step, step + 1, size))
    return Boxes(
        stays=stays, box_of_stay=tuple(numbers[one] for one in box_of_stay), buffers=buffers, boxes=tuple(boxes)
    )


def _stays(program: ResidencyProgram, decision: Decision) -> tuple[WholeStay, ...]:
    assert decision.choices is not None
    stays = []
    for tensor, steps in enumerate(program.uses):
        first = None
        for place, step in enumerate(steps):
            option = program.problem.choices[program.schedule[step]][decision.choices[step]]
            if tensor not in option.whole:
                continue
            first = step if first is None else first
            is_kept = place + 1 < len(steps) and Gap(tensor, step, steps[place + 1]) in decision.kept
            if not is_kept:
                stays.append(WholeStay(tensor=tensor, first_step=first, last_step=step))
                first = None
    return tuple(sorted(stays, key=lambda stay: (stay.first_step, stay.last_step)))


def peak_load_bytes(boxes: Boxes) -> int:
    """Return the most bytes of boxes that live at the same time."""
    loads: dict[int, int] = {}
    for box in boxes.boxes:
        loads[box.lower] = loads.get(box.lower, 0) + box.size
        loads[box.upper] = loads.get(box.upper, 0) - box.size
    return max(accumulate(loads[step] for step in sorted(loads)), default=0)


def place(boxes: Boxes, capacity_bytes: int, seconds: float) -> Packing:
    """Return offsets of the boxes, or what is known of them within ``seconds``."""
    return pack(boxes.boxes, capacity_bytes, time_limit_s=max(0.0, seconds))


def forbid_what_does_not_fit(program: ResidencyProgram, boxes: Boxes, seconds: float) -> bool:
    """Add a row to ``program`` against boxes that have no places together; return whether that left time."""
    begin = time.perf_counter()
    blame = unplaceable_boxes(boxes.boxes, program.capacity_bytes, time_limit_s=seconds)
    needed = set(blame.boxes)
    gaps: set[Gap] = set()
    wholes = set()
    for stay, box in zip(boxes.stays, boxes.box_of_stay, strict=True):
        if box in needed:
            steps = [step for step in program.uses[stay.tensor] if stay.first_step <= step <= stay.last_step]
            gaps |= {Gap(stay.tensor, one, other) for one, other in pairwise(steps)}
            if len(steps) == 1:
                wholes.add((stay.tensor, steps[0]))
    buffers = [(step, boxes.boxes[box].size) for step, box in boxes.buffers.items() if box in needed]
    program.forbid(gaps, wholes, buffers)
    return time.perf_counter() - begin < seconds
