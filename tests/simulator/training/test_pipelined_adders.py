"""Stalls of pipelined adders beside a PE that is stepped product by product."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.arrays.nm_systolic import NmSystolicArray
from simulator.arrays.protocol import TileCycles
from simulator.arrays.systolic import SystolicArray
from simulator.training.pipelined_adders import PipelinedAdders
from workloads.sparsity import NmPattern

SMALL = st.integers(1, 12)


def cycles(adders: PipelinedAdders, m: int, n: int, k: int) -> TileCycles:
    return adders.tile_cycles(np.array(m), np.array(n), np.array(k))


@pytest.mark.parametrize(("latency", "interleaved", "stream"), [(4, 1, 200), (4, 4, 80), (1, 1, 50), (4, 5, 50)])
def test_worked_example(latency: int, interleaved: int, stream: int) -> None:
    # 10 x 2 outputs on 2 x 2 PEs are 5 folds of 10 products each.
    adders = PipelinedAdders(SystolicArray(2, 2, "os"), 2, latency, interleaved)
    found = cycles(adders, 10, 2, 10)
    assert (int(found.num_folds), int(found.stream)) == (5, stream)
    assert int(found.fill) == 5 * (2 + 2 - 2)


def test_weight_stationary() -> None:
    # 6 rows of K on 3 are 2 folds; sums pass 3 adders, and each but the first is 4 - 1 cycles longer.
    array = SystolicArray(3, 2, "ws")
    found = cycles(PipelinedAdders(array, 3, 4, 1), 7, 2, 6)
    plain = array.tile_cycles(np.array(7), np.array(2), np.array(6))
    assert int(found.stream) == int(plain.stream) == 2 * 7
    assert int(found.fill) - int(plain.fill) == 2 * (3 - 1) * (4 - 1)


def stepped(num_folds: int, products: int, latency: int, interleaved: int) -> int:
    """Issue products one a cycle, each sum no sooner than ``latency`` after its last; rounds one after another."""
    now = 0
    for first in range(0, num_folds, interleaved):
        ready = [now] * min(interleaved, num_folds - first)
        for _ in range(products):
            for place, earliest in enumerate(ready):
                now = max(now, earliest)
                ready[place] = now + latency
                now += 1
        now = max(now, ready[0])
    return now


@given(m=SMALL, n=SMALL, k=SMALL, latency=st.integers(1, 6), interleaved=st.integers(1, 6))
def test_equals_a_stepped_pe(m: int, n: int, k: int, latency: int, interleaved: int) -> None:
    found = cycles(PipelinedAdders(SystolicArray(2, 3, "os"), 2, latency, interleaved), m, n, k)
    assert int(found.stream) == stepped(int(found.num_folds), k, latency, interleaved)


@given(m=SMALL, n=SMALL, k=SMALL, latency=st.integers(1, 6), interleaved=st.integers(1, 6))
def test_between_no_stall_and_all(m: int, n: int, k: int, latency: int, interleaved: int) -> None:
    array = SystolicArray(2, 3, "os")
    plain = int(array.tile_cycles(np.array(m), np.array(n), np.array(k)).stream)
    assert plain <= int(cycles(PipelinedAdders(array, 2, latency, interleaved), m, n, k).stream) <= latency * plain


@given(m=SMALL, n=SMALL, k=SMALL, dataflow=st.sampled_from(["os", "ws"]))
def test_adders_of_one_cycle_change_nothing(m: int, n: int, k: int, dataflow: str) -> None:
    array = SystolicArray(2, 3, dataflow)
    plain = array.tile_cycles(np.array(m), np.array(n), np.array(k))
    found = cycles(PipelinedAdders(array, 2, 1, 1), m, n, k)
    assert (int(found.fill), int(found.stream)) == (int(plain.fill), int(plain.stream))


def test_the_rest_is_the_arrays() -> None:
    array = NmSystolicArray(4, 4, "ws", pattern=NmPattern(n=2, m=4))
    adders = PipelinedAdders(array, 4, 4, 4)
    assert (adders.num_pes, adders.peak_macs_per_cycle, adders.tile_units) == (16, 16.0, (1, 4, 8))
    assert adders.performed_fraction == array.performed_fraction
    assert adders.stored_pattern(None) == NmPattern(n=2, m=4)
    sizes = np.array(3), np.array(5), np.array(8)
    assert adders.scratchpad_accesses(*sizes) == array.scratchpad_accesses(*sizes)
