"""Places for tensors that should stay from one use to another; those without a place stay for shorter.

A stay that finds no place is cut wherever no step uses it, and when that is not enough, at every step. What is cut
further goes first, since it must have a place; then the larger goes first; each takes the lowest offset that is free
all the time. Single steps always fit: only an operator's own operands meet there, and they lie one above the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from mapper.free_gaps import first_fit
from mapper.problem import PlanProblem
from mapper.tensor_plan import Episode, TensorPlan


class Cut(IntEnum):
    """How finely a stay is cut."""

    NOT = 0
    WHERE_IDLE = 1
    AT_EVERY_STEP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A tensor that should be in the scratchpad from the first to the last of ``steps``, all of which use it."""

    tensor: int
    steps: tuple[int, ...]


def place_or_split(
    problem: PlanProblem, schedule: Sequence[int], stays: Sequence[Stay], capacity_bytes: int
) -> TensorPlan | None:
    """Return the plan of ``schedule`` that keeps as much of ``stays`` as finds a place, largest first.

    Parameters
    ----------
    stays : sequence of Stay
        Together, every use of every tensor once.

    Returns
    -------
    TensorPlan or None
        None when an operator's operands exceed ``capacity_bytes``.
    """
    if any(problem.demand_bytes(operator) > capacity_bytes for operator in schedule):
        return None
    cuts = [Cut.NOT] * len(stays)
    while True:
        episodes, without = _place(problem, stays, cuts, capacity_bytes)
        if not without:
            return TensorPlan(
                schedule=tuple(schedule),
                episodes=tuple(sorted(episodes, key=lambda one: (one.first_step, one.tensor))),
            )
        for number in without:
            cuts[number] = Cut(cuts[number] + 1)


def pieces(steps: Sequence[int], cut: Cut) -> list[tuple[int, int]]:
    """Return first and last step of every piece of a stay that uses ``steps``."""
    found: list[tuple[int, int]] = []
    for step in steps:
        joins = cut is Cut.NOT or (cut is Cut.WHERE_IDLE and found and found[-1][1] == step - 1)
        if found and joins:
            found[-1] = (found[-1][0], step)
        else:
            found.append((step, step))
    return found


def _place(
    problem: PlanProblem, stays: Sequence[Stay], cuts: Sequence[Cut], capacity_bytes: int
) -> tuple[list[Episode], list[int]]:
    """Episodes of the stays that fit, and the numbers of those that do not."""
    placed: list[list[tuple[int, int]]] = [[] for _ in range(_num_steps(stays))]
    episodes: list[Episode] = []
    without: list[int] = []
    for number in sorted(range(len(stays)), key=lambda one: _turn(problem, stays[one], cuts[one])):
        stay = stays[number]
        size = problem.tensors[stay.tensor].size_bytes
        for first, last in pieces(stay.steps, cuts[number]):
            offset = first_fit(size, _occupied(placed[first : last + 1]), capacity_bytes)
            if offset is None:
                without.append(number)
                break
            for step in range(first, last + 1):
                placed[step].append((offset, offset + size))
            episodes.append(Episode(tensor=stay.tensor, first_step=first, last_step=last, offset_bytes=offset))
    return episodes, without


def _num_steps(stays: Iterable[Stay]) -> int:
    return 1 + max((stay.steps[-1] for stay in stays), default=-1)


def _turn(problem: PlanProblem, stay: Stay, cut: Cut) -> tuple[int, int, int]:
    # A single step is cut as finely as can be, whatever its stay is called.
    finest = Cut.AT_EVERY_STEP if len(stay.steps) == 1 else cut
    return -finest, -problem.tensors[stay.tensor].size_bytes, stay.steps[0]


def _occupied(by_step: Iterable[Iterable[tuple[int, int]]]) -> set[tuple[int, int]]:
    return {place for step in by_step for place in step}
