"""A guided search: a sampler asks for points of a study, the results file or an evaluator answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sweeps.expand import Points
from sweeps.outcome import Evaluate, Outcome, Status
from sweeps.point import Point
from sweeps.runner import Counts
from sweeps.search_objectives import excesses
from sweeps.search_record import SearchPlan, SearchRecord, finished_at, open_search
from sweeps.search_sampler import Asked, PointSampler
from sweeps.search_space import SearchSpace
from sweeps.store import Finished, Store


@dataclass(slots=True)
class SearchRun:
    """A study to be searched into a store.

    The sampler begins anew in every run: the same seed and the same answers make it ask for the same points, which
    the store then has. So a search that was stopped, or gets a larger budget, goes on as if it had never ended.

    Parameters
    ----------
    points : Points
    store : Store
    evaluate : Evaluate
        Outcomes may come in any order.
    plan : SearchPlan
    counts : Counts
        Modified in place; ``num_missing`` is what the budget leaves to evaluate.
    found : dict of int to Finished
        Every point that the search has asked for, by position.
    num_evaluated_before : int
        By earlier runs of the same search.
    """

    points: Points
    store: Store
    evaluate: Evaluate
    plan: SearchPlan
    counts: Counts = field(default_factory=Counts)
    found: dict[int, Finished] = field(default_factory=dict)
    num_evaluated_before: int = 0

    def __iter__(self) -> Iterator[Finished]:
        """Yield points as they are finished, written to the store before; those of earlier runs first.

        Ends when the budget is used or no point of the study is left.

        Raises
        ------
        ConfigError
            When the study has several networks or batches, or Optuna is not installed.
        ResultsError
            When the store cannot be written to.
        """
        space = SearchSpace(self.points)
        sampler = PointSampler(
            space, self.plan.sampler, num_objectives=len(self.plan.objectives.names), seed=self.plan.seed
        )
        record = open_search(self.store, self.points, self.plan)
        self.num_evaluated_before = record.num_evaluated
        self.counts.num_points = self.points.num_points
        self.counts.num_missing = max(self.plan.budget - record.num_evaluated, 0)
        yield from self._counted(record.previous)
        while self._num_left and (asked := sampler.ask_round()):
            yield from self._answers(record, asked)
            for one in asked:
                if one.position in self.found:  # others are beyond the budget, and nothing is asked any more
                    self._tell(sampler, one)

    @property
    def _num_left(self) -> int:
        assert self.counts.num_missing is not None, "known once the store is open"
        return self.counts.num_missing - self.counts.num_evaluated

    def _answers(self, record: SearchRecord, asked: Sequence[Asked]) -> Iterator[Finished]:
        """Yield what was asked for and is new to this search: from the store, or evaluated within the budget."""
        at = {one.position: self.points.point(one.position) for one in asked if one.position not in self.found}
        known = self.store.known([point.identity for point in at.values()])
        ready: list[Finished] = []
        missing: dict[str, list[tuple[int, Point]]] = {}
        for position, point in at.items():
            outcome = known.get(point.identity)
            if outcome is not None:
                ready.append(finished_at(self.points, position, point, outcome, is_new=False))
            elif point.accelerator is None:
                outcome = Outcome(identity=point.identity, status=Status.INFEASIBLE, reason=point.impossible)
                ready.append(finished_at(self.points, position, point, outcome, is_new=True))
            else:
                missing.setdefault(point.identity, []).append((position, point))
        self.store.record(record.study_id, ready)
        yield from self._counted(ready)
        yield from self._evaluated(record, dict(list(missing.items())[: self._num_left]))

    def _evaluated(self, record: SearchRecord, missing: dict[str, list[tuple[int, Point]]]) -> Iterator[Finished]:
        """Yield points after their evaluation; positions of equal points share one."""
        for outcome in self.evaluate([same[0][1] for same in missing.values()]):
            same = missing[outcome.identity]
            new = [finished_at(self.points, *one, outcome, is_new=one is same[0]) for one in same]
            self.store.record(record.study_id, new)
            self.counts.num_evaluated += 1
            yield from self._counted(new)

    def _tell(self, sampler: PointSampler, asked: Asked) -> None:
        outcome = self.found[asked.position].outcome
        costs = None if outcome.metrics is None else self.plan.objectives.costs(outcome.metrics)
        sampler.tell(asked, costs, excesses(outcome, self.points.study.constraints))

    def _counted(self, finished: Sequence[Finished]) -> Sequence[Finished]:
        for one in finished:
            self.found[one.position] = one
            self.counts.by_status[one.outcome.status] += 1
            if one.is_new:
                self.counts.num_new += 1
            else:
                self.counts.num_known += 1
        return finished
