"""The machine's figures are the accelerator's, in bits and a cycle."""

from __future__ import annotations

import pytest

from simulator.machine import Machine
from tests.simulator.drawn import make_accelerator


def test_bounds_of_a_shared_scratchpad():
    machine = Machine(
        accelerator=make_accelerator(
            capacity_bytes=1000, latency_cycles=7, channels=3, burst_bytes=32, bytes_per_1000_cycles=6400
        )
    )

    bounds = machine.bounds
    assert bounds.total_bits == 8000
    assert min(bounds.input_bits, bounds.weight_bits, bounds.output_bits) > 10**18  # one memory: no operand has its own
    assert bounds.bits_per_cycle == pytest.approx(51.2)
    assert (bounds.latency_cycles, bounds.num_channels, bounds.burst_bits) == (7, 3, 256)
    assert machine.is_shared
    assert machine.scratchpad_bytes == 1000
    assert machine.accumulator_bits == 32
    assert machine.num_lanes == 4


def test_bounds_of_a_split_scratchpad():
    machine = Machine(accelerator=make_accelerator(capacity_bytes=(100, 200, 300), bytes_per_1000_cycles=None))

    bounds = machine.bounds
    assert (bounds.input_bits, bounds.weight_bits, bounds.output_bits) == (800, 1600, 2400)
    assert bounds.total_bits == 4800
    assert bounds.bits_per_cycle == float("inf")
    assert not machine.is_shared
    assert machine.scratchpad_bytes == 600
    assert [memory.capacity_bytes for memory in machine.memories] == [100, 200, 300]
