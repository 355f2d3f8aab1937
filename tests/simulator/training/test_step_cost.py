"""Totals of a step out of its operators."""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulator.result import Energy, Limit
from simulator.training.step_cost import StepOperator, StepPart, TrainingStepCost, matrix_cycles


def operator(name: str, part: StepPart, cycles: int, macs: int = 0) -> StepOperator:
    return StepOperator(
        name=name,
        layer="layer",
        part=part,
        dataflow="os" if macs else "",
        weights="dense" if macs else "",
        total_cycles=cycles,
        compute_cycles=cycles,
        off_chip_bytes=10 * cycles,
        macs=macs,
        performed_macs=macs / 2,
        energy=Energy(mac_pj=float(macs)),
        limited_by=Limit.COMPUTE,
    )


def step(*operators: StepOperator) -> TrainingStepCost:
    return TrainingStepCost(
        network="small",
        accelerator="sat",
        method="bdwp",
        sparsity="2:8",
        optimiser="sgd",
        batch=1,
        clock_hz=1_000_000,
        operators=operators,
        dense_operators=(replace(FORWARD, total_cycles=350), GRADIENT, replace(UPDATE, total_cycles=100)),
        mac_bound=2.0,
        equal_stages_bound=2.0,
    )


FORWARD = operator("a", StepPart.FORWARD, 100, macs=2000)
GRADIENT = operator("b", StepPart.WEIGHT_GRADIENT, 150, macs=2000)
UPDATE = operator("c", StepPart.UPDATE, 50)


def test_totals() -> None:
    cost = step(FORWARD, GRADIENT, UPDATE)
    assert (cost.total_cycles, cost.array_cycles, cost.macs, cost.performed_macs) == (300, 250, 4000, 2000)
    assert cost.latency_ms == pytest.approx(0.3)
    assert (cost.speedup_over_dense, cost.array_speedup_over_dense) == (2.0, 2.0)
    # 4000 MACs are 8000 operations in 300 us.
    assert cost.dense_equivalent_gflops_per_second == pytest.approx(8000 / 300e-6 * 1e-9)
    assert cost.effective_gflops_per_second == pytest.approx(4000 / 300e-6 * 1e-9)
    assert cost.energy.total_pj == 4000
    assert (cost.dense_cycles, sum(part.cycles for part in cost.dense_parts)) == (600, 600)


def test_parts_add_up() -> None:
    cost = step(FORWARD, GRADIENT, UPDATE)
    assert [part.part for part in cost.parts] == list(StepPart)
    assert sum(part.cycles for part in cost.parts) == cost.total_cycles
    assert sum(part.off_chip_bytes for part in cost.parts) == cost.off_chip_bytes
    assert sum(part.energy_pj for part in cost.parts) == cost.energy.total_pj


def test_no_operators() -> None:
    cost = replace(step(), dense_operators=())
    assert (cost.speedup_over_dense, cost.array_speedup_over_dense, cost.effective_gflops_per_second) == (1, 1, 0)
    assert matrix_cycles(()) == 0
