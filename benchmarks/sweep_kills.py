"""A sweep killed twenty times with ``kill -9`` at random moments, and started again: points lost and repeated."""

from __future__ import annotations

import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from benchmarks.measurement import Better, Measurement
from benchmarks.process import REPOSITORY, BenchmarkError, run_process
from benchmarks.sweep_driver import NOTES
from sweeps.read_results import query_results
from sweeps.results_error import ResultsError

_NUM_POINTS = 2_000
_NUM_KILLS = 20
_PROGRESS = (10, 80)
"""Evaluations between two kills, least and most."""
_WAIT_S = 60
_VICTIMS = ("worker", "coordinator", "tree")
_ENDED = "ended"
"""A sweep that gave up, since a process was killed before it was ready."""


@dataclass(slots=True)
class Ledger:
    """Points seen finished: when each was written, and how often it had been evaluated by then."""

    results: Path
    notes: Path
    seen: dict[str, tuple[str, int]] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Note finished points that are gone or were written anew, and take in new ones."""
        finished, evaluated = self.finished(), self.evaluated()
        self.lost.update(identity for identity, (written, _) in self.seen.items() if finished.get(identity) != written)
        for identity, written in finished.items():
            self.seen.setdefault(identity, (written, evaluated[identity]))

    def finished(self) -> dict[str, str]:
        """Return when each finished point was written."""
        try:
            rows = query_results(self.results, "SELECT identity, finished_at FROM points").rows
        except ResultsError:
            return {}  # killed before there were tables
        return {str(identity): str(written) for identity, written in rows}

    def evaluated(self) -> Counter[str]:
        """Return how often each point was evaluated."""
        return Counter(self.notes.read_text().split()) if self.notes.exists() else Counter()

    @property
    def num_repeated(self) -> int:
        """Evaluations of points that were finished."""
        evaluated = self.evaluated()
        return sum(evaluated[identity] - times for identity, (_, times) in self.seen.items())


def measure_kills() -> Iterator[Measurement]:
    """Yield points lost and points repeated."""
    with tempfile.TemporaryDirectory() as name:
        ledger = Ledger(results=Path(name) / "results.sqlite", notes=Path(name) / "notes")
        begin = time.perf_counter()
        killed = _kill_often(ledger)
        num_before = len(ledger.seen)
        _finish(ledger)
        seconds = time.perf_counter() - begin
        num_repeated = ledger.num_repeated
    victims = ", ".join(f"{killed[victim]} x {victim}" for victim in _VICTIMS)
    details = (
        f"{_NUM_POINTS:,} points of 20 ms on two workers, {_NUM_KILLS} kills ({victims}), {num_before:,} finished by "
        f"the last, {len(ledger.seen):,} at the end; the sweep ended by itself {killed[_ENDED]} times, when a process "
        f"was killed before it was ready; {seconds:.0f} s"
    )
    figures = {"lost": len(ledger.lost) + _NUM_POINTS - len(ledger.seen), "repeated": num_repeated}
    for what, number in figures.items():
        yield Measurement(
            name=f"sweep, finished points {what} after {_NUM_KILLS} random kills",
            value=number,
            unit="points",
            target=1,
            better=Better.LOWER,
            details=details,
        )


def _kill_often(ledger: Ledger) -> Counter[str]:
    """Kill a worker, the coordinator or all of them, after some progress each; return how often which.

    A sweep that ends with an error is started again, and counted as ``_ENDED``.
    """
    chance, killed = random.Random(6), Counter[str]()
    with contextlib.ExitStack() as to_end:
        coordinator: psutil.Popen | None = None
        while sum(killed[victim] for victim in _VICTIMS) < _NUM_KILLS:
            if coordinator is None:
                coordinator = to_end.enter_context(_started(ledger))
            if not _await_progress(ledger, coordinator, chance.randint(*_PROGRESS)):
                killed[_ENDED] += 1
                coordinator = None
                continue
            victim = chance.choice(_VICTIMS)
            killed[victim] += _kill(coordinator, victim, chance)
            if victim != "worker":
                coordinator.wait()
                coordinator = None
            ledger.look()
    return killed


@contextlib.contextmanager
def _started(ledger: Ledger) -> Iterator[psutil.Popen]:
    """Yield a coordinator that goes on with the study; it is gone at the end, whatever happens."""
    environment = {**os.environ, NOTES: str(ledger.notes)}
    with psutil.Popen(_command(ledger), cwd=REPOSITORY, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                _kill(process, "tree", random.Random())


def _command(ledger: Ledger) -> list[str]:
    return [sys.executable, "-m", "benchmarks.sweep_driver", str(ledger.results), str(_NUM_POINTS)]


def _await_progress(ledger: Ledger, coordinator: psutil.Popen, num_points: int) -> bool:
    """Wait for ``num_points`` evaluations; return whether the coordinator still runs."""
    goal = ledger.evaluated().total() + num_points
    begin = time.perf_counter()
    while ledger.evaluated().total() < goal:
        if coordinator.poll() == 0:
            raise BenchmarkError(f"all {_NUM_POINTS:,} points were finished before the last kill")
        if coordinator.returncode is not None:
            return False
        if time.perf_counter() - begin > _WAIT_S:
            raise BenchmarkError(f"no {num_points} points in {_WAIT_S} s")
        time.sleep(0.02)
    return coordinator.poll() is None


def _kill(coordinator: psutil.Popen, victim: str, chance: random.Random) -> bool:
    """Kill, and return whether there was what to kill: a worker may be on its way back."""
    children = coordinator.children(recursive=True)
    if victim == "worker" and not children:
        return False
    victims = {"worker": children and [chance.choice(children)], "coordinator": [coordinator]}
    for process in victims.get(victim, [coordinator, *children]):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    return True


def _finish(ledger: Ledger) -> None:
    os.environ[NOTES] = str(ledger.notes)
    try:
        run_process(_command(ledger))
    finally:
        del os.environ[NOTES]
    ledger.look()
