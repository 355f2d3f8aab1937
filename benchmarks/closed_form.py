"""Layer costs a second on one core, from the vectorised closed forms."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from benchmarks.measurement import Measurement
from simulator.arrays.systolic import SystolicArray

_NUM_LAYERS = 20_000
_DATAFLOWS = ("os", "ws", "is")


def measure() -> Iterator[Measurement]:
    """Yield the rate over random layers: cycles and accesses of each, under each dataflow."""
    rng = np.random.default_rng(0)
    m, n, k = rng.integers(1, 4096, (3, _NUM_LAYERS))
    arrays = [SystolicArray(128, 128, dataflow) for dataflow in _DATAFLOWS]
    start = time.process_time()
    checksum = 0
    for array in arrays:
        cycles, accesses = array.tile_cycles(m, n, k), array.scratchpad_accesses(m, n, k)
        checksum += int((cycles.fill + cycles.stream).sum()) + int(accesses.input_read.sum())
    seconds = time.process_time() - start
    yield Measurement(
        name="layer costs a second",
        value=_NUM_LAYERS * len(arrays) / seconds,
        unit="layers/s",
        target=10_000,
        details=f"{_NUM_LAYERS:,} layers x {len(arrays)} dataflows: cycles and scratchpad accesses in {seconds:.4f} s "
        f"of CPU time on one core (checksum {checksum})",
    )
