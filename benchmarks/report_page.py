"""Opening the page of a results file with 20,000 points, each with the layers of a small network, in a browser."""

from __future__ import annotations

import json
import random
import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measurement import Better, Measurement
from benchmarks.process import BenchmarkError
from sparsim.design_report import write_design_report
from sweeps.outcome import METRIC_TYPES
from sweeps.store import Store
from sweeps.store_schema import views

NUM_POINTS = 20_000
_NUM_LAYERS = 12
_NUM_RUNS = 5
_FIELDS = ("array.rows", "scratchpad.capacity_bytes")
_BROWSER = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""No virtual time: the page's own clock is what is measured."""


def measure() -> Iterator[Measurement]:
    """Yield the time from navigation to the page drawn, as the page says itself, and that of the browser's process."""
    browser = next((found for name in _BROWSER if (found := shutil.which(name))), None)
    if browser is None:
        raise BenchmarkError("expected Chromium, found none: `apt-get install chromium`")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_synthetic_results(folder / "results.sqlite", NUM_POINTS)
        begin = time.perf_counter()
        page = write_design_report(folder / "results.sqlite", folder / "report.html")
        written = time.perf_counter() - begin
        runs = sorted(open_page(browser, page.path, folder / f"profile{run}") for run in range(_NUM_RUNS))
    opened, whole = runs[_NUM_RUNS // 2]
    yield Measurement(
        name=f"report page of {NUM_POINTS:,} points",
        value=opened,
        unit="s",
        target=3,
        better=Better.LOWER,
        details=f"navigation to drawn, median of {_NUM_RUNS} (most {runs[-1][0]:.2f} s); {whole:.2f} s with the "
        f"browser's start and end; {page.num_bytes / 1e6:.1f} MB, written in {written:.1f} s",
    )


def open_page(browser: str, page: Path, profile: Path) -> tuple[float, float]:
    """Return the seconds until ``page`` was drawn, and those that the browser ran."""
    command = [browser, *_QUIET, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()]
    begin = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    whole = time.perf_counter() - begin
    told = re.search(r'data-opened-ms="(\d+)"', done.stdout)
    if told is None:
        raise BenchmarkError(f"{browser} did not draw {page}: {done.stderr[-300:]}")
    return int(told[1]) / 1e3, whole


def write_synthetic_results(path: Path, num_points: int) -> None:
    """Write a results file of random figures into ``path``; the same for the same number."""
    draw = random.Random(0)
    figures = ", ".join(METRIC_TYPES)
    marks = ", ".join("?" * (7 + len(METRIC_TYPES)))
    with Store(path):
        pass  # the tables
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("INSERT INTO studies VALUES (1, 'synthetic', '0+benchmark', '{}', 1)")
        connection.executemany("INSERT INTO parameters VALUES (?)", ((name,) for name in _FIELDS))
        connection.executemany(
            f"INSERT INTO points (identity, model_version, status, reason, seconds, finished_at, layers, {figures}) "
            f"VALUES ({marks})",
            (_point(draw, index) for index in range(num_points)),
        )
        connection.executemany(
            "INSERT INTO study_points VALUES (1, ?, ?, ?, '')",
            ((_identity(index), index, _parameters(draw)) for index in range(num_points)),
        )
    connection.close()
    _make_views(path)


def _make_views(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.executescript(views(_FIELDS))
    connection.close()


def _identity(index: int) -> str:
    return f"{index:016x}".ljust(64, "0")


def _parameters(draw: random.Random) -> str:
    return json.dumps(
        {
            "network": "resnet50",
            "bindings": "",
            "batch": None,
            "accelerator": draw.choice(["nm_array", "edge_npu", "sparse_tensor_core"]),
            "compression": draw.choice(["dense", "nm:2:4", "nm:2:8"]),
            "objective": "latency",
            "mapper": "layers",
            "time_limit_s": 10.0,
            _FIELDS[0]: draw.choice([8, 16, 32, 64]),
            _FIELDS[1]: 2 ** draw.randint(14, 22),
        }
    )


def _point(draw: random.Random, index: int) -> tuple[object, ...]:
    layers = [
        {
            "name": f"layer{layer}.conv",
            "kind": "conv",
            "macs": draw.randint(10**6, 10**8),
            "total_cycles": draw.randint(10**4, 10**6),
            "stall_cycles": draw.randint(0, 10**4),
            "off_chip_bytes": draw.randint(10**4, 10**6),
            "scratchpad_bytes": draw.randint(10**3, 10**6),
            "energy_mj": round(draw.random(), 9),
            "limited_by": "compute",
            "tile": "m=64 n=16 k=128 nmk hold input",
        }
        for layer in range(_NUM_LAYERS)
    ]
    packed = zlib.compress(json.dumps(layers, separators=(",", ":")).encode())
    spread = [
        draw.randint(10**4, 10**7) if kind == "INTEGER" else draw.lognormvariate(0, 1.5)
        for kind in METRIC_TYPES.values()
    ]
    return (_identity(index), "0+benchmark", "ok", "", 0.01, "2026-01-01T00:00:00", packed, *spread)
