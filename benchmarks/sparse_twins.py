"""Speed of the sparse arrays' functional twins: processing elements stepped a second."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from benchmarks.measurement import Measurement
from simulator.kernels.eyeriss_v2_twin import multiply_on_pes
from simulator.kernels.nm_systolic_twin import compress_weights, multiply_nm_on_array
from simulator.kernels.outer_product_twin import OuterProductCore, multiply_on_outer_product_core
from simulator.kernels.pipelined_array_twin import PipelinedPes, multiply_on_pipelined_pes
from simulator.kernels.sigma_twin import multiply_on_sigma
from simulator.kernels.sparse_tensor_core_twin import multiply_on_tensor_core

_SIDE = 512
_TARGET = 50
_N, _M = 2, 8
Matrix = NDArray[np.int64]
Multiply = Callable[[Matrix, Matrix], int]
"""Multiplies inputs (M, K) by weights (K, N) and returns the cycles that it took."""


def measure() -> Iterator[Measurement]:
    """Yield the rate of each array on a 512 x 512 x 512 product with 2:8 weights, kernels compiled beforehand."""
    rng = np.random.default_rng(0)
    a = rng.integers(-128, 128, (_SIDE, _SIDE))
    b = _two_of_eight(rng)
    for name, num_pes, multiply in _twins():
        multiply(a[:2, :_M], np.ascontiguousarray(b[:_M, :2]))
        start = time.process_time()
        cycles = multiply(a, b)
        seconds = time.process_time() - start
        yield Measurement(
            name=f"functional twin, {name}",
            value=cycles * num_pes / seconds / 1e6,
            unit="M PE steps/s",
            target=_TARGET,
            details=f"{cycles:,} cycles of {num_pes:,} PEs in {seconds:.3f} s of CPU time, weights {_N}:{_M}",
        )


def _two_of_eight(rng: np.random.Generator) -> Matrix:
    """Weights with two non-zeros in each eight of a column."""
    order = rng.random((_SIDE // _M, _M, _SIDE)).argsort(axis=1)
    values = rng.integers(1, 128, order.shape)
    return np.where(order < _N, values, 0).reshape(_SIDE, _SIDE)


def _twins() -> Iterator[tuple[str, int, Multiply]]:
    for dataflow in ("os", "ws"):
        yield f"N:M systolic, {dataflow}", 1024, _nm(dataflow)
    for dataflow in ("os", "ws"):
        yield f"pipelined adders, {dataflow}", 1024, _pipelined(dataflow)
    yield "sparse tensor core", 1024, _tensor_core
    yield "outer product", 128, lambda a, b: multiply_on_outer_product_core(a, b, OuterProductCore()).cycles
    yield "Eyeriss v2", 192, lambda a, b: multiply_on_pes(a, b, rows=24, cols=8).cycles
    yield "SIGMA", 1024, _sigma


def _nm(dataflow: str) -> Multiply:
    def multiply(a: Matrix, b: Matrix) -> int:
        weights = compress_weights(b, n=_N, m=_M)
        return multiply_nm_on_array(a, weights, rows=32, cols=32, dataflow=dataflow).cycles

    return multiply


def _pipelined(dataflow: str) -> Multiply:
    """Return the N:M array with adders of four stages, which four sums pass in turn."""
    pes = PipelinedPes(rows=32, cols=32, dataflow=dataflow, latency_cycles=4, interleaved=4)
    return lambda a, b: multiply_on_pipelined_pes(a.astype(float), b.astype(float), pes, pattern=(_N, _M)).cycles


def _tensor_core(a: Matrix, b: Matrix) -> int:
    return multiply_on_tensor_core(a, b, pattern=(_N, _M), num_units=64, unit_size=16).cycles


def _sigma(a: Matrix, b: Matrix) -> int:
    held, streamed = np.ascontiguousarray(b.T), np.ascontiguousarray(a.T)
    run = multiply_on_sigma(held, streamed, num_multipliers=1024, distribution_bandwidth=512, reduction_bandwidth=512)
    return run.cycles
