"""Objectives by name, and the unit energies that the kernels read."""

from __future__ import annotations

import pytest

from mapper.objective import Objective, kernel_objective
from simulator.kernels import tile_loops
from simulator.machine import Machine
from tests.simulator.drawn import make_accelerator
from workloads.loop_nest import MatrixNest

NEST = MatrixNest(
    groups=1,
    batch=4,
    axes=(),
    num_filters=4,
    num_channels=4,
    input_bits=8,
    weight_bits=8,
    output_bits=8,
    resident_bits=0,
    num_output_elements=16,
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("traffic", tile_loops.TRAFFIC),
        ("latency", tile_loops.LATENCY),
        ("energy", tile_loops.ENERGY),
        ("edp", tile_loops.EDP),
    ],
)
def test_unit_energies(name, kind):
    machine = Machine(accelerator=make_accelerator(capacity_bytes=(2**14, 2**15, 2**16)))
    costs = machine.costs

    objective = kernel_objective(Objective(name), NEST, machine, 7.5)

    assert objective.kind == kind
    assert objective.fixed_pj == 7.5
    assert objective.input_pj_per_bit == costs.off_chip_pj_per_bit + costs.scratchpad_write_pj_per_bit[0]
    assert objective.weight_pj_per_bit == costs.off_chip_pj_per_bit + costs.scratchpad_write_pj_per_bit[1]
    assert objective.output_read_pj_per_bit == pytest.approx(
        costs.off_chip_pj_per_bit + costs.scratchpad_write_pj_per_bit[2]
    )
    assert objective.output_write_pj_per_bit == costs.off_chip_pj_per_bit + costs.scratchpad_read_pj_per_bit[2]
    assert objective.pj_per_cycle == costs.leakage_pj_per_cycle
