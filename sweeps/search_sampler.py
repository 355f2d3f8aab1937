"""Optuna asks for points and is told what became of them; no point is asked for twice."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.extra import needs_extra
from sweeps.search_space import SearchAxis, SearchSpace

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.trial import Trial

ROUNDS = {"nsga2": 24, "tpe": 8, "random": 24}
"""Points asked for before the first of them is told, by sampler: the population of NSGA-II.

Fixed, so that what is asked depends neither on the budget nor on how many points are evaluated side by side.
"""
_TRIES = 2
_MOST_STEPS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A point that the sampler wants to know.

    Parameters
    ----------
    position : int
        Its number in the study.
    trial : Trial
        Optuna's.
    """

    position: int
    trial: Trial


class PointSampler:
    """A sampler over a study's points; the same seed and answers ask for the same points in the same order.

    Parameters
    ----------
    space : SearchSpace
    sampler : str
        ``nsga2``, ``tpe`` or ``random``.
    num_objectives : int
    seed : int

    Raises
    ------
    ConfigError
        When Optuna is not installed.
    """

    def __init__(self, space: SearchSpace, sampler: str, *, num_objectives: int, seed: int) -> None:
        with needs_extra("a guided search"):
            import optuna
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._space = space
        self._num_asked_together = ROUNDS[sampler]
        self._distributions = {axis.name: _distribution(axis) for axis in space.axes if axis.num_values > 1}
        self._study = optuna.create_study(
            sampler=_optuna_sampler(sampler, seed), directions=["minimize"] * num_objectives
        )
        self._is_random = sampler == "random"
        self._seen: set[int] = set()
        self._random = random.Random(seed)

    def ask_round(self) -> list[Asked]:
        """Return points that were never returned before; fewer than a round where the study has no more."""
        num_left = self._space.points.num_points - len(self._seen)
        return [self._ask() for _ in range(min(self._num_asked_together, num_left))]

    def tell(self, asked: Asked, costs: tuple[float, ...] | None, missed: Mapping[str, float]) -> None:
        """Take what became of a point.

        Parameters
        ----------
        asked : Asked
        costs : tuple of float or None
            Smaller is better; None for a point without figures.
        missed : mapping
            By how much each constraint is missed; above zero counts against the point.
        """
        for name, excess in missed.items():
            asked.trial.set_constraint(name, excess)
        # Optuna wants values of every point; those of points that miss a constraint are not compared with others.
        self._study.tell(asked.trial, costs or [0.0] * len(self._study.directions))

    def _ask(self) -> Asked:
        """Return a point that is new; where the sampler repeats itself, one near what it wanted."""
        from optuna.trial import TrialState

        for _ in range(_TRIES):
            trial = self._study.ask(self._distributions)
            position = self._space.position(trial.params)
            if position not in self._seen:
                break
            self._study.tell(trial, state=TrialState.FAIL)
        else:
            position = self._any_unseen() if self._is_random else self._unseen_near(trial.params)
            self._study.enqueue_trial(self._space.places(position))
            trial = self._study.ask(self._distributions)
        self._seen.add(position)
        return Asked(position=position, trial=trial)

    def _unseen_near(self, places: Mapping[str, int]) -> int:
        """Return a point that a walk from ``places`` comes to: a step along a list of numbers, or another choice."""
        at = dict(places)
        axes = [axis for axis in self._space.axes if axis.num_values > 1]
        for _ in range(_MOST_STEPS):
            axis = self._random.choice(axes)
            if axis.is_ordered:
                at[axis.name] = min(max(at[axis.name] + self._random.choice((-1, 1)), 0), axis.num_values - 1)
            else:
                at[axis.name] = self._random.randrange(axis.num_values)
            position = self._space.position(at)
            if position not in self._seen:
                return position
        return self._any_unseen()

    def _any_unseen(self) -> int:
        while True:
            position = self._random.randrange(self._space.points.num_points)
            if position not in self._seen:
                return position


def _optuna_sampler(sampler: str, seed: int) -> BaseSampler:
    from optuna.samplers import NSGAIISampler, RandomSampler, TPESampler

    if sampler == "nsga2":
        return NSGAIISampler(population_size=ROUNDS["nsga2"], seed=seed)
    return TPESampler(seed=seed) if sampler == "tpe" else RandomSampler(seed=seed)


def _distribution(axis: SearchAxis) -> BaseDistribution:
    from optuna.distributions import CategoricalDistribution, IntDistribution

    if axis.is_ordered:
        return IntDistribution(0, axis.num_values - 1)
    return CategoricalDistribution(range(axis.num_values))
