"""Plans of least traffic with faster tilings: they move the same, stay in their places, and are never slower."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mapper.objective import Objective
from mapper.residency import plan_network
from mapper.residency.faster_tilings import with_faster_tilings
from mapper.residency.plan_network import plan_residency
from simulator.machine import Machine
from simulator.simulate import simulate
from tests.mapper.drawn_networks import networks
from tests.simulator.drawn import accelerators, make_accelerator
from workloads.errors import InfeasiblePlan
from workloads.zoo import registry


def with_capacity(accelerator, capacity_bytes):
    memory = accelerator.scratchpad.model_copy(update={"capacity_bytes": capacity_bytes})
    return accelerator.model_copy(update={"scratchpad": memory})


def planned(network, accelerator, monkeypatch):
    """The plan as it is decided, before tilings get faster."""
    with monkeypatch.context() as patched:
        patched.setattr(plan_network, "with_faster_tilings", lambda network, plan, machine: plan)
        return plan_residency(network, accelerator, Objective.TRAFFIC, time_limit_s=20).plan


@settings(max_examples=25)
@given(network=networks(), accelerator=accelerators(is_split=False), capacity=st.integers(100, 5000))
def test_as_many_bytes_and_no_more_cycles(network, accelerator, capacity):
    small = with_capacity(accelerator, capacity + accelerator.scratchpad.port_bytes)
    with pytest.MonkeyPatch.context() as monkeypatch:
        try:
            plan = planned(network, small, monkeypatch)
        except InfeasiblePlan:
            assume(False)
    before = simulate(network, small, plan)
    faster = with_faster_tilings(network, plan, Machine(accelerator=small))
    after = simulate(network, small, faster)  # checks every place

    assert faster == replace(plan, tilings=faster.tilings)
    assert after.off_chip_read_bytes == before.off_chip_read_bytes
    assert after.off_chip_write_bytes == before.off_chip_write_bytes
    for one, other in zip(after.operators, before.operators, strict=True):
        assert one.total_cycles <= other.total_cycles


def test_tiny_tiles_grow(monkeypatch):
    network = registry.build("resnet9")
    accelerator = make_accelerator(rows=16, cols=16, capacity_bytes=96 * 2**10, latency_cycles=100)
    plan = planned(network, accelerator, monkeypatch)
    before = simulate(network, accelerator, plan)
    after = simulate(network, accelerator, with_faster_tilings(network, plan, Machine(accelerator=accelerator)))
    assert after.total_cycles < before.total_cycles / 2
