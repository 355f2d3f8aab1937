"""A study from a script: ``for row in sparsim.sweep("study.yaml")``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from hw_configs.yaml_source import YamlValue
from sparsim.sweep_point import ANSWERING_MODULES, evaluate_points
from sweeps.evaluator import EvaluatorOptions
from sweeps.evaluator_process import function_name
from sweeps.expand import Points, forget_files
from sweeps.extra import needs_extra
from sweeps.model_version import model_version
from sweeps.outcome import Metrics, Status
from sweeps.read_results import Table
from sweeps.runner import Counts, Run, StudyRun, run_serially
from sweeps.store import MEMORY, Finished, Store, point_parameters
from sweeps.study import Study, load_study
from workloads.errors import ConfigError

if TYPE_CHECKING:
    import pandas
    import pyarrow

MOST_WITHOUT_ASKING = 100_000
"""Points of a study that is larger need a yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOptions:
    """How a study is run.

    Parameters
    ----------
    serial : bool
        Point after point in this process.
    num_workers : int or None
        Evaluating processes; None: one a core.
    scheduler : str or None
        ``tcp://host:port`` of a Dask scheduler instead.
    point_timeout_s : float or None
        After which a point counts as failed.
    limit : int or None
        Evaluate no more than so many points.
    retry_failed : bool
        Evaluate again what failed before.
    yes : bool
        Run studies of more than 100,000 points.

    Raises
    ------
    ConfigError
        For options that contradict each other, or are out of range.
    """

    serial: bool = False
    num_workers: int | None = None
    scheduler: str | None = None
    point_timeout_s: float | None = None
    limit: int | None = None
    retry_failed: bool = False
    yes: bool = False

    def __post_init__(self) -> None:
        if self.serial and (self.scheduler is not None or self.num_workers is not None or self.point_timeout_s):
            raise ConfigError("a serial sweep has no scheduler, workers or point timeout: leave them out, or serial")
        if self.scheduler is not None and self.num_workers is not None:
            raise ConfigError("the workers of a scheduler are its own: leave out the number of workers")
        for name, value in (("workers", self.num_workers), ("limit", self.limit)):
            if value is not None and value < 1:
                raise ConfigError(f"{name}: expected at least 1, found {value}")
        if self.point_timeout_s is not None and not self.point_timeout_s > 0:
            raise ConfigError(f"point timeout: expected more than 0 seconds, found {self.point_timeout_s:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRow:
    """A finished point.

    Parameters
    ----------
    position : int
        Number of the point in the study.
    parameters : mapping
        Network, accelerator, compression, ... and each field that the study changes.
    status : Status
    reason : str
        Why it has no figures.
    metrics : Metrics or None
    violates : tuple of str
        Constraints of the study that it does not meet.
    is_new : bool
        Whether this run evaluated it.
    seconds : float
        That its evaluation took.
    """

    position: int
    parameters: Mapping[str, object]
    status: Status
    reason: str
    metrics: Metrics | None
    violates: tuple[str, ...]
    is_new: bool
    seconds: float


def row_of(finished: Finished) -> SweepRow:
    """Return a finished point as a row."""
    outcome = finished.outcome
    return SweepRow(
        position=finished.position,
        parameters=point_parameters(finished.point),
        status=outcome.status,
        reason=outcome.reason,
        metrics=outcome.metrics,
        violates=finished.violates,
        is_new=finished.is_new,
        seconds=outcome.seconds,
    )


@dataclass(slots=True)
class Sweep:
    """A study that runs while one iterates over it; what is finished is in the results file at once.

    As a context manager it closes the results file.
    """

    study: Study
    points: Points
    store: Store
    options: SweepOptions
    counts: Counts = field(default_factory=Counts)

    def __iter__(self) -> Iterator[SweepRow]:
        """Yield a row a point, known ones first, then others as they are finished, in any order."""
        self.counts = Counts()
        study_run = StudyRun(
            points=self.points,
            store=self.store,
            run=_runner(self.options),
            limit=self.options.limit,
            retry_failed=self.options.retry_failed,
            shares_work=self.options.point_timeout_s is None,
            counts=self.counts,
        )
        return (row_of(finished) for finished in study_run)

    def __enter__(self) -> Sweep:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    def run(self) -> Counts:
        """Run what is missing, and return how it ended."""
        for _ in self:
            pass
        return self.counts

    def table(self) -> Table:
        """Return the study's rows so far, in the order of its points."""
        cursor = self.store.connection.execute(
            "SELECT * FROM results WHERE study = ? ORDER BY position", (self.study.name,)
        )
        return Table(columns=tuple(name for name, *_ in cursor.description), rows=tuple(cursor.fetchall()))

    def to_pandas(self) -> pandas.DataFrame:
        """Run what is missing, and return a pandas frame with a row a point."""
        from sweeps.export import pandas_table

        self.run()
        return pandas_table(self.table())

    def to_arrow(self) -> pyarrow.Table:
        """Run what is missing, and return an Arrow table with a row a point."""
        from sweeps.export import arrow_table

        self.run()
        return arrow_table(self.table())


def sweep(
    study: Study | str | Path | Mapping[str, YamlValue],
    results: str | Path = MEMORY,
    options: SweepOptions | None = None,
) -> Sweep:
    """Return ``study`` ready to run: iterate over it, or ask for ``to_pandas()``.

    Parameters
    ----------
    study : Study, str, Path or mapping
        A study, its YAML file, or a mapping that says what the file would.
    results : str or Path
        The SQLite file that keeps finished points, made when there is none; without one they end with the process.
    options : SweepOptions, optional
        By default all cores of this machine.

    Raises
    ------
    SparsimError
        When study, results file or options are impossible; says which and why.
    """
    chosen = options or SweepOptions()
    forget_files()
    checked = study if isinstance(study, Study) else load_study(study)
    points = Points(study=checked, model_version=model_version(ANSWERING_MODULES))
    if points.num_points > MOST_WITHOUT_ASKING and not chosen.yes:
        raise ConfigError(
            f"study {checked.name!r} has {points.num_points:,} points: --yes (yes=True) runs more than "
            f"{MOST_WITHOUT_ASKING:,}"
        )
    return Sweep(study=checked, points=points, store=Store(results), options=chosen)


def _runner(options: SweepOptions) -> Run:
    if options.serial:
        return run_serially(evaluate_points)
    with needs_extra("a sweep on several cores (--serial needs one)"):
        import distributed  # noqa: F401
    from sweeps.cluster import ClusterOptions, run_on_cluster

    evaluation = EvaluatorOptions(function=function_name(evaluate_points), point_timeout_s=options.point_timeout_s)
    cluster = ClusterOptions(scheduler=options.scheduler, num_workers=options.num_workers, modules=ANSWERING_MODULES)
    return run_on_cluster(evaluation, cluster)
