"""CPU time of SCALE-Sim 3.0.0 over Sparsim's, for the same layers on the same array, in one run on one machine.

ResNet-18 (all 21 layers, 1.814 G multiply-accumulates, padding counted as input) on 128 x 128 output-stationary PEs
with three memories of 1 MB; once without stalls, once with ten words a cycle off-chip and stalls modelled on both
sides. SCALE-Sim writes no traces.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measurement import Measurement
from benchmarks.process import REPOSITORY, BenchmarkError, ProcessCost, run_process

DATA = Path(__file__).parent / "data"
_TARGET_RATIO = 1000
_NUM_SPARSIM_RUNS = 5
_ENVIRONMENT = REPOSITORY / ".venv-scalesim"
_PYTHON = _ENVIRONMENT / "bin" / "python"
_PACKAGES = ("numpy<2", "scalesim==3.0.0")
_CASES = {"without stalls": "os_128x128_calc.cfg", "bandwidth-limited": "os_128x128_user.cfg"}


def measure() -> Iterator[Measurement]:
    """Yield two ratios a case: without and with the start of the processes."""
    prepare_environment()
    for case, config in _CASES.items():
        ours = [run_sparsim(DATA / config) for _ in range(_NUM_SPARSIM_RUNS)]
        print(f"... SCALE-Sim on ResNet-18, {case}: takes one to three minutes", flush=True)
        theirs = run_scalesim(DATA / config)
        yield from _ratios(case, theirs, ours)


def prepare_environment() -> None:
    """Create SCALE-Sim's own environment when it is not there."""
    if _PYTHON.exists() and subprocess.run([_PYTHON, "-c", "import scalesim"], capture_output=True).returncode == 0:
        return
    print(f"... installing SCALE-Sim into {_ENVIRONMENT.name}", flush=True)
    run_process([sys.executable, "-m", "venv", _ENVIRONMENT])
    run_process([_PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *_PACKAGES])


def run_scalesim(config: Path) -> ProcessCost:
    """Return what SCALE-Sim takes for ResNet-18."""
    with tempfile.TemporaryDirectory() as folder:
        return run_process([_PYTHON, DATA.parent / "scalesim_driver.py", config, DATA / "resnet18.csv", folder])


def run_sparsim(config: Path) -> ProcessCost:
    """Return what Sparsim takes for ResNet-18, alone, in a process of its own."""
    driver = DATA.parent / "sparsim_driver.py"
    return run_process([sys.executable, driver, config, DATA / "resnet18.csv", DATA / "warm_up.csv"])


def _ratios(case: str, theirs: ProcessCost, ours: list[ProcessCost]) -> Iterator[Measurement]:
    their_report, our_report = theirs.report, ours[0].report
    if our_report["macs"] != 1_814_073_344:
        raise BenchmarkError(
            f"Sparsim counts {our_report['macs']:,.0f} multiply-accumulates, ResNet-18 has 1,814,073,344"
        )
    their_seconds = their_report["cpu_seconds"]
    our_seconds = statistics.median(cost.report["cpu_seconds"] for cost in ours)
    cycles = "; ".join(
        f"{tool} {report['compute_cycles']:,.0f} compute and {report['stall_cycles']:,.0f} stall cycles"
        for tool, report in (("SCALE-Sim", their_report), ("Sparsim", our_report))
    )
    yield Measurement(
        name=f"CPU time, SCALE-Sim over Sparsim, ResNet-18 {case}",
        value=their_seconds / our_seconds,
        unit="x",
        target=_TARGET_RATIO,
        details=f"{their_seconds:.1f} s over {our_seconds:.4f} s (median of {len(ours)} processes) to load and cost "
        f"the network, after imports and loading of compiled kernels. {cycles}",
    )
    our_process = statistics.median(cost.cpu_seconds for cost in ours)
    yield Measurement(
        name=f"the same, whole processes, {case}",
        value=theirs.cpu_seconds / our_process,
        unit="x",
        details=f"{theirs.cpu_seconds:.1f} s over {our_process:.2f} s: interpreter, imports and loading of compiled "
        "kernels on both sides; ours also costs the network that loads them",
    )
