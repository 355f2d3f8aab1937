from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.process import BenchmarkError
from benchmarks.process_tree import resident_bytes, run_tree

HOLD = "import time; held = bytearray(150_000_000); held[::4096] = b'1' * len(held[::4096]); time.sleep(1.2)"


def test_memory_of_children_counts() -> None:
    """A process of next to nothing whose child holds 150 MB."""
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {HOLD!r}], check=True)"
    cost = run_tree([sys.executable, "-c", parent])
    assert 150e6 < cost.peak_bytes < 300e6
    assert cost.wall_seconds > 1.2


def test_cpu_time_of_children_counts() -> None:
    """Half a second of work in a child, on a machine that may be busy: wall time is no less."""
    work = "import time\nwhile time.process_time() < 0.5: pass"
    cost = run_tree([sys.executable, "-c", f"import subprocess, sys; subprocess.run([sys.executable, '-c', {work!r}])"])
    assert 0.5 < cost.cpu_seconds < 1.5
    assert cost.wall_seconds > 0.5


def test_a_command_that_fails_is_named() -> None:
    with pytest.raises(BenchmarkError, match=r"-c raise SystemExit\('no room'\) ended with code 1: no room"):
        run_tree([sys.executable, "-c", "raise SystemExit('no room')"])


def test_a_process_that_is_gone_holds_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    assert resident_bytes(process.pid) == 0
