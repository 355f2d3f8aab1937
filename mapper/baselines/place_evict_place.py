"""A scratchpad run step by step: place what is missing, evict until it fits, place.

Places are first fit in time order and are kept until the tensor leaves. The operands of the operator that runs are
pinned. When only they are left and still none of the holes between them is large enough, all of them move: those that
were there leave, with a write where they have no copy, and come back side by side. So an order is planned whenever each
operator's operands fit in the scratchpad.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from mapper.baselines.policies import Candidate, Policy
from mapper.free_gaps import first_fit
from mapper.gaps import steps_of_uses
from mapper.problem import PlanProblem
from mapper.tensor_plan import Episode, TensorPlan


def place_evict_place(
    problem: PlanProblem, schedule: Sequence[int], capacity_bytes: int, policy: Policy
) -> TensorPlan | None:
    """Return the plan of ``schedule`` in which ``policy`` says what leaves; None where operands exceed the capacity."""
    if any(problem.demand_bytes(operator) > capacity_bytes for operator in schedule):
        return None
    scratchpad = _Scratchpad(problem, steps_of_uses(problem, schedule), capacity_bytes, policy)
    for step, operator in enumerate(schedule):
        scratchpad.run(step, problem.operands(operator))
    episodes = sorted(scratchpad.episodes, key=lambda one: (one.first_step, one.tensor))
    return TensorPlan(schedule=tuple(schedule), episodes=tuple(episodes))


@dataclass(slots=True)
class _Present:
    offset_bytes: int
    first_step: int
    last_step: int


class _Scratchpad:
    """What is where at the present step; ``episodes`` is what was."""

    def __init__(
        self, problem: PlanProblem, uses: Sequence[Sequence[int]], capacity_bytes: int, policy: Policy
    ) -> None:
        self.episodes: list[Episode] = []
        self._tensors = problem.tensors
        self._uses = uses
        self._capacity_bytes = capacity_bytes
        self._policy = policy
        self._present: dict[int, _Present] = {}
        self._copies = {number for number, one in enumerate(problem.tensors) if one.producer is None or one.is_output}

    def run(self, step: int, operands: Sequence[int]) -> None:
        """Bring all ``operands`` in, then drop those that no later step uses."""
        missing = sorted(set(operands) - self._present.keys(), key=lambda one: (-self._tensors[one].size_bytes, one))
        for tensor in missing:
            while not self._place(tensor, step):
                evictable = self._present.keys() - set(operands)
                if not evictable:
                    self._move_all(operands, step)
                    break
                self._evict(min(evictable, key=lambda one: self._rank(one, step)))
        for tensor in operands:
            self._present[tensor].last_step = step
            if self._uses[tensor][-1] == step:
                self._leave(tensor)

    def _place(self, tensor: int, step: int) -> bool:
        """Give it the lowest hole; whether there is one. True also when it has a place."""
        if tensor in self._present:
            return True
        occupied = (
            (one.offset_bytes, one.offset_bytes + self._tensors[number].size_bytes)
            for number, one in self._present.items()
        )
        offset = first_fit(self._tensors[tensor].size_bytes, occupied, self._capacity_bytes)
        if offset is None:
            return False
        self._present[tensor] = _Present(offset_bytes=offset, first_step=step, last_step=step)
        return True

    def _move_all(self, operands: Sequence[int], step: int) -> None:
        """Put ``operands``, which are all that is present, side by side."""
        for tensor in [*self._present]:
            if self._present[tensor].first_step == step:
                del self._present[tensor]
            else:
                self._evict(tensor)
        for tensor in operands:
            placed = self._place(tensor, step)
            assert placed, "operands fit in an empty scratchpad"

    def _rank(self, tensor: int, step: int) -> tuple[int, int, int]:
        uses = self._uses[tensor]
        return self._policy(
            Candidate(
                tensor=tensor,
                size_bytes=self._tensors[tensor].size_bytes,
                next_use_step=uses[bisect_right(uses, step)],
                has_copy=tensor in self._copies,
            )
        )

    def _evict(self, tensor: int) -> None:
        self._copies.add(tensor)
        self._leave(tensor)

    def _leave(self, tensor: int) -> None:
        gone = self._present.pop(tensor)
        self.episodes.append(
            Episode(
                tensor=tensor,
                first_step=gone.first_step,
                last_step=gone.last_step,
                offset_bytes=gone.offset_bytes,
            )
        )
