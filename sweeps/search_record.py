"""What a search leaves in a results file, by which a later run of it goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sweeps.expand import Points
from sweeps.outcome import Outcome
from sweeps.point import Point
from sweeps.results_error import sqlite_errors
from sweeps.search_objectives import Objectives
from sweeps.store import Finished, Store

_SEARCH = re.compile(r": \w+ search, [\w, ]+, seed \d+$")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPlan:
    """How a study is searched.

    Parameters
    ----------
    sampler : str
    objectives : Objectives
    seed : int
    budget : int
        Evaluations, those of earlier runs of the same search included.
    """

    sampler: str
    objectives: Objectives
    seed: int
    budget: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecord:
    """A search in a results file: a study of its own, so that the sweep of the same study keeps its rows.

    Parameters
    ----------
    study_id : int
    previous : tuple of Finished
        Points that earlier runs of this search asked for.
    num_evaluated : int
        How many of those they evaluated, rather than find them in the file.
    """

    study_id: int
    previous: tuple[Finished, ...]
    num_evaluated: int


def search_name(study: str, plan: SearchPlan) -> str:
    """Return the name of a search among the studies of a results file."""
    return f"{study}: {plan.sampler} search, {', '.join(plan.objectives.names)}, seed {plan.seed}"


def is_search_name(study: str) -> bool:
    """Whether ``study`` is the name of a search among the studies of a results file."""
    return _SEARCH.search(study) is not None


def open_search(store: Store, points: Points, plan: SearchPlan) -> SearchRecord:
    """Return the search in ``store``, begun now or found there.

    A point counts as evaluated by the first study of the file that has it.

    Raises
    ------
    ResultsError
        When the file cannot be written to.
    """
    study = points.study
    name = search_name(study.name, plan)
    rows, owned = _earlier(store, name, points)
    named = study.model_copy(update={"name": name})
    fields = [field for group in (study.overrides, *study.zip) for field in group]
    study_id = store.open_study(named, points.model_version, fields)
    previous = _previous(store, points, rows)
    store.record(study_id, previous)
    num_evaluated = sum(one.outcome.identity in owned and one.point.accelerator is not None for one in previous)
    return SearchRecord(study_id=study_id, previous=previous, num_evaluated=num_evaluated)


def _earlier(store: Store, name: str, points: Points) -> tuple[dict[str, int], set[str]]:
    """Return the positions of points that the search had, by identity, and those that no older study has."""
    with sqlite_errors(store.path):
        found = store.connection.execute(
            "SELECT study_id FROM studies WHERE name = ? AND model_version = ?", (name, points.model_version)
        ).fetchone()
        if found is None:
            return {}, set()
        rows = store.connection.execute(
            "SELECT identity, position, identity NOT IN (SELECT identity FROM study_points WHERE study_id < ?1) "
            "FROM study_points WHERE study_id = ?1 ORDER BY position",
            found,
        ).fetchall()
    return {identity: position for identity, position, _ in rows}, {row[0] for row in rows if row[2]}


def _previous(store: Store, points: Points, rows: dict[str, int]) -> tuple[Finished, ...]:
    """Return the points at ``rows`` that still are what they were: the study may have changed under its name."""
    at = {identity: points.point(place) for identity, place in rows.items() if place < points.num_points}
    known = store.known([identity for identity, point in at.items() if point.identity == identity])
    return tuple(
        finished_at(points, rows[identity], at[identity], outcome, is_new=False) for identity, outcome in known.items()
    )


def finished_at(points: Points, position: int, point: Point, outcome: Outcome, *, is_new: bool) -> Finished:
    """Return a point with its outcome, and the constraints of the study that it does not meet."""
    violates = () if outcome.metrics is None else points.study.constraints.violated(outcome.metrics)
    return Finished(position=position, point=point, outcome=outcome, violates=violates, is_new=is_new)
