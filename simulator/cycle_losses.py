"""Where an operator's cycles go: what each limit adds to the time that effectual products alone would take."""

from __future__ import annotations

import numpy as np

from simulator.kernels import tile_loops
from simulator.kernels.tile_types import TileSpace
from simulator.machine import Machine
from simulator.operator_compression import effectual_fraction
from simulator.plan import Tiling
from simulator.result import CycleLosses
from simulator.tile_cost import TileCost, tiling_record
from simulator.tile_space import space_of, without_metadata
from simulator.tile_sums import stream_sums
from workloads.loop_nest import MatrixNest

_NO_LIMIT_BITS = 2**62


def stream_losses(cost: TileCost) -> CycleLosses:
    """Return the losses of an operator that the vector unit or the DMA runs."""
    waiting = cost.total_cycles - cost.compute_cycles
    return CycleLosses(vector_cycles=float(cost.compute_cycles), off_chip_cycles=float(waiting))


def matrix_losses(nest: MatrixNest, tiling: Tiling, machine: Machine, cost: TileCost) -> CycleLosses:
    """Return the losses of a product: each limit is lifted in turn, the DMA first, and what that saves is its loss.

    Parameters
    ----------
    nest, tiling, machine
    cost : TileCost
        Of that tiling.
    """
    array = machine.array_for(nest)
    space = space_of(nest, tiling, machine)
    array_cycles = _compute_cycles(_without_ports(space)._replace(fused_operations=0.0), tiling, machine)
    vector_cycles = _compute_cycles(_without_ports(space), tiling, machine)
    bare = without_metadata(nest)
    port_cycles = cost.compute_cycles
    if bare != nest or machine.decodes_slowly:
        bare_space = space_of(bare, tiling, machine, decoding=False)
        port_cycles = _compute_cycles(bare_space, tiling, machine)
    sums = stream_sums(nest, tiling, machine)
    performed = nest.num_macs * array.performed_fraction / array.peak_macs_per_cycle
    effectual = nest.num_macs * effectual_fraction(nest, machine) / array.peak_macs_per_cycle
    return CycleLosses(
        effectual_cycles=effectual,
        unskipped_cycles=performed - effectual,
        mapping_cycles=sums.stream - sums.padding - sums.imbalance - performed,
        padding_cycles=sums.padding,
        imbalance_cycles=sums.imbalance,
        fill_cycles=array_cycles - sums.stream,
        vector_cycles=vector_cycles - array_cycles,
        scratchpad_cycles=port_cycles - vector_cycles,
        metadata_cycles=cost.compute_cycles - port_cycles,
        off_chip_cycles=cost.total_cycles - cost.compute_cycles,
    )


def _without_ports(space: TileSpace) -> TileSpace:
    nothing = np.zeros_like(space.operand_port_cycles)
    return space._replace(
        operand_port_cycles=nothing,
        chained_operand_port_cycles=nothing,
        output_port_bits=nothing,
        chained_output_port_bits=nothing,
        output_port_width_bits=_NO_LIMIT_BITS,
    )


def _compute_cycles(space: TileSpace, tiling: Tiling, machine: Machine) -> int:
    record = tiling_record(tiling)
    tile_loops.fill_cycles(space, machine.bounds, record)
    return int(record[tile_loops.COMPUTE_CYCLES])
