"""Speed of the functional twin: processing elements stepped a second."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from benchmarks.measurement import Measurement
from simulator.kernels.systolic_twin import multiply_on_array

_SIDE = 256
_ROWS = _COLS = 32


def measure() -> Iterator[Measurement]:
    """Yield the rate of each dataflow on one 256 x 256 x 256 product, kernels compiled beforehand."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(-128, 128, (2, _SIDE, _SIDE))
    for dataflow in ("os", "ws", "is"):
        multiply_on_array(a[:2, :2], b[:2, :2], rows=2, cols=2, dataflow=dataflow)
        start = time.process_time()
        result = multiply_on_array(a, b, rows=_ROWS, cols=_COLS, dataflow=dataflow)
        seconds = time.process_time() - start
        yield Measurement(
            name=f"functional twin, {dataflow}",
            value=result.cycles * _ROWS * _COLS / seconds / 1e6,
            unit="M PE steps/s",
            details=f"{result.cycles:,} cycles of {_ROWS} x {_COLS} PEs in {seconds:.3f} s of CPU time",
        )
