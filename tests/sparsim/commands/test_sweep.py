from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sparsim.running import Command, Fails

STUDY = """
name: small
networks: [resnet9]
accelerators: [edge_npu]
mapper: layers
overrides:
  array.rows: [8, 16]
  scratchpad.capacity_bytes: [2 KiB, 64 KiB]
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


def test_a_study_runs_once(command: Command, study: Path, tmp_path: Path) -> None:
    results = tmp_path / "r.sqlite"
    first = command("sweep", study, "--results", results, "--serial")
    assert first.code == 0
    assert first.out.startswith("study small: 4 points, 2 ok, 2 infeasible, 0 failed\n4 new, 0 known before, in")
    assert "best in cycles, energy and area: 2 of 2" in first.out
    second = command("sweep", study, "--results", results)
    assert "0 new, 4 known before" in second.out
    assert second.out.partition("best")[2] == first.out.partition("best")[2]


def test_a_limit(command: Command, study: Path, tmp_path: Path) -> None:
    outcome = command("sweep", study, "--results", tmp_path / "r.sqlite", "--serial", "--limit", 1)
    assert "3 points are left: the same command goes on with them" in outcome.out


def test_a_sweep_without_a_design_says_why(command: Command, study: Path, tmp_path: Path) -> None:
    study.write_text(STUDY + "constraints: {max: {area_mm2: 0.001}}\n")
    outcome = command("sweep", study, "--results", tmp_path / "r.sqlite", "--serial")
    lines = outcome.out.partition("no point has a plan and meets the constraints\n")[2].splitlines()
    assert outcome.code == 2
    assert lines[0] == "2 x area_mm2 above max 0.001"
    assert lines[1].startswith("2 x infeasible: ")
    study.write_text(STUDY.replace(", 64 KiB", ""))
    outcome = command("sweep", study, "--results", tmp_path / "r.sqlite", "--serial")
    assert outcome.code == 2
    assert "\nno point has a plan and meets the constraints\n2 x infeasible: " in outcome.out


def test_points_of_another_version_are_told_of(command: Command, study: Path, tmp_path: Path) -> None:
    results = tmp_path / "r.sqlite"
    command("sweep", study, "--results", results, "--serial")
    connection = sqlite3.connect(results)
    connection.execute("UPDATE points SET model_version = 'older', identity = 'x' || identity")
    connection.commit()
    connection.close()
    outcome = command("sweep", study, "--results", results, "--serial")
    assert "has 4 points of other versions of the model: they stay apart, and are not used" in outcome.err
    assert "4 new, 0 known before" in outcome.out


def test_mistakes(fails: Fails, study: Path, tmp_path: Path) -> None:
    fails("expected a file, found none", "sweep", tmp_path / "none.yaml")
    fails("a serial sweep has no scheduler, workers or point timeout", "sweep", study, "--serial", "--workers", 2)
    fails("point timeout: expected more than 0 seconds, found -1", "sweep", study, "--point-timeout", -1)
    fails("argument --limit: expected a whole number of at least 1, found '0'", "sweep", study, "--limit", 0)
    fails("cannot be opened", "sweep", study, "--results", tmp_path / "none" / "r.sqlite")
    text = STUDY.replace("[8, 16]", "{range: [1, 60000, 1]}").replace("[2 KiB, 64 KiB]", "{range: [1, 20000, 1]}")
    study.write_text(text)
    fails("study 'small' has 1,200,000,000 points: --yes", "sweep", study)


def test_an_unreachable_scheduler(fails: Fails, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sweeps.cluster._CONNECT_S", 0.5)
    url = "tcp://127.0.0.1:9"
    fails(f"scheduler '{url}' cannot be reached", "sweep", study, "--results", tmp_path / "r", "--scheduler", url)


def test_control_c_keeps_what_is_finished(study: Path, tmp_path: Path) -> None:
    study.write_text(STUDY.replace("[8, 16]", "{range: [1, 2000, 1]}").replace("2 KiB, ", ""))
    results = tmp_path / "r.sqlite"
    arguments = [sys.executable, "-m", "sparsim.cli", "sweep", str(study), "--results", str(results), "--workers", "2"]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as started:
        while _num_points(results) < 3:
            assert started.poll() is None
            time.sleep(0.1)
        os.kill(started.pid, signal.SIGINT)
        out, err = started.communicate(timeout=60)
    assert started.returncode == 130
    assert out == ""
    told, interrupted = err.splitlines()
    assert interrupted == "interrupted"
    assert told == f"{_num_points(results)} new points are kept in {results}"


def _num_points(results: Path) -> int:
    if not results.exists():
        return 0
    connection = sqlite3.connect(results)
    try:
        return int(connection.execute("SELECT count(*) FROM points").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
