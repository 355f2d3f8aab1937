from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.sparsim.commands.test_sweep import STUDY, _num_points
from tests.sparsim.running import Command, Fails


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "study.yaml"
    path.write_text(STUDY)
    return path


def test_a_search_goes_on_with_a_larger_budget(command: Command, study: Path, tmp_path: Path) -> None:
    results = tmp_path / "r.sqlite"
    first = command("search", study, "--results", results, "--budget", 2, "--serial")
    assert first.code == 0
    assert "2 points evaluated now, 0 before, of a budget of 2; the study has 4" in first.out
    second = command("search", study, "--results", results, "--budget", 10, "--workers", 1, "--point-timeout", 600)
    assert "2 points evaluated now, 2 before, of a budget of 10; the study has 4" in second.out
    assert "every point of the study has been looked at" in second.out
    assert "best in latency_ms, energy_mj, area_mm2: 2 of 2" in second.out


def test_options_reach_the_search(command: Command, study: Path, tmp_path: Path) -> None:
    outcome = command(
        *("search", study, "--results", tmp_path / "r", "--budget", 4, "--serial"),
        *("--sampler", "random", "--objectives", "edp_mj_ms, area_mm2", "--seed", 7),
    )
    assert outcome.out.startswith("search small: random search, edp_mj_ms, area_mm2, seed 7\n")


def test_a_swept_study_costs_nothing(command: Command, study: Path, tmp_path: Path) -> None:
    results = tmp_path / "r.sqlite"
    command("sweep", study, "--results", results, "--serial")
    outcome = command("search", study, "--results", results, "--budget", 1, "--serial")
    assert "0 points evaluated now, 0 before, of a budget of 1; the study has 4" in outcome.out
    assert "4 designs looked at: 2 ok, 2 infeasible, 0 failed" in outcome.out


def test_nothing_fits(command: Command, study: Path, tmp_path: Path) -> None:
    study.write_text(STUDY.replace(", 64 KiB", ""))
    outcome = command("search", study, "--results", tmp_path / "r", "--budget", 5, "--serial")
    assert outcome.code == 0
    assert "2 designs looked at: 0 ok, 2 infeasible, 0 failed" in outcome.out
    assert outcome.out.endswith("no design has figures and meets the constraints\n")


def test_mistakes(fails: Fails, study: Path, tmp_path: Path) -> None:
    fails("the following arguments are required: --budget", "search", study)
    fails("argument --budget: expected a whole number of at least 1, found '0'", "search", study, "--budget", 0)
    fails("argument --seed: expected a whole number from 0 to 2**32 - 1, found 'x'", "search", study, "--seed", "x")
    some = ("search", study, "--budget", 5)
    fails("objective 'latency' is no figure of a point: did you mean latency_ms?", *some, "--objectives", "latency")
    fails("objectives: expected each once, found area_mm2 twice", *some, "--objectives", "area_mm2,area_mm2")
    fails("sampler: expected one of nsga2, tpe, random, found 'tpee'; did you mean 'tpe'?", *some, "--sampler", "tpee")
    fails("a serial search has no workers or point timeout", *some, "--serial", "--workers", 2)
    fails("point timeout: expected more than 0 seconds, found -1", *some, "--point-timeout", -1)
    fails("cannot be opened", *some, "--results", tmp_path / "none" / "r.sqlite")
    fails("expected a file, found none", "search", tmp_path / "none.yaml", "--budget", 5)


def test_control_c_keeps_what_is_finished(study: Path, tmp_path: Path) -> None:
    study.write_text(STUDY.replace("[8, 16]", "{range: [1, 2000, 1]}").replace("2 KiB, ", ""))
    results = tmp_path / "r.sqlite"
    arguments = ["search", str(study), "--results", str(results), "--workers", "2", "--budget", "2000"]
    with subprocess.Popen(
        [sys.executable, "-m", "sparsim.cli", *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        while _num_points(results) < 3:
            assert started.poll() is None
            time.sleep(0.1)
        os.kill(started.pid, signal.SIGINT)
        out, err = started.communicate(timeout=60)
    assert started.returncode == 130
    assert out == ""
    assert err.splitlines() == [f"{_num_points(results)} new points are kept in {results}", "interrupted"]
