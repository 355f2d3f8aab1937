"""Run a command and say what time it took, and how much memory it and all that it started held at once."""

from __future__ import annotations

import resource
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from benchmarks.process import REPOSITORY, BenchmarkError

_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeCost:
    """Wall and CPU time of a command, its children's included, and the most that their resident sets came to.

    Pages that processes share count once a process, so that memory is overstated; a peak between two looks, half a
    second apart, goes unseen.
    """

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int


def run_tree(command: Sequence[str | Path]) -> TreeCost:
    """Return the cost of ``command``, run in the repository's root.

    Raises
    ------
    BenchmarkError
        When it fails; carries the end of what it printed.
    """
    start, cpu_start, peak_bytes = time.perf_counter(), _children_cpu_seconds(), 0
    with tempfile.TemporaryFile("w+") as output:
        words = [str(word) for word in command]
        with subprocess.Popen(words, cwd=REPOSITORY, stdout=output, stderr=subprocess.STDOUT) as process:
            while True:
                peak_bytes = max(peak_bytes, resident_bytes(process.pid))
                try:
                    code = process.wait(_LOOK_EVERY_S)
                    break
                except subprocess.TimeoutExpired:
                    continue
        wall_seconds = time.perf_counter() - start
        if code != 0:
            output.seek(0)
            raise BenchmarkError(f"{' '.join(words)} ended with code {code}: {output.read()[-800:].strip()}")
    cpu_seconds = _children_cpu_seconds() - cpu_start
    return TreeCost(wall_seconds=wall_seconds, cpu_seconds=cpu_seconds, peak_bytes=peak_bytes)


def _children_cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def resident_bytes(process_id: int) -> int:
    """Return the resident bytes of a process and its descendants; those that are gone meanwhile hold none."""
    try:
        root = psutil.Process(process_id)
        family = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    return sum(map(_resident_bytes, family))


def _resident_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0
