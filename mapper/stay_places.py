"""Places for the stays of a fixed order, and which of the kept gaps are to blame when there are none."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mapper.allocate import Box, Packing, PackingVerdict, pack
from mapper.gaps import Gap, placed_plan, stays_of
from mapper.problem import PlanProblem
from mapper.tensor_plan import TensorPlan

_TRIAL_SECONDS = 0.5
"""Most time for packing a part of the gaps on the way to a smaller or a larger part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StayPacker:
    """The scratchpad under one order.

    Parameters
    ----------
    problem : PlanProblem
    schedule : tuple of int
        Operators by step.
    capacity_bytes : int
        At least the demand of every operator: what keeps nothing always has places.
    deadline : float
        Of ``time.perf_counter``; packings after it are undecided.
    """

    problem: PlanProblem
    schedule: tuple[int, ...]
    capacity_bytes: int
    deadline: float

    def seconds_left(self) -> float:
        """Return the seconds to the deadline; 0 after it."""
        return max(0.0, self.deadline - time.perf_counter())

    def pack(self, kept: Collection[Gap], *, most_seconds: float | None = None) -> Packing:
        """Return places when the gaps ``kept`` are kept, a proof that there are none, or neither when time is up."""
        boxes = [
            Box(lower=stay.first_step, upper=stay.last_step + 1, size=self.problem.tensors[stay.tensor].size_bytes)
            for stay in stays_of(self.problem, self.schedule, kept)
        ]
        seconds = self.seconds_left() if most_seconds is None else min(self.seconds_left(), most_seconds)
        return pack(boxes, self.capacity_bytes, time_limit_s=seconds)

    def plan(self, kept: Collection[Gap], packing: Packing) -> TensorPlan:
        """Return the plan of ``kept`` at the places of ``packing``."""
        return placed_plan(self.schedule, stays_of(self.problem, self.schedule, kept), packing.offsets)

    def least_unplaceable(self, kept: Iterable[Gap]) -> frozenset[Gap]:
        """Return gaps of ``kept`` that have no places together, but would without any one of them.

        Leaves out runs of gaps, by time, ever shorter ones, as long as the rest is proven to have no places. Where a
        packing stays undecided, more than a least set may remain.

        Parameters
        ----------
        kept : iterable of Gap
            Proven to have no places together.
        """
        needed = sorted(kept, key=lambda gap: (gap.before, gap.after, gap.tensor))
        run = len(needed)
        while run > 1:
            run = (run + 1) // 2
            begin = 0
            while begin < len(needed):
                rest = [*needed[:begin], *needed[begin + run :]]
                packing = self.pack(frozenset(rest), most_seconds=_TRIAL_SECONDS)
                if packing.verdict is PackingVerdict.IMPOSSIBLE:
                    needed = rest
                else:
                    begin += run
        return frozenset(needed)

    def placeable_part(self, wanted: Collection[Gap], others: Collection[Gap]) -> tuple[frozenset[Gap], TensorPlan]:
        """Return gaps that have places together, and the plan: of ``wanted`` and then of ``others`` as many as found.

        Larger tensors go first, in runs that halve, since most fit and may come in together. No gap at all has always
        places, which need no search: the operands of a step lie one above the other.
        """
        kept: frozenset[Gap] = frozenset()
        plan = self._plan_without_gaps()
        for gaps in (wanted, frozenset(others) - frozenset(wanted)):
            candidates = sorted(gaps, key=lambda gap: (-self.problem.tensors[gap.tensor].size_bytes, gap))
            run = len(candidates)
            while candidates and run:
                rest: list[Gap] = []
                for begin in range(0, len(candidates), run):
                    more = kept.union(candidates[begin : begin + run])
                    packing = self.pack(more, most_seconds=_TRIAL_SECONDS)
                    if packing.verdict is PackingVerdict.PLACED:
                        kept, plan = more, self.plan(more, packing)
                    else:
                        rest += candidates[begin : begin + run]
                candidates, run = rest, run // 2
        return kept, plan

    def _plan_without_gaps(self) -> TensorPlan:
        stays = stays_of(self.problem, self.schedule, ())
        tops = [0] * len(self.schedule)
        offsets = []
        for stay in stays:
            offsets.append(tops[stay.first_step])
            tops[stay.first_step] += self.problem.tensors[stay.tensor].size_bytes
        return placed_plan(self.schedule, stays, offsets)
