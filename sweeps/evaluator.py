"""Points evaluated by a process of its own, which is killed when a point never ends and replaced when it dies."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sweeps.child_process import ChildProcess, Died, Overdue
from sweeps.outcome import Outcome, Status
from sweeps.point import Point
from workloads.errors import SparsimError


class EvaluatorError(SparsimError):
    """The evaluating process cannot start, or is gone since its evaluator was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluatorOptions:
    """How points are evaluated.

    Parameters
    ----------
    function : str
        ``module:function``, an ``Evaluate``.
    point_timeout_s : float or None
        After which a point is given up; None: never.
    num_tries : int
        How often a point is begun whose process is killed from outside, before it is given up.
    """

    function: str
    point_timeout_s: float | None = None
    num_tries: int = 3


class Evaluator:
    """One evaluating process, started when the first points come.

    Parameters
    ----------
    options : EvaluatorOptions
    """

    def __init__(self, options: EvaluatorOptions) -> None:
        self.options = options
        self._is_closed = False
        self._in_use = threading.Lock()
        self._process: ChildProcess | None = None

    def outcomes(self, points: Sequence[Point]) -> Iterator[Outcome]:
        """Yield an outcome for each of ``points``, in their order, whatever becomes of the process.

        Raises
        ------
        EvaluatorError
            When the process cannot start, or the evaluator is closed meanwhile.
        """
        left = list(points)
        num_tries = 0
        while left:
            try:
                outcome = self._next(left)
            except Overdue:
                outcome = _failed(left[0], f"took more than {self.options.point_timeout_s:g} s")
            except Died as death:
                num_tries += 1
                if death.was_killed and num_tries < self.options.num_tries:
                    continue
                outcome = _failed(left[0], f"{death}{f', {num_tries} times' if num_tries > 1 else ''}")
            num_tries = 0
            del left[0]
            yield outcome

    def _next(self, left: Sequence[Point]) -> Outcome:
        """Return the outcome of the first of ``left``, all of which the process is given when it has none."""
        with self._in_use:
            process = self._running()
            try:
                if not process.is_busy:
                    process.give(left)
                outcome = process.take(self.options.point_timeout_s)
            except (Died, Overdue):
                self._process = None
                if self._is_closed:
                    raise EvaluatorError("evaluation was stopped") from None
                raise
            process.is_busy = len(left) > 1
            return outcome

    def _running(self) -> ChildProcess:
        if self._is_closed:
            raise EvaluatorError("evaluation was stopped")
        if self._process is None:
            try:
                self._process = ChildProcess(self.options.function, self.options.point_timeout_s)
            except Died as death:
                if death.was_killed and not self._is_closed:
                    raise  # as if it were at its first point
                raise EvaluatorError(f"no process can evaluate points: {death}") from None
            if self._is_closed:  # meanwhile, by a thread that saw no process to kill
                self._process.end()
                self._process = None
                raise EvaluatorError("evaluation was stopped")
        return self._process

    def close(self) -> None:
        """End the process, in the middle of a point if need be; may be called from another thread."""
        self._is_closed = True
        process = self._process
        if process is not None:
            process.kill()  # whoever waits for an answer now leaves
        with self._in_use:
            if self._process is not None:
                self._process.end()
                self._process = None


def _failed(point: Point, reason: str) -> Outcome:
    return Outcome(identity=point.identity, status=Status.FAILED, reason=reason)
