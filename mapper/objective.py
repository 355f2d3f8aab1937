"""What a plan is chosen for."""

from __future__ import annotations

from enum import StrEnum

from simulator.kernels import tile_loops, tile_types
from simulator.machine import Machine
from simulator.moving_energy import load_costs, store_pj_per_bit
from simulator.tile_cost import Nest


class Objective(StrEnum):
    """Off-chip bits, cycles, energy, or energy times cycles: the least wins; ties go to fewer off-chip bits."""

    LATENCY = "latency"
    TRAFFIC = "traffic"
    ENERGY = "energy"
    EDP = "edp"


_KIND = {
    Objective.LATENCY: tile_loops.LATENCY,
    Objective.TRAFFIC: tile_loops.TRAFFIC,
    Objective.ENERGY: tile_loops.ENERGY,
    Objective.EDP: tile_loops.EDP,
}


def kernel_objective(objective: Objective, nest: Nest, machine: Machine, fixed_pj: float) -> tile_types.Objective:
    """Return ``objective`` with the unit energies of ``nest`` on ``machine``, as the kernels read it.

    ``fixed_pj`` is the operator's energy that no tiling changes. Assumes energy times delay is least for a network when
    it is least for each operator.
    """
    costs = machine.costs
    store_pj = store_pj_per_bit(nest, machine)  # of finished outputs; the kernels count partial sums as written too
    weight_pj = load_costs(nest, 1, machine).total_pj
    residents_pj = nest.resident_bits * (costs.load_pj_per_bit(1) - weight_pj)  # they are dense, and counted as weights
    return tile_types.Objective(
        kind=_KIND[objective],
        fixed_pj=fixed_pj + residents_pj,
        input_pj_per_bit=load_costs(nest, 0, machine).total_pj,
        weight_pj_per_bit=weight_pj,
        output_read_pj_per_bit=costs.load_pj_per_bit(2) + costs.store_pj_per_bit - store_pj,
        output_write_pj_per_bit=store_pj,
        pj_per_cycle=costs.leakage_pj_per_cycle,
    )
