"""Points of one round evaluated side by side, each by a process that stays for the next round."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import SimpleQueue
from types import TracebackType

from sweeps.evaluator import Evaluator, EvaluatorOptions
from sweeps.outcome import Outcome
from sweeps.point import Point


class EvaluatorPool:
    """Evaluating processes, started when they are needed. A context manager: leaving ends them, in the middle of a
    point if need be.

    Parameters
    ----------
    options : EvaluatorOptions
    num_workers : int or None
        None: one a core.
    """

    def __init__(self, options: EvaluatorOptions, num_workers: int | None = None) -> None:
        num = num_workers or os.cpu_count() or 1
        self._evaluators = [Evaluator(options) for _ in range(num)]
        self._free: SimpleQueue[Evaluator] = SimpleQueue()
        for evaluator in self._evaluators:
            self._free.put(evaluator)
        self._threads = ThreadPoolExecutor(num)

    def __enter__(self) -> EvaluatorPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        for evaluator in self._evaluators:
            evaluator.close()
        self._threads.shutdown()

    def outcomes(self, points: Sequence[Point]) -> Iterator[Outcome]:
        """Yield the outcome of each of ``points`` as it comes, in any order; an ``Evaluate``.

        Raises
        ------
        EvaluatorError
            When no process can start.
        """
        for future in as_completed([self._threads.submit(self._evaluated, point) for point in points]):
            yield future.result()

    def _evaluated(self, point: Point) -> Outcome:
        evaluator = self._free.get()  # there are as many as threads
        try:
            (outcome,) = evaluator.outcomes((point,))
        finally:
            self._free.put(evaluator)
        return outcome
