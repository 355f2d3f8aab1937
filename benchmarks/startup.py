"""Wall time of what a user waits for: the import, and one run of ResNet-50 from the shell."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

import onnx

from benchmarks.measurement import Better, Measurement
from benchmarks.process import run_process

_NUM_RUNS = 5
_TIMED_IMPORT = (
    "import time; start = time.perf_counter(); import sparsim; "
    "print(f'REPORT {{\"seconds\": {time.perf_counter() - start}}}')"
)
_MODEL = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light" / "light_resnet50.onnx"


def measure() -> Iterator[Measurement]:
    """Yield the import's and the command's wall time, files and kernels cached by a first run."""
    yield _measure_import()
    yield _measure_command()


def _measure_import() -> Measurement:
    command: list[str | Path] = [sys.executable, "-c", _TIMED_IMPORT]
    run_process(command)
    return Measurement(
        name="import sparsim",
        value=statistics.median(run_process(command).report["seconds"] for _ in range(_NUM_RUNS)),
        unit="s",
        target=0.5,
        better=Better.LOWER,
        details=f"wall time of the statement, median of {_NUM_RUNS} processes",
    )


def _measure_command() -> Measurement:
    sparsim = Path(sys.executable).parent / "sparsim"
    command: list[str | Path] = [sparsim, "run", _MODEL, "--accelerator", "tpu_like", "--format", "json"]
    first = run_process(command).wall_seconds
    return Measurement(
        name="sparsim run light_resnet50.onnx",
        value=statistics.median(run_process(command).wall_seconds for _ in range(_NUM_RUNS)),
        unit="s",
        target=3,
        better=Better.LOWER,
        details=f"wall time of the whole command, median of {_NUM_RUNS}; the first took {first:.2f} s",
    )
