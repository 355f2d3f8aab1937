"""Places for tensors that should stay from one use to another; those without a place stay for shorter.

A stay that finds no place is cut wherever no step uses it, and when that is not enough, at every step. What is cut
further goes first, since it must have a place; then the larger goes first; each takes the lowest offset that is free
all the time. Single steps always fit: only an operator's own operands meet there, and they lie one above the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from mapper.free_gaps import first_fit
from mapper.gaps import Gap, steps_of_uses
from mapper.problem import PlanProblem
from mapper.tensor_plan import Episode, TensorPlan


class Cut(IntEnum):
    """How finely a stay is cut."""

    NOT = 0
    WHERE_IDLE = 1
    AT_EVERY_STEP = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """A tensor that should be in the scratchpad from the first to the last of ``steps``, all of which use it."""

    tensor: int
    size_bytes: int
    steps: tuple[int, ...]


def place_or_split(
    problem: PlanProblem, schedule: Sequence[int], kept: Collection[Gap], capacity_bytes: int
) -> TensorPlan | None:
    """Return the plan of ``schedule`` that keeps as much of ``kept`` as finds a place.

    Parameters
    ----------
    kept : collection of Gap
        Where tensors should stay between two uses.

    Returns
    -------
    TensorPlan or None
        None when an operator's operands exceed ``capacity_bytes``.
    """
    if any(problem.demand_bytes(operator) > capacity_bytes for operator in schedule):
        return None
    stretches = tuple(_stretches(problem, schedule, kept))
    cuts = [Cut.NOT] * len(stretches)
    while True:
        episodes, without = _place(stretches, cuts, len(schedule), capacity_bytes)
        if not without:
            episodes.sort(key=lambda one: (one.first_step, one.tensor))
            return TensorPlan(schedule=tuple(schedule), episodes=tuple(episodes))
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


def _stretches(problem: PlanProblem, schedule: Sequence[int], kept: Collection[Gap]) -> Iterator[_Stretch]:
    for tensor, steps in enumerate(steps_of_uses(problem, schedule)):
        size = problem.tensors[tensor].size_bytes
        begin = 0
        for end in range(1, len(steps) + 1):
            if end == len(steps) or Gap(tensor, steps[end - 1], steps[end]) not in kept:
                yield _Stretch(tensor=tensor, size_bytes=size, steps=steps[begin:end])
                begin = end


def _place(
    stretches: Sequence[_Stretch], cuts: Sequence[Cut], num_steps: int, capacity_bytes: int
) -> tuple[list[Episode], list[int]]:
    """Episodes of the stretches that fit, and the numbers of those that do not."""
    placed: list[list[tuple[int, int]]] = [[] for _ in range(num_steps)]
    episodes: list[Episode] = []
    without: list[int] = []
    for number in sorted(range(len(stretches)), key=lambda one: _turn(stretches[one], cuts[one])):
        stretch = stretches[number]
        for first, last in pieces(stretch.steps, cuts[number]):
            offset = first_fit(stretch.size_bytes, _occupied(placed[first : last + 1]), capacity_bytes)
            if offset is None:
                without.append(number)
                break
            for step in range(first, last + 1):
                placed[step].append((offset, offset + stretch.size_bytes))
            episodes.append(Episode(tensor=stretch.tensor, first_step=first, last_step=last, offset_bytes=offset))
    return episodes, without


def _turn(stretch: _Stretch, cut: Cut) -> tuple[int, int, int]:
    # A single step is cut as finely as can be, whatever its stretch is called.
    finest = Cut.AT_EVERY_STEP if len(stretch.steps) == 1 else cut
    return -finest, -stretch.size_bytes, stretch.steps[0]


def _occupied(by_step: Iterable[Iterable[tuple[int, int]]]) -> set[tuple[int, int]]:
    return {place for step in by_step for place in step}
