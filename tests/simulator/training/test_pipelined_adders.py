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


@pytest.mark.parametrize(
    ("latency", "interleaved", "stream", "fill"),
    [
        (4, 1, 200, 5 * 2),  # five rounds of one: the last sum is done when the next could begin
        (4, 4, 80, 2 * 2 + 3),  # a round of four, whose last three sums leave one after the other, and one of one
        (1, 1, 50, 5 * 2),
        (4, 5, 50, 2 + 3),  # the last five products enter without a gap, and the last leaves 3 cycles later
        (4, 3, 80, 2 * 2 + 2 + 1),  # rounds of three and of two
    ],
)
def test_worked_example(latency: int, interleaved: int, stream: int, fill: int) -> None:
    # 10 x 2 outputs on 2 x 2 PEs are 5 folds of 10 products each, and a round fills in 2 + 2 - 2 cycles.
    adders = PipelinedAdders(SystolicArray(2, 2, "os"), 2, latency, interleaved)
    found = cycles(adders, 10, 2, 10)
    assert (int(found.num_folds), int(found.stream), int(found.fill)) == (5, stream, fill)


def test_weight_stationary() -> None:
    # 6 rows of K on 3 are 2 folds; sums pass 3 adders, and each is 4 - 1 cycles longer.
    array = SystolicArray(3, 2, "ws")
    found = cycles(PipelinedAdders(array, 3, 4, 1), 7, 2, 6)
    plain = array.tile_cycles(np.array(7), np.array(2), np.array(6))
    assert int(found.stream) == int(plain.stream) == 2 * 7
    assert int(found.fill) - int(plain.fill) == 2 * 3 * (4 - 1)


def stepped(num_folds: int, products: int, latency: int, interleaved: int) -> int:
    """Issue products one a cycle, each sum no sooner than ``latency`` after its last; a round ends with all sums."""
    now = 0
    for first in range(0, num_folds, interleaved):
        ready = [now] * min(interleaved, num_folds - first)
        for _ in range(products):
            for place, earliest in enumerate(ready):
                now = max(now, earliest)
                ready[place] = now + latency
                now += 1
        now = max(ready)
    return now


@given(m=SMALL, n=SMALL, k=SMALL, latency=st.integers(1, 6), interleaved=st.integers(1, 6))
def test_equals_a_stepped_pe(m: int, n: int, k: int, latency: int, interleaved: int) -> None:
    found = cycles(PipelinedAdders(SystolicArray(2, 3, "os"), 2, latency, interleaved), m, n, k)
    folds = int(found.num_folds)
    skewed = -(-folds // interleaved) * (2 + 3 - 2)  # the corner's PE is as many cycles behind the first, once a round
    assert int(found.fill + found.stream) == stepped(folds, k, latency, interleaved) + skewed


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


@given(m=SMALL, n=SMALL, k=SMALL, latency=st.integers(1, 6), interleaved=st.integers(1, 6))
def test_turns_are_never_slower_than_one_after_another(m: int, n: int, k: int, latency: int, interleaved: int) -> None:
    array = SystolicArray(2, 3, "os")
    alone = cycles(PipelinedAdders(array, 2, latency, 1), m, n, k)
    in_turn = cycles(PipelinedAdders(array, 2, latency, interleaved), m, n, k)
    assert int(in_turn.fill + in_turn.stream) <= int(alone.fill + alone.stream)


@pytest.mark.parametrize("dataflow", ["os", "ws"])
def test_a_tile_of_nothing_takes_no_cycle(dataflow: str) -> None:
    found = cycles(PipelinedAdders(SystolicArray(2, 3, dataflow), 2, 4, 4), 5, 0, 7)
    assert (int(found.fill), int(found.stream), int(found.num_folds)) == (0, 0, 0)


def test_the_rest_is_the_arrays() -> None:
    array = NmSystolicArray(4, 4, "ws", pattern=NmPattern(n=2, m=4))
    adders = PipelinedAdders(array, 4, 4, 4)
    assert (adders.num_pes, adders.peak_macs_per_cycle, adders.tile_units) == (16, 16.0, (1, 4, 8))
    assert adders.performed_fraction == array.performed_fraction
    assert adders.stored_pattern(None) == NmPattern(n=2, m=4)
    sizes = np.array(3), np.array(5), np.array(8)
    assert adders.scratchpad_accesses(*sizes) == array.scratchpad_accesses(*sizes)
