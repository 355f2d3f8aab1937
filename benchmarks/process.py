"""Run a command and say what it cost."""

from __future__ import annotations

import json
import resource
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
REPORT_MARK = "REPORT "
"""What a driver prints before its one line of JSON."""


class BenchmarkError(Exception):
    """A benchmark that cannot be taken on this machine, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessCost:
    """CPU time (user and system, children included) and wall time of a whole process, and what it printed."""

    cpu_seconds: float
    wall_seconds: float
    output: str

    @property
    def report(self) -> dict[str, float]:
        """The flat JSON object that a driver printed."""
        for line in self.output.splitlines():
            if line.startswith(REPORT_MARK):
                return {key: float(value) for key, value in json.loads(line.removeprefix(REPORT_MARK)).items()}
        raise BenchmarkError(f"no report in the output: {self.output[-500:]}")


def run_process(command: Sequence[str | Path]) -> ProcessCost:
    """Return the cost of ``command``, run in the repository's root. One at a time: children's CPU time is a sum.

    Raises
    ------
    BenchmarkError
        When it cannot be started or fails; carries the end of what it printed.
    """
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    try:
        done = subprocess.run([str(word) for word in command], cwd=REPOSITORY, capture_output=True, text=True)
    except OSError as error:
        raise BenchmarkError(f"{command[0]} cannot be started: {error.strerror}") from None
    wall_seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        words = " ".join(str(word) for word in command)
        raise BenchmarkError(
            f"{words} ended with code {done.returncode}: {(done.stderr or done.stdout)[-800:].strip()}"
        )
    cpu_seconds = (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)
    return ProcessCost(cpu_seconds=cpu_seconds, wall_seconds=wall_seconds, output=done.stdout)
