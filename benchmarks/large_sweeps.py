"""Speed and memory of large sweeps, what two workers gain, what the scheduler takes, and resumption after kills."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import sparsim
from benchmarks.machine_load import load_text
from benchmarks.measurement import Better, Measurement
from benchmarks.process import BenchmarkError
from benchmarks.process_tree import TreeCost, run_tree
from benchmarks.sweep_kills import measure_kills
from benchmarks.sweep_workers import measure_overhead, measure_workers
from sweeps.read_results import query_results
from sweeps.study import load_study

STUDY = Path(__file__).parent / "data" / "sweep_grid.yaml"
_SMALLER: Mapping[int, Mapping[str, slice]] = {
    100: {
        "array.rows": slice(2, 3),
        "array.cols": slice(2, 3),
        "array.dataflow": slice(1),
        "off_chip.bandwidth_bytes_per_second": slice(None, None, 2),
    },
    1_000: {"array.cols": slice(2, 3), "array.dataflow": slice(1)},
    10_000: {},
}
"""Which values of the study's fields so many accelerators have; all of the others."""
_ROWS, _COLS = range(8, 258), range(8, 208)
_BANDWIDTHS = [10**9 * step for step in range(1, 21)]


def measure() -> Iterator[Measurement]:
    """Yield what a sweep of 20,000 points takes, a million closed forms, workers, the scheduler, and kills."""
    yield from measure_grids()
    yield measure_closed_forms()
    yield from measure_workers()
    yield from measure_overhead()
    yield from measure_kills()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Swept:
    """What a sweep in processes of its own took."""

    num_points: int
    cost: TreeCost
    evaluating_ms: float
    """Milliseconds a point inside the evaluating processes."""

    @property
    def point_ms(self) -> float:
        return 1e3 * self.cost.wall_seconds / self.num_points


def measure_grids() -> Iterator[Measurement]:
    """Yield seconds and memory of 10,000 accelerators, and how milliseconds a point grow from 100 of them."""
    swept = {num: _swept(num) for num in _SMALLER}
    (least, *_), (*_, most) = swept.items(), swept.items()
    num_accelerators, whole = most
    name = f"sweep, {num_accelerators:,} accelerators, resnet50 dense and 2:8"
    cost = f"on all cores, {whole.cost.cpu_seconds:.0f} s of CPU; {load_text()}"
    yield Measurement(
        name=name,
        value=whole.cost.wall_seconds,
        unit="s",
        target=60,
        better=Better.LOWER,
        details=f"`sparsim sweep`, {whole.num_points:,} points, mapper layers, {cost}",
    )
    yield Measurement(
        name=f"{name}, memory",
        value=whole.cost.peak_bytes / 1e9,
        unit="GB",
        target=2,
        better=Better.LOWER,
        details="most resident at once, of the coordinator and its processes together",
    )
    yield Measurement(
        name=f"sweep, time a point at {num_accelerators:,} accelerators over that at {least[0]:,}",
        value=whole.point_ms / least[1].point_ms,
        unit="x",
        target=1.2,
        better=Better.LOWER,
        details="; ".join(
            f"{num:,}: {one.point_ms:.2f} ms, start included, {one.evaluating_ms:.2f} ms in each process"
            for num, one in swept.items()
        ),
    )


def _swept(num_accelerators: int) -> _Swept:
    """Run the part of the study that has so many accelerators by ``sparsim sweep``."""
    print(f"... sweeps {num_accelerators:,} accelerators", flush=True)
    with tempfile.TemporaryDirectory() as name:
        study, results = Path(name) / "study.yaml", Path(name) / "results.sqlite"
        study.write_text(json.dumps(part_of_study(num_accelerators)))  # JSON is YAML
        cost = run_tree([Path(sys.executable).parent / "sparsim", "sweep", study, "--results", results])
        query = "SELECT COUNT(*), AVG(seconds) FROM results WHERE status = 'ok'"
        ((num_points, mean_s),) = query_results(results, query).rows
    expected = 2 * num_accelerators
    if num_points != expected:
        raise BenchmarkError(f"{STUDY.name}: expected {expected:,} points with figures, found {num_points!r}")
    return _Swept(num_points=expected, cost=cost, evaluating_ms=1e3 * float(str(mean_s)))


def part_of_study(num_accelerators: int) -> dict[str, object]:
    """Return the study with so many of its accelerators (100, 1,000 or all), as a mapping of plain values."""
    study = load_study(STUDY)
    chosen = _SMALLER[num_accelerators]
    overrides = {field: list(axis)[chosen.get(field, slice(None))] for field, axis in study.overrides.items()}
    return {
        "name": study.name,
        "networks": [one.network for one in study.networks],
        "accelerators": list(study.accelerators),
        "compressions": list(study.compressions),
        "mapper": study.mapper,
        "overrides": overrides,
    }


def measure_closed_forms() -> Measurement:
    """Return the seconds of a million lower bounds in one process."""
    network, accelerator = sparsim.load_network("resnet50"), sparsim.load_accelerator("os_array")
    begin = time.perf_counter()
    grid = sparsim.closed_form_grid(
        network, accelerator, rows=_ROWS, cols=_COLS, bandwidths_bytes_per_second=_BANDWIDTHS
    )
    seconds = time.perf_counter() - begin
    return Measurement(
        name=f"sweep, {grid.least_cycles.size:,} closed-form points",
        value=seconds,
        unit="s",
        target=600,
        better=Better.LOWER,
        details=f"resnet50 on os_array, {len(_ROWS)} x {len(_COLS)} arrays by {len(_BANDWIDTHS)} bandwidths, "
        f"one process, {1e6 * seconds / grid.least_cycles.size:.1f} us a point; {load_text()}",
    )
