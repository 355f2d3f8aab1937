"""What two workers gain over one, and what handing out points of 100 ms takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import sparsim
from benchmarks.machine_load import load_text
from benchmarks.measurement import Better, Measurement
from benchmarks.process import BenchmarkError
from benchmarks.sweep_driver import SLEEP_S, asleep, run_sleepers
from sweeps.outcome import Status
from sweeps.runner import Counts

_NUM_POINTS = 80
_NUM_SLEEPERS = 402
_NUM_WORKERS = 2
STUDY = {
    "name": "equal_points",
    "networks": ["resnet50"],
    "accelerators": ["nm_array"],
    "mapper": "layers",
    "overrides": {"dma.latency_cycles": list(range(100, 100 + _NUM_POINTS))},
}
"""Points that differ in the DMA's latency alone cost the same, and are evaluated each alone."""


@dataclass(frozen=True, slots=True)
class _Spent:
    """Seconds of a whole sweep, and of a sweep of as many points as workers: starting, importing, compiled kernels."""

    whole: float
    start: float

    @property
    def net(self) -> float:
        return self.whole - self.start


def measure_workers() -> Iterator[Measurement]:
    """Yield the time of one worker over that of two."""
    _swept(1, 1)  # imports
    spent = {num: _Spent(_swept(num, _NUM_POINTS), _swept(num, num)) for num in (1, _NUM_WORKERS)}
    net = {num: one.net / (_NUM_POINTS - num) for num, one in spent.items()}
    yield Measurement(
        name="sweep, two workers over one",
        value=net[1] / net[_NUM_WORKERS],
        unit="x",
        target=1.7,
        details=f"{1e3 * net[1]:.0f} ms a point over {1e3 * net[_NUM_WORKERS]:.0f} ms, resnet50 on nm_array, "
        f"mapper layers, {_NUM_POINTS} points each evaluated alone, the start of the workers aside; with it "
        f"{spent[1].whole:.1f} s over {spent[_NUM_WORKERS].whole:.1f} s, "
        f"{spent[1].whole / spent[_NUM_WORKERS].whole:.2f} x; {load_text()}",
    )


def measure_overhead() -> Iterator[Measurement]:
    """Yield what a sweep takes beyond the points themselves, when each sleeps for 100 ms."""
    _slept(1)  # imports
    spent = _Spent(_slept(_NUM_SLEEPERS), _slept(_NUM_WORKERS))
    # The start has one point a worker, of which a tenth of a second was the point's own.
    ideal = (_NUM_SLEEPERS - _NUM_WORKERS) / _NUM_WORKERS * SLEEP_S
    yield Measurement(
        name="sweep, overhead of the scheduler at 100 ms a point",
        value=100 * (spent.net / ideal - 1),
        unit="%",
        target=10,
        better=Better.LOWER,
        details=f"{_NUM_SLEEPERS - _NUM_WORKERS} points that sleep, on two workers, in {spent.net:.2f} s where "
        f"{ideal:.2f} s are asleep; the start, {spent.start - SLEEP_S:.2f} s, is aside; {load_text()}",
    )


def _swept(num_workers: int, num_points: int) -> float:
    options = sparsim.SweepOptions(num_workers=num_workers, limit=num_points)
    return _timed(lambda: sparsim.sweep(STUDY, options=options).run(), num_points)  # type: ignore[arg-type]


def _slept(num_points: int) -> float:
    return _timed(lambda: run_sleepers(asleep, num_points), num_points)


def _timed(run: Callable[[], Counts], num_points: int) -> float:
    begin = time.perf_counter()
    counts = run()
    seconds = time.perf_counter() - begin
    if counts.by_status[Status.OK] != num_points:
        raise BenchmarkError(f"expected {num_points} points with figures, found {counts.by_status}")
    return seconds
