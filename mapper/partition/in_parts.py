"""Divide and conquer: an order cut into parts, each planned for every state at its ends, the best states chosen.

    bytes(whole) = min over states s_1 .. s_k of the cuts   sum over parts i of  bytes(part i from s_i-1 to s_i)

The shortest path through the states. It is the best of all plans that run the parts one after the other. Where every
cut is serial, every order does, and a bound of the parts is a bound of the whole: take any plan of the whole, and the
states that it passes at the cuts; between two of them it is a plan of the part, at the same addresses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mapper.budgets import shortage
from mapper.certificate import Certificate, Verdict
from mapper.gaps import Gap, gaps_of
from mapper.partition.boundary import Boundary, boundaries
from mapper.partition.cuts import Division
from mapper.partition.joining import PlannedPart, joined
from mapper.partition.part import ENTER, EXIT, Part, part_between
from mapper.partition.spanning_bound import spanning_bound_bytes
from mapper.place_or_split import place_or_split
from mapper.problem import PlanProblem
from mapper.stay_places import StayPacker
from mapper.tensor_plan import TensorPlan, spill_bytes

PartPlanner = Callable[[PlanProblem, int], Certificate]
"""Plans a problem in a capacity of bytes. Its bound must hold for every order of the problem that it is given, or be 0.

A part's problem is not the network's: see ``mapper.partition.part``. Where one tensor lives across a serial cut, the
graph itself makes every order enter first and exit last. Elsewhere a planner may find an order that does not: its bound
holds, since it had more to choose from, and its order is taken with the ends put back.
"""


@dataclass(frozen=True, slots=True)
class _Path:
    """The best way to a state: its bytes, the last of its parts, and the way before that."""

    moved_bytes: int
    last: PlannedPart | None = None
    before: _Path | None = None

    def parts(self) -> Iterator[PlannedPart]:
        if self.before is not None and self.last is not None:
            yield from self.before.parts()
            yield self.last


@dataclass(frozen=True, slots=True)
class _State:
    boundary: Boundary
    path: _Path | None
    lower_bound_bytes: int


def plan_in_parts(
    problem: PlanProblem,
    division: Division,
    capacity_bytes: int,
    planner: PartPlanner,
    *,
    packing_time_limit_s: float = 10.0,
) -> Certificate:
    """Return a plan of ``problem`` made of plans of the parts of ``division``.

    Addresses are found for the whole. Where the parts' choices have no places together, as many as find places are
    kept. Where a part has no plan, as much of the whole is kept as finds places. The gap to the bound says what that
    costs.

    Parameters
    ----------
    planner : callable
        Called for every part and pair of states at its ends; parts that differ in names only are planned once.
    packing_time_limit_s : float
        For the addresses of the whole.
    """
    start = time.perf_counter()
    method = f"partition of {len(division.parts)}"
    if reason := shortage(problem, capacity_bytes):
        seconds = time.perf_counter() - start
        return Certificate(verdict=Verdict.INFEASIBLE, seconds=seconds, method=method, reason=reason)
    last = _through(problem, division, capacity_bytes, _remembered(planner))
    schedule, kept = _choice(problem, division, last.path)
    packer = StayPacker(
        problem=problem,
        schedule=schedule,
        capacity_bytes=capacity_bytes,
        deadline=time.perf_counter() + packing_time_limit_s,
    )
    plan = _placed(packer, kept)
    moved = spill_bytes(problem, plan.schedule, plan.episodes)
    bound = spanning_bound_bytes(problem, capacity_bytes)
    if division.is_serial:
        bound = max(bound, last.lower_bound_bytes)
    return Certificate(
        verdict=Verdict.OPTIMAL if moved == bound else Verdict.FEASIBLE,
        plan=plan,
        objective_bytes=moved,
        lower_bound_bytes=bound,
        seconds=time.perf_counter() - start,
        method=method,
    )


def _through(problem: PlanProblem, division: Division, capacity_bytes: int, planner: PartPlanner) -> _State:
    """The state at the end of the last part."""
    ends = [boundaries(problem, cut, capacity_bytes) for cut in division.cuts]
    states = [_State({}, _Path(0), 0)]
    for operators, leavings in zip(division.parts, [*ends, ({},)], strict=True):
        after = []
        for leaving in leavings:
            arrivals = [
                _arrival(state, part, leaving, planner, capacity_bytes)
                for state in states
                if (part := part_between(problem, operators, state.boundary, leaving)) is not None
            ]
            paths = [one.path for one in arrivals if one.path is not None]
            if arrivals:
                path = min(paths, key=lambda one: one.moved_bytes, default=None)
                after.append(_State(leaving, path, min(one.lower_bound_bytes for one in arrivals)))
        states = after
    return states[0]


def _arrival(state: _State, part: Part, leaving: Boundary, planner: PartPlanner, capacity_bytes: int) -> _State:
    path = None
    found = planner(part.problem, capacity_bytes)
    plan = None if found.plan is None else _with_ends(part, found.plan, capacity_bytes)
    if state.path is not None and plan is not None:
        moved = spill_bytes(part.problem, plan.schedule, plan.episodes)
        planned = PlannedPart(part=part, plan=plan, leaving=leaving)
        path = _Path(state.path.moved_bytes + part.fixed_bytes + moved, planned, state.path)
    return _State(leaving, path, state.lower_bound_bytes + part.fixed_bytes + found.lower_bound_bytes)


def _with_ends(part: Part, plan: TensorPlan, capacity_bytes: int) -> TensorPlan | None:
    """``plan``, or one of its order that enters first and exits last."""
    if part.keeps_the_ends(plan):
        return plan
    turn = {ENTER: 0, EXIT: 2}
    schedule = sorted(plan.schedule, key=lambda operator: turn.get(part.operators[operator], 1))
    return place_or_split(part.problem, schedule, frozenset(gaps_of(part.problem, schedule)), capacity_bytes)


def _choice(problem: PlanProblem, division: Division, path: _Path | None) -> tuple[tuple[int, ...], frozenset[Gap]]:
    """The order, and the gaps of it that should be kept: all of them where the parts have no plan."""
    if path is None:
        return division.schedule, frozenset(gaps_of(problem, division.schedule))
    return joined(tuple(path.parts()))


def _placed(packer: StayPacker, kept: frozenset[Gap]) -> TensorPlan:
    """The better of two ways to give up what has no place: gap by gap, and stay by stay."""
    problem, schedule = packer.problem, packer.schedule
    plans = [
        packer.placeable_part(kept, gaps_of(problem, schedule))[1],
        place_or_split(problem, schedule, kept, packer.capacity_bytes),
    ]
    return min(
        (plan for plan in plans if plan is not None),
        key=lambda plan: spill_bytes(problem, plan.schedule, plan.episodes),
    )


def _remembered(planner: PartPlanner) -> PartPlanner:
    """The same planner, asked once about problems that differ in names only."""
    known: dict[Sequence[object], Certificate] = {}

    def ask(problem: PlanProblem, capacity_bytes: int) -> Certificate:
        tensors = tuple((one.size_bytes, one.producer, one.consumers, one.is_output) for one in problem.tensors)
        key = (tensors, problem.inputs, problem.outputs)
        if key not in known:
            known[key] = planner(problem, capacity_bytes)
        return known[key]

    return ask
