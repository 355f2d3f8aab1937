"""Where an order can be cut in two with little between the halves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from mapper.gaps import steps_of_uses
from mapper.precedence import ancestors, bits_of
from mapper.problem import PlanProblem


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A place between two steps of an order.

    Parameters
    ----------
    step : int
        The first step after it.
    tensors : tuple of int
        Used both before and after it: all that the halves share.
    is_serial : bool
        Whether each operator after it depends on each before it, so that every order can be cut here.
    """

    step: int
    tensors: tuple[int, ...]
    is_serial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """An order and where it is cut.

    Parameters
    ----------
    schedule : tuple of int
    cuts : tuple of Cut
        By ascending step.
    """

    schedule: tuple[int, ...]
    cuts: tuple[Cut, ...]

    @property
    def parts(self) -> tuple[tuple[int, ...], ...]:
        """Operators of each part, in the order's order."""
        steps = [0, *(cut.step for cut in self.cuts), len(self.schedule)]
        return tuple(self.schedule[first:end] for first, end in pairwise(steps))

    @property
    def is_serial(self) -> bool:
        """Whether every order runs the parts one after the other, as this one does."""
        return all(cut.is_serial for cut in self.cuts)


def divide(
    problem: PlanProblem, schedule: Sequence[int], *, max_operators: int = 16, max_cut_tensors: int = 1
) -> Division:
    """Return ``schedule`` cut at thin places into parts of at most ``max_operators``, where such places exist.

    From one cut to the next: of the places within ``max_operators`` steps, a serial one before others, then the one
    with the fewest tensors, then the furthest. Where no place is near enough, the next one.

    Parameters
    ----------
    max_cut_tensors : int
        Tensors that may live across a cut. Each part is planned for every state of those at both of its ends: three
        states a tensor.
    """
    thin = [cut for cut in all_cuts(problem, schedule) if len(cut.tensors) <= max_cut_tensors]
    chosen: list[Cut] = []
    begin = 0
    while len(schedule) - begin > max_operators:
        further = [cut for cut in thin if cut.step > begin]
        if not further:
            break
        near = [cut for cut in further if cut.step <= begin + max_operators] or further[:1]
        chosen.append(min(near, key=lambda cut: (not cut.is_serial, len(cut.tensors), -cut.step)))
        begin = chosen[-1].step
    return Division(schedule=tuple(schedule), cuts=tuple(chosen))


def all_cuts(problem: PlanProblem, schedule: Sequence[int]) -> tuple[Cut, ...]:
    """Return the cut before every step of ``schedule`` but the first."""
    uses = steps_of_uses(problem, schedule)
    before = ancestors(problem)
    serial = [False] * len(schedule)
    shared = -1
    for step in reversed(range(len(schedule))):
        shared &= before[schedule[step]]
        serial[step] = not bits_of(schedule[:step]) & ~shared
    return tuple(
        Cut(
            step=step,
            tensors=tuple(tensor for tensor, steps in enumerate(uses) if steps and steps[0] < step <= steps[-1]),
            is_serial=serial[step],
        )
        for step in range(1, len(schedule))
    )
