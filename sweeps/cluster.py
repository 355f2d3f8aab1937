"""Points evaluated on many cores by Dask: a cluster in this process, or a scheduler elsewhere."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sweeps.evaluator import Evaluator, EvaluatorOptions
from sweeps.model_version import model_version
from sweeps.outcome import Outcome, Status
from sweeps.point import Point
from sweeps.runner import Run
from workloads.errors import SparsimError

if TYPE_CHECKING:
    from distributed import Client, Future

BATCH_S = 0.5
"""Seconds of work that one task of the scheduler should be: hundreds of times what handing it out takes."""
MAX_BATCH = 256
"""Points of a batch, unless one group has more."""
_QUEUED_PER_CORE = 2
_CONNECT_S = 10


class ClusterError(SparsimError):
    """A scheduler that cannot be reached, has no workers, runs another model, or is lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Points that one task evaluates.

    Parameters
    ----------
    points : tuple of Point
    options : EvaluatorOptions
    modules : tuple of str
        What the model's version covers beside its packages.
    """

    points: tuple[Point, ...]
    options: EvaluatorOptions
    modules: tuple[str, ...]


_evaluators: dict[int, Evaluator] = {}
"""Of each thread of this worker: its process stays between batches, and keeps what it has loaded and compiled."""


def evaluate_batch(batch: Batch) -> list[Outcome]:
    """Return the outcomes of a batch, evaluated by the process that belongs to this thread of the worker.

    Raises
    ------
    ClusterError
        When the worker's installation would give other answers.
    """
    expected, found = batch.points[0].model_version, model_version(batch.modules)
    if found != expected:
        raise ClusterError(f"a worker has another version of the model: expected {expected}, found {found}")
    thread = threading.get_ident()
    evaluator = _evaluators.get(thread)
    if evaluator is None or evaluator.options != batch.options:
        if evaluator is not None:
            evaluator.close()
        evaluator = _evaluators[thread] = Evaluator(batch.options)
    return list(evaluator.outcomes(batch.points))


def close_evaluators() -> None:
    """End the evaluating processes of this worker."""
    for evaluator in list(_evaluators.values()):
        evaluator.close()
    _evaluators.clear()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterOptions:
    """Where points are evaluated.

    Parameters
    ----------
    scheduler : str or None
        ``tcp://host:port`` of a running Dask scheduler; None: a cluster in this process.
    num_workers : int or None
        Evaluating processes of a cluster in this process; None: one a core.
    modules : tuple of str
        What the model's version covers beside its packages.
    """

    scheduler: str | None = None
    num_workers: int | None = None
    modules: tuple[str, ...] = ()


def run_on_cluster(evaluation: EvaluatorOptions, options: ClusterOptions) -> Run:
    """Return a runner that evaluates points on a Dask cluster, which starts with the first of them.

    Each thread of a worker drives a process of its own, so that a point can be killed and the worker lives on.
    """

    def run(groups: Iterable[tuple[Point, ...]]) -> Iterator[Sequence[Outcome]]:
        left = iter(groups)
        first = next(left, None)
        if first is None:
            return
        with _client(options) as client:
            distribution = _Distribution(client, evaluation, options)
            try:
                yield from distribution.outcomes(first, left)
            finally:
                distribution.cancel()

    return run


class _Distribution:
    """Batches on their way: sized by the time that points have taken so far."""

    def __init__(self, client: Client, evaluation: EvaluatorOptions, options: ClusterOptions) -> None:
        self._client = client
        self._evaluation = evaluation
        self._modules = options.modules
        self._batches: dict[Future, Batch] = {}
        self._num_done = 0
        self._seconds = 0.0

    def outcomes(self, first: tuple[Point, ...], left: Iterator[tuple[Point, ...]]) -> Iterator[Sequence[Outcome]]:
        from distributed import as_completed

        arriving = as_completed(self._submit(first))
        for _ in range(_QUEUED_PER_CORE * _num_threads(self._client) - 1):
            arriving.update(self._submit(self._taken(left)))
        for future in arriving:
            batch = self._batches.pop(future)
            done = self._gathered(future, batch)
            if done is None:  # whose fault it is shows when each is alone
                for point in batch.points:
                    arriving.update(self._submit((point,)))
                continue
            yield done
            arriving.update(self._submit(self._taken(left)))

    def cancel(self) -> None:
        """Take back what no worker has begun."""
        self._client.cancel(list(self._batches), force=True)

    def _taken(self, left: Iterator[tuple[Point, ...]]) -> tuple[Point, ...]:
        """As many groups as take the time of a batch, one at least."""
        taken = next(left, ())
        if self._num_done:
            mean_s = max(self._seconds / self._num_done, 1e-6)
            while taken and len(taken) < min(MAX_BATCH, round(BATCH_S / mean_s)) and (more := next(left, ())):
                taken += more
        return taken

    def _submit(self, points: tuple[Point, ...]) -> list[Future]:
        if not points:
            return []
        batch = Batch(points=points, options=self._evaluation, modules=self._modules)
        future = self._client.submit(evaluate_batch, batch, pure=False)
        self._batches[future] = batch
        return [future]

    def _gathered(self, future: Future, batch: Batch) -> list[Outcome] | None:
        """Return the outcomes of a batch; None when workers died of it and it is to be split."""
        from distributed import CancelledError, KilledWorker
        from distributed.comm import CommClosedError

        try:
            done: list[Outcome] = future.result()
        except KilledWorker:
            if len(batch.points) > 1:
                return None
            reason = "workers of the cluster died of it, one after the other"
            return [Outcome(identity=batch.points[0].identity, status=Status.FAILED, reason=reason)]
        except (CancelledError, CommClosedError):
            raise ClusterError(
                "the scheduler is lost; what was finished is kept, and the same command goes on from there"
            ) from None
        self._num_done += len(done)
        self._seconds += sum(one.seconds for one in done)
        return done


def _num_threads(client: Client) -> int:
    return sum(client.nthreads().values())


@contextmanager
def _client(options: ClusterOptions) -> Iterator[Client]:
    """Yield a client of the cluster; at the end its evaluating processes are gone, in the middle of a point too."""
    from distributed import Client, LocalCluster

    if options.scheduler is not None:
        with _reached(options.scheduler) as client:
            yield client
            client.run(close_evaluators)
        return
    cluster = LocalCluster(
        n_workers=1,
        threads_per_worker=options.num_workers or os.cpu_count() or 1,
        processes=False,
        dashboard_address="127.0.0.1:0",  # any free port: several sweeps may run side by side
        silence_logs=logging.CRITICAL,
        memory_limit=0,
    )
    with cluster, Client(cluster) as client:
        try:
            yield client
        finally:
            close_evaluators()
    close_evaluators()  # of a batch that began meanwhile


def _reached(scheduler: str) -> Client:
    from distributed import Client

    try:
        client = Client(scheduler, timeout=_CONNECT_S)
        client.wait_for_workers(1, timeout=_CONNECT_S)
    except TimeoutError:
        raise ClusterError(
            f"scheduler {scheduler!r} has no worker: start some with `dask worker {scheduler}`"
        ) from None
    except (OSError, ValueError) as error:
        raise ClusterError(f"scheduler {scheduler!r} cannot be reached: {error}") from None
    return client
