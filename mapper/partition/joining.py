"""Plans of the parts of an order, one after the other, as the order and the gaps that the whole keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mapper.gaps import Gap, steps_of_uses
from mapper.partition.boundary import Boundary, present
from mapper.partition.part import ENTER, EXIT, Part
from mapper.tensor_plan import TensorPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """A part with its plan, and what it leaves behind."""

    part: Part
    plan: TensorPlan
    leaving: Boundary


def joined(parts: Sequence[PlannedPart]) -> tuple[tuple[int, ...], frozenset[Gap]]:
    """Return the order of all operators, and the gaps of it in which a tensor stays in the scratchpad.

    A tensor stays between two uses in different parts when it stays in all that is between: from the use to *exit*,
    through every part on the way from *enter* to *exit*, and from *enter* to the use.
    """
    schedule: list[int] = []
    kept: set[Gap] = set()
    since: dict[int, int] = {}  # by tensor in the scratchpad: the step that used it last
    for one in parts:
        order = [one.part.operators[operator] for operator in one.plan.schedule]
        first = len(schedule) - (ENTER in order)
        schedule += [operator for operator in order if operator not in (ENTER, EXIT)]
        for index, steps in enumerate(steps_of_uses(one.part.problem, one.plan.schedule)):
            tensor = one.part.tensors[index]
            begins = {episode.first_step for episode in one.plan.episodes if episode.tensor == index}
            for step in steps:
                # An episode that begins in any step but enter's is a new one, not the one that came in.
                if step in begins and order[step] != ENTER:
                    since.pop(tensor, None)
                if order[step] in (ENTER, EXIT):
                    continue
                if tensor in since:
                    kept.add(Gap(tensor, since[tensor], first + step))
                since[tensor] = first + step
        since = {tensor: since[tensor] for tensor in present(one.leaving) if tensor in since}
    return tuple(schedule), frozenset(kept)
