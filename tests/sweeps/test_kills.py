"""Killed with ``kill -9`` at random moments and started again, a sweep loses no finished point and repeats none."""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from sweeps.read_results import query_results
from tests.sweeps.coordinator import run_slow_study

ROOT = Path(__file__).parents[2]
NUM_POINTS = 120


def finished(results: Path) -> dict[int, str]:
    """Rows and the time they were written at, of each point in the file."""
    if not results.exists():
        return {}
    with contextlib.closing(sqlite3.connect(results)) as connection:
        try:
            rows = connection.execute("SELECT total_cycles, finished_at FROM points WHERE status = 'ok'").fetchall()
        except sqlite3.OperationalError:
            return {}  # killed before there were tables
    return dict(rows)


def evaluated(notes: Path) -> Counter[int]:
    """How often each point was evaluated."""
    return Counter(int(line.split()[0]) for line in notes.read_text().splitlines()) if notes.exists() else Counter()


def kill(coordinator: psutil.Process, what: str, chance: random.Random) -> None:
    """Kill with SIGKILL a random evaluating process, the coordinator, or all of them."""
    children = coordinator.children(recursive=True)
    match what:
        case "worker" if children:
            victims = [chance.choice(children)]
        case "tree":
            victims = [coordinator, *children]
        case _:
            victims = [coordinator]
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("kills", [("worker", "coordinator", "tree")])
def test_kills(kills: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(20)
    results, notes = tmp_path / "results.sqlite", tmp_path / "notes"
    monkeypatch.setenv("NOTES", str(notes))
    orphans: list[psutil.Process] = []
    for what in kills:
        before, evaluations = finished(results), evaluated(notes)
        command = [sys.executable, "-m", "tests.sweeps.coordinator", str(results), str(NUM_POINTS)]
        with subprocess.Popen(command, cwd=ROOT) as started:
            coordinator = psutil.Process(started.pid)
            while len(evaluated(notes)) - len(evaluations) < 10 and started.poll() is None:
                time.sleep(0.02)
            time.sleep(chance.uniform(0, 0.3))
            orphans += coordinator.children(recursive=True) if started.poll() is None else []
            kill(coordinator, what, chance)
            if what == "worker":
                time.sleep(chance.uniform(0, 0.3))
                kill(coordinator, "coordinator", chance)
        after = finished(results)
        assert before.items() <= after.items(), "a finished point is lost or was written again"
        assert all(evaluated(notes)[rows] == evaluations[rows] for rows in before), "a finished point was repeated"
    assert len(finished(results)) < NUM_POINTS, "the kills came too late to test anything"
    before, evaluations = finished(results), evaluated(notes)
    assert before, "the kills came too early to test anything"
    time.sleep(1.5)
    assert not [one for one in orphans if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    monkeypatch.setattr("sweeps.cluster.model_version", None)
    counts = run_slow_study(str(results), NUM_POINTS)
    after = finished(results)
    assert sorted(after) == list(range(1, NUM_POINTS + 1))
    assert before.items() <= after.items()
    assert counts.num_known == len(before)
    assert counts.num_new == NUM_POINTS - len(before)
    assert all(evaluated(notes)[rows] == evaluations[rows] for rows in before)
    assert query_results(results, "PRAGMA quick_check").rows == (("ok",),)
