"""A guided search from a script: ``sparsim.search("study.yaml", budget=500)``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from hw_configs.yaml_source import YamlValue
from sparsim.sweep_api import SweepOptions, SweepRow, row_of
from sparsim.sweep_point import ANSWERING_MODULES, evaluate_points
from sweeps.evaluator import EvaluatorOptions
from sweeps.evaluator_process import function_name
from sweeps.expand import Points, forget_files
from sweeps.model_version import model_version
from sweeps.outcome import Evaluate
from sweeps.runner import Counts
from sweeps.search import SearchRun
from sweeps.search_front import Front, front_of
from sweeps.search_objectives import Objectives
from sweeps.search_pool import EvaluatorPool
from sweeps.search_record import SearchPlan, search_name
from sweeps.search_sampler import ROUNDS
from sweeps.search_space import SearchSpace
from sweeps.store import MEMORY, Store
from sweeps.study import Study, load_study
from workloads.errors import ConfigError
from workloads.nearest_names import did_you_mean

DEFAULT_OBJECTIVES = ("latency_ms", "energy_mj", "area_mm2")


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchOptions:
    """How a study is searched.

    Parameters
    ----------
    objectives : tuple of str
        Figures of a point, one to three; latency, energy and area.
    sampler : str or None
        ``nsga2``, ``tpe`` or ``random``; None: NSGA-II for several objectives, TPE for one.
    seed : int
        Of the sampler: the same seed asks for the same points.
    serial : bool
        Point after point in this process.
    num_workers : int or None
        Evaluating processes; None: one a core.
    point_timeout_s : float or None
        After which a point counts as failed.

    Raises
    ------
    ConfigError
        For an unknown objective or sampler, or options that contradict each other or are out of range.
    """

    objectives: tuple[str, ...] = DEFAULT_OBJECTIVES
    sampler: str | None = None
    seed: int = 0
    serial: bool = False
    num_workers: int | None = None
    point_timeout_s: float | None = None

    def __post_init__(self) -> None:
        Objectives(names=self.objectives)
        if self.sampler is not None and self.sampler not in ROUNDS:
            raise ConfigError(
                f"sampler: expected one of {', '.join(ROUNDS)}, found {self.sampler!r}"
                f"{did_you_mean(self.sampler, ROUNDS)}"
            )
        if not 0 <= self.seed < 2**32:
            raise ConfigError(f"seed: expected a whole number from 0 to 2**32 - 1, found {self.seed}")
        if self.serial and (self.num_workers is not None or self.point_timeout_s is not None):
            raise ConfigError("a serial search has no workers or point timeout: leave them out, or serial")
        SweepOptions(num_workers=self.num_workers, point_timeout_s=self.point_timeout_s)

    def plan(self, budget: int) -> SearchPlan:
        """Return the plan of a search with so many evaluations."""
        return SearchPlan(
            sampler=self.sampler or ("nsga2" if len(self.objectives) > 1 else "tpe"),
            objectives=Objectives(names=self.objectives),
            seed=self.seed,
            budget=budget,
        )


@dataclass(slots=True)
class Search:
    """A search that runs while one iterates over it; what is finished is in the results file at once.

    As a context manager it closes the results file.
    """

    points: Points
    store: Store
    plan: SearchPlan
    options: SearchOptions
    counts: Counts = field(default_factory=Counts)
    running: SearchRun | None = None

    @property
    def name(self) -> str:
        """Of the search among the studies of the results file."""
        return search_name(self.points.study.name, self.plan)

    def __iter__(self) -> Iterator[SweepRow]:
        """Yield a row a point: those of earlier runs first, then others as they are finished."""
        self.counts = Counts()
        with _evaluate(self.options) as evaluate:
            self.running = SearchRun(
                points=self.points, store=self.store, evaluate=evaluate, plan=self.plan, counts=self.counts
            )
            for finished in self.running:
                yield row_of(finished)

    def __enter__(self) -> Search:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def run(self) -> Counts:
        """Search until the budget is used, and return how it ended."""
        for _ in self:
            pass
        return self.counts

    def front(self) -> Front | None:
        """Return the best designs so far; None while no point has figures and meets the constraints."""
        return None if self.running is None else front_of(self.running.found.values(), self.plan.objectives)

    def best(self) -> tuple[SweepRow, ...]:
        """Return the best designs so far as rows, by the first objective."""
        front = self.front()
        return () if front is None else tuple(map(row_of, front.best))


def search(
    study: Study | str | Path | Mapping[str, YamlValue],
    budget: int,
    results: str | Path = MEMORY,
    options: SearchOptions | None = None,
) -> Search:
    """Return a search of ``study`` ready to run: iterate over it, or ``run()`` it and ask for ``best()``.

    Parameters
    ----------
    study : Study, str, Path or mapping
        As ``sweep`` takes it.
    budget : int
        Evaluations at most, those of earlier runs of this search in ``results`` included. Points that the file has
        from elsewhere cost nothing.
    results : str or Path
        The SQLite file that keeps finished points, made when there is none.
    options : SearchOptions, optional

    Raises
    ------
    SparsimError
        When study, budget or results file are impossible; says which and why.
    """
    chosen = options or SearchOptions()
    if budget < 1:
        raise ConfigError(f"budget: expected at least 1 evaluation, found {budget}")
    forget_files()
    checked = study if isinstance(study, Study) else load_study(study)
    points = Points(study=checked, model_version=model_version(ANSWERING_MODULES))
    SearchSpace(points)  # says now what it cannot search
    return Search(points=points, store=Store(results), plan=chosen.plan(budget), options=chosen)


@contextmanager
def _evaluate(options: SearchOptions) -> Iterator[Evaluate]:
    if options.serial:
        yield evaluate_points
        return
    evaluation = EvaluatorOptions(function=function_name(evaluate_points), point_timeout_s=options.point_timeout_s)
    with EvaluatorPool(evaluation, options.num_workers) as pool:
        yield pool.outcomes
