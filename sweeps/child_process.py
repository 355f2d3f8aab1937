"""A child process that evaluates points, seen from its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing import Pipe

from sweeps.evaluator_process import READY
from sweeps.outcome import Outcome
from sweeps.point import Point

_MOST_READ = 2**16


class Overdue(Exception):
    """A point took too long; the process is gone."""


class Died(Exception):
    """The process is gone; the message says what it died of.

    Parameters
    ----------
    reason : str
    was_killed : bool
        By a signal from outside: the point need not be to blame.
    """

    def __init__(self, reason: str, was_killed: bool) -> None:
        super().__init__(reason)
        self.was_killed = was_killed


class ChildProcess:
    """A process that has imported ``function`` and waits for points.

    It has a session of its own, so that Ctrl-C in a terminal reaches its parent alone, and ends when its parent does.

    Parameters
    ----------
    function : str
        ``module:function``, an ``Evaluate``.
    point_timeout_s : float or None
        After which it ends itself should its parent be gone.

    Raises
    ------
    Died
        When it cannot start.
    """

    def __init__(self, function: str, point_timeout_s: float | None) -> None:
        self.is_busy = False
        self._connection, child = Pipe()
        self._last_words = tempfile.TemporaryFile()  # noqa: SIM115, closed with the process
        seconds = "" if point_timeout_s is None else str(point_timeout_s)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sweeps.evaluator_process", str(child.fileno()), function, seconds],
            pass_fds=(child.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._last_words,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)},
        )
        child.close()
        try:
            ready = self._connection.recv()
        except (EOFError, OSError):
            raise self._death() from None
        assert ready == READY, "the process speaks the same protocol"

    def give(self, points: Sequence[Point]) -> None:
        """Hand over points.

        Raises
        ------
        Died
        """
        self.is_busy = True
        try:
            self._connection.send(list(points))
        except OSError:
            raise self._death() from None

    def take(self, timeout_s: float | None) -> Outcome:
        """Return the next outcome, waiting for it.

        Raises
        ------
        Died
        Overdue
            After ``timeout_s`` seconds.
        """
        try:
            if self._connection.poll(timeout_s):
                outcome: Outcome = self._connection.recv()
                return outcome
        except (EOFError, OSError):
            raise self._death() from None
        self.end()
        raise Overdue

    def kill(self) -> None:
        """End the process now; whoever waits for its answer learns that it died."""
        self._process.kill()

    def end(self) -> None:
        """End the process, and forget it."""
        self.kill()
        self._forget()

    def _death(self) -> Died:
        """Return what the process died of."""
        code = self._process.wait()
        reason = _reason(code, self._read_last_words())
        self._forget()
        return Died(reason, code < 0)

    def _read_last_words(self) -> str:
        size = self._last_words.seek(0, os.SEEK_END)
        self._last_words.seek(max(0, size - _MOST_READ))
        lines = self._last_words.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else ""

    def _forget(self) -> None:
        self._process.wait()
        self._connection.close()
        self._last_words.close()


def _reason(code: int, last_words: str) -> str:
    if code == -signal.SIGKILL:
        return "the process was killed (SIGKILL), perhaps since memory ran out"
    if code < 0:
        return f"the process was killed ({signal.Signals(-code).name})"
    return f"the process ended with code {code}{': ' if last_words else ''}{last_words}"
