"""CPU seconds a design point of SCALE-Sim 3.0.0 and ZigZag 3.9.1 over Sparsim's in a sweep, in one run on one machine.

The 21 layers of ResNet-18 on 128 x 128 output-stationary PEs, one point each for the others; for Sparsim 2,000 arrays,
capacities and bandwidths around it, layer-by-layer plans, in one process, where points share work, and one point alone.
What they decide differs: SCALE-Sim follows one fixed dataflow, ZigZag and Sparsim search tilings.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator

from benchmarks.against_scalesim import DATA, prepare_environment, run_scalesim, run_sparsim
from benchmarks.machine_load import load_text
from benchmarks.measurement import Measurement
from benchmarks.process import REPOSITORY, BenchmarkError, ProcessCost, run_process

_ENVIRONMENT = REPOSITORY / ".venv-zigzag"
_PYTHON = _ENVIRONMENT / "bin" / "python"
_PACKAGES = ("zigzag-dse==3.9.1", "six")
_CONFIG = DATA / "os_128x128_user.cfg"
_STUDY = DATA / "design_points.yaml"
_NUM_POINTS = 2_000


def measure() -> Iterator[Measurement]:
    """Yield points a CPU second of Sparsim, and how many of them fit into a point of each of the others."""
    prepare_environment()
    _prepare_zigzag()
    ours = run_process([sys.executable, DATA.parent / "sweep_cpu_driver.py", _STUDY]).report
    if ours["num_points"] != _NUM_POINTS:
        raise BenchmarkError(f"{_STUDY.name}: expected {_NUM_POINTS} points with figures, found {ours['num_points']:g}")
    alone = run_sparsim(_CONFIG).report
    print("... ZigZag and SCALE-Sim on ResNet-18: take one to three minutes each", flush=True)
    zigzag = _run_zigzag().report
    if ours["macs"] != zigzag["macs"]:
        raise BenchmarkError(
            f"Sparsim counts {ours['macs']:,.0f} multiply-accumulates, ZigZag was given {zigzag['macs']:,.0f}"
        )
    seconds = {
        "ZigZag": zigzag["cpu_seconds"],
        "SCALE-Sim": run_scalesim(_CONFIG).report["cpu_seconds"],
    }
    yield from _measurements(ours["cpu_seconds"] / _NUM_POINTS, alone["cpu_seconds"], seconds)


def _measurements(our_seconds: float, alone_seconds: float, their_seconds: dict[str, float]) -> Iterator[Measurement]:
    yield Measurement(
        name="design points a CPU second, Sparsim, ResNet-18",
        value=1 / our_seconds,
        unit="1/s",
        details=f"{_NUM_POINTS:,} points of {1e3 * our_seconds:.2f} ms, mapper layers, one process; {load_text()}",
    )
    for tool, seconds in their_seconds.items():
        yield Measurement(
            name=f"CPU time of a design point, {tool} over Sparsim, ResNet-18",
            value=seconds / our_seconds,
            unit="x",
            details=f"{seconds:.1f} s over {1e3 * our_seconds:.2f} ms, after imports; over the "
            f"{1e3 * alone_seconds:.1f} ms of one point alone, on SCALE-Sim's configuration, "
            f"{seconds / alone_seconds:,.0f} x",
        )


def _prepare_zigzag() -> None:
    """Create ZigZag's own environment when it is not there."""
    if _PYTHON.exists() and subprocess.run([_PYTHON, "-c", "import zigzag.api"], capture_output=True).returncode == 0:
        return
    print(f"... installing ZigZag into {_ENVIRONMENT.name}", flush=True)
    run_process([sys.executable, "-m", "venv", _ENVIRONMENT])
    run_process([_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_PACKAGES])


def _run_zigzag() -> ProcessCost:
    inputs = [
        DATA / name for name in ("zigzag_os_128x128.yaml", "zigzag_os_mapping.yaml", "resnet18.csv", "warm_up.csv")
    ]
    with tempfile.TemporaryDirectory() as folder:
        return run_process([_PYTHON, DATA.parent / "zigzag_driver.py", *inputs, folder])
