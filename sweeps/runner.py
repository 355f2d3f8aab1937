"""All points of a study, each evaluated once: known ones from the results file, the others by an evaluator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sweeps.expand import Points
from sweeps.outcome import Evaluate, Outcome, Status
from sweeps.point import Point
from sweeps.store import Finished, Store

Run = Callable[[Iterable[tuple[Point, ...]]], Iterator[Sequence[Outcome]]]
"""Evaluates points, lazily taken in groups that share work, and yields outcomes as they come, in any order."""

_LOOKED_UP = 256


@dataclass(slots=True)
class Counts:
    """How far a run is; grows while it goes on."""

    num_points: int = 0
    """Of the study, or of the part that was asked for."""
    num_repeated: int = 0
    """Points equal to an earlier one of the study."""
    num_known: int = 0
    """Found finished in the results file."""
    num_missing: int | None = None
    """To evaluate; None until every point has been looked up."""
    num_evaluated: int = 0
    num_new: int = 0
    """Evaluated, or found to have no accelerator, in this run."""
    by_status: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRun:
    """A study to be run into a store.

    Parameters
    ----------
    points : Points
    store : Store
    run : callable
        Evaluates what is missing: ``run_serially`` or a cluster.
    limit : int or None
        Evaluate no more than so many points; None for all.
    retry_failed : bool
        Evaluate again what failed before.
    shares_work : bool
        Hand out points that share work together; else each alone, as a time limit for each wants.
    counts : Counts
        Modified in place.
    """

    points: Points
    store: Store
    run: Run
    limit: int | None = None
    retry_failed: bool = False
    shares_work: bool = True
    counts: Counts = field(default_factory=Counts)

    def __iter__(self) -> Iterator[Finished]:
        """Yield every point as it is finished, written to the store before: known ones first.

        Raises
        ------
        ResultsError
            When the store cannot be written to.
        """
        study = self.points.study
        fields = [name for group in (study.overrides, *study.zip) for name in group]
        study_id = self.store.open_study(study, self.points.model_version, fields)
        self.counts.num_points = self.points.num_points
        missing: list[int] = []
        for finished in self._looked_up(study_id, missing):
            yield from self._counted(finished)
        self.counts.num_missing = len(missing)
        waiting: dict[str, tuple[int, Point]] = {}
        for outcomes in self.run(self._taken(missing, waiting)):
            new = [self._finished(*waiting.pop(one.identity), one, is_new=True) for one in outcomes]
            self.store.record(study_id, new)
            self.counts.num_evaluated += len(new)
            yield from self._counted(new)

    def _looked_up(self, study_id: int, missing: list[int]) -> Iterator[list[Finished]]:
        """Yield known points and impossible ones, in groups; put the numbers of others into ``missing``."""
        seen: set[bytes] = set()
        numbered = iter(enumerate(self.points))
        while group := list(islice(numbered, _LOOKED_UP)):
            by_identity: dict[str, tuple[int, Point]] = {}
            for position, point in group:
                identity = point.identity
                key = bytes.fromhex(identity)
                if key in seen:
                    self.counts.num_repeated += 1
                else:
                    seen.add(key)
                    by_identity[identity] = (position, point)
            known = self.store.known(list(by_identity))
            finished = []
            for identity, (position, point) in by_identity.items():
                outcome = known.get(identity)
                if outcome is not None and not (self.retry_failed and outcome.status is Status.FAILED):
                    finished.append(self._finished(position, point, outcome, is_new=False))
                elif point.accelerator is None:
                    outcome = Outcome(identity=identity, status=Status.INFEASIBLE, reason=point.impossible)
                    finished.append(self._finished(position, point, outcome, is_new=True))
                elif self.limit is None or len(missing) < self.limit:
                    missing.append(position)
            self.store.record(study_id, finished)
            yield finished

    def _taken(self, missing: Sequence[int], waiting: dict[str, tuple[int, Point]]) -> Iterator[tuple[Point, ...]]:
        """Yield the points to evaluate, noted in ``waiting`` (modified in place)."""
        for group in self.points.groups(missing) if self.shares_work else ((one,) for one in missing):
            points = tuple(self.points.point(position) for position in group)
            waiting.update((point.identity, (position, point)) for position, point in zip(group, points, strict=True))
            yield points

    def _finished(self, position: int, point: Point, outcome: Outcome, *, is_new: bool) -> Finished:
        constraints = self.points.study.constraints
        violates = () if outcome.metrics is None else constraints.violated(outcome.metrics)
        return Finished(position=position, point=point, outcome=outcome, violates=violates, is_new=is_new)

    def _counted(self, finished: Sequence[Finished]) -> Sequence[Finished]:
        for one in finished:
            self.counts.by_status[one.outcome.status] += 1
            if one.is_new:
                self.counts.num_new += 1
            else:
                self.counts.num_known += 1
        return finished


def run_serially(evaluate: Evaluate) -> Run:
    """Return a runner that evaluates group after group in this process, so that a debugger sees it."""

    def run(groups: Iterable[tuple[Point, ...]]) -> Iterator[Sequence[Outcome]]:
        for points in groups:
            yield tuple(evaluate(points))

    return run
