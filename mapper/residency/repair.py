"""Places for a decision that has none: tensors leave the scratchpad between two uses, one after another."""

from __future__ import annotations

from dataclasses import replace

from mapper.allocate import PackingVerdict, greedy_by_size
from mapper.gaps import Gap
from mapper.ilp_residency import Decision, ResidencyProgram
from mapper.residency.places import Boxes, boxes_of, place

_MOST_DEPARTURES = 60
_TRIAL_SECONDS = 0.05


def repaired(
    program: ResidencyProgram, decision: Decision, capacity_bytes: int
) -> tuple[Decision, Boxes, tuple[int, ...]] | None:
    """Return ``decision`` with fewer gaps that are stayed through, its boxes and their offsets; None when that fails.

    Boxes are placed by size; of what lives beside one that ends too high, the tensor that is cheapest to move leaves.
    """
    for _ in range(_MOST_DEPARTURES):
        boxes = boxes_of(program, decision)
        packing = place(boxes, capacity_bytes, _TRIAL_SECONDS)
        if packing.verdict is PackingVerdict.PLACED:
            return decision, boxes, packing.offsets
        gap = _cheapest_departure(program, decision, boxes, capacity_bytes)
        if gap is None:
            return None
        decision = without_gap(program, decision, gap)
    return None


def without_gap(program: ResidencyProgram, decision: Decision, gap: Gap) -> Decision:
    """Return ``decision`` with a load after ``gap``, and a store where no copy of the tensor is off-chip by then."""
    stored = decision.stored
    if program.is_whole_when_made(gap.tensor, decision):
        stored = stored | {gap.tensor}
    return replace(
        decision,
        kept=decision.kept - {gap},
        loaded=decision.loaded | {(gap.tensor, gap.after)},
        stored=stored,
        is_proven=False,
    )


def _cheapest_departure(program: ResidencyProgram, decision: Decision, boxes: Boxes, capacity_bytes: int) -> Gap | None:
    offsets = greedy_by_size(boxes.boxes)
    tops = [offset + box.size for offset, box in zip(offsets, boxes.boxes, strict=True)]
    worst = max(range(len(tops)), key=tops.__getitem__)
    excess = tops[worst] - capacity_bytes
    box = boxes.boxes[worst]
    beside = [gap for gap in decision.kept if gap.before < box.upper and gap.after >= box.lower and _leaves_room(gap)]
    sizes = program.problem.tensors.tensors

    def preference(gap: Gap) -> tuple[bool, int, int]:
        size = sizes[gap.tensor].size_bytes
        return size < excess, _departure_cost(program, decision, gap), -size

    return min(beside, key=preference, default=None)


def _leaves_room(gap: Gap) -> bool:
    """Whether some step lies between the uses: else the tensor is there before and after anyway."""
    return gap.after > gap.before + 1


def _departure_cost(program: ResidencyProgram, decision: Decision, gap: Gap) -> int:
    cost = program.problem.load_costs[gap.tensor]
    if program.is_whole_when_made(gap.tensor, decision) and gap.tensor not in decision.stored:
        cost += program.problem.store_costs[gap.tensor]
    return cost
