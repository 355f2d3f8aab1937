"""Speed of the functional twin: processing elements stepped a second."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.measurement import Measurement
from simulator.kernels.nm_systolic_twin import compress_weights, multiply_nm_on_array
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
    yield from _measure_nm(a, b)


def _measure_nm(a: NDArray[np.int64], b: NDArray[np.int64]) -> Iterator[Measurement]:
    """Yield the rate of each dataflow with 2:8 weights, four times as many of them."""
    a, b = np.tile(a, (1, 4)), np.tile(b, (4, 1))
    b[np.arange(len(b)) % 8 > 1] = 0
    weights = compress_weights(b, n=2, m=8)
    for dataflow in ("os", "ws"):
        multiply_nm_on_array(a[:2], weights, rows=_ROWS, cols=_COLS, dataflow=dataflow)
        start = time.process_time()
        result = multiply_nm_on_array(a, weights, rows=_ROWS, cols=_COLS, dataflow=dataflow)
        seconds = time.process_time() - start
        yield Measurement(
            name=f"functional twin, 2:8 weights, {dataflow}",
            value=result.cycles * _ROWS * _COLS / seconds / 1e6,
            unit="M PE steps/s",
            target=50,
            details=f"{result.cycles:,} cycles of {_ROWS} x {_COLS} PEs in {seconds:.3f} s of CPU time",
        )
