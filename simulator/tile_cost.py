"""What one tiling of one nest costs, in bits, cycles and pJ: the exact figures behind an operator's cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.arrays.protocol import Int64Array
from simulator.kernels import tile_loops
from simulator.machine import Machine
from simulator.plan import Tiling
from simulator.position_tiles import split_positions, touched_elements
from simulator.result import Limit, OperandTraffic
from simulator.tile_space import (
    HOLD_BITS,
    PortBits,
    build_tile_space,
    candidates_of,
    matrix_port_bits,
    order_number,
    port_cycles,
    vector_port_bits,
)
from workloads.loop_nest import MatrixNest, VectorNest

Nest = MatrixNest | VectorNest


@dataclass(frozen=True, slots=True, kw_only=True)
class TileCost:
    """Cost of a nest under a tiling, energy of arithmetic excluded.

    ``port_energies_pj`` is the scratchpad energy of feeding the array or vector unit, by operand.
    """

    footprint_bits: int
    off_chip_bits: OperandTraffic
    port_bits: OperandTraffic
    port_energies_pj: tuple[float, float, float]
    compute_cycles: int
    total_cycles: int
    limited_by: Limit


def tile_cost(nest: Nest, tiling: Tiling, machine: Machine) -> TileCost:
    """Return what ``nest`` costs on ``machine`` under ``tiling``, whether or not it fits."""
    space = build_tile_space(nest, candidates_of(tiling), machine)
    record = tiling_record(space, tiling)
    tile_loops.fill_traffic(space, tile_loops.position_sums(space), record)
    tile_loops.fill_cycles(space, machine.bounds, record)
    ports, energies = _port_totals(nest, tiling, machine)
    return TileCost(
        footprint_bits=int(record[tile_loops.FOOTPRINT_BITS]),
        off_chip_bits=OperandTraffic(
            input_read=int(record[tile_loops.INPUT_BITS]),
            weight_read=int(record[tile_loops.WEIGHT_BITS]) + nest.resident_bits,
            output_read=int(record[tile_loops.OUTPUT_READ_BITS]),
            output_write=int(record[tile_loops.OUTPUT_WRITE_BITS]),
        ),
        port_bits=ports,
        port_energies_pj=energies,
        compute_cycles=int(record[tile_loops.COMPUTE_CYCLES]),
        total_cycles=int(record[tile_loops.TOTAL_CYCLES]),
        limited_by=_limit(nest, record, tiling, machine),
    )


def tiling_record(space: tile_loops.TileSpace, tiling: Tiling) -> Int64Array:
    """Return the kernels' record of ``tiling`` in a space where it is the only choice of sizes."""
    record = np.zeros(tile_loops.NUM_FIELDS, dtype=np.int64)
    record[tile_loops.ORDER] = order_number(tiling)
    for column, operand in enumerate(HOLD_BITS, start=tile_loops.HOLD_INPUT):
        record[column] = operand in tiling.held
    return record


def compulsory_bits(nest: Nest) -> int:
    """Return the least off-chip bits of ``nest``: every needed input, weight and result moved once."""
    if isinstance(nest, VectorNest) and not nest.axes:
        return nest.input_bits + nest.output_bits + nest.resident_bits
    inputs = touched_elements(nest) * nest.groups * nest.input_bits
    if isinstance(nest, VectorNest):
        return inputs + nest.groups * nest.num_positions * nest.output_bits + nest.resident_bits
    weights = nest.groups * nest.num_filters * nest.num_channels * nest.kernel_size * nest.weight_bits
    outputs = nest.num_output_elements * nest.output_bits
    return inputs * nest.num_channels + weights + outputs + nest.resident_bits


def _port_totals(nest: Nest, tiling: Tiling, machine: Machine) -> tuple[OperandTraffic, tuple[float, float, float]]:
    """Sum over all tiles: distinct sizes along each loop, times how often they occur together."""
    groups, group_count = _distinct(nest.groups, tiling.group_tile)
    positions, position_count = np.unique(split_positions(nest, [tiling.position_tile]).positions, return_counts=True)
    if isinstance(nest, VectorNest):
        if nest.num_operations == 0:
            return OperandTraffic(), (0.0, 0.0, 0.0)
        g, m = np.ix_(groups, positions)
        return _weighted(vector_port_bits(nest, g, m), np.multiply.outer(group_count, position_count), machine)
    filters, filter_count = _distinct(nest.num_filters, tiling.filter_tile)
    channels, channel_count = _distinct(nest.num_channels, tiling.channel_tile)
    m, n, k = np.ix_(positions, filters * nest.n_per_filter, channels * nest.k_per_channel)
    count = np.multiply.outer(np.multiply.outer(position_count, filter_count), channel_count) * nest.groups
    return _weighted(matrix_port_bits(nest, machine, m, n, k), count, machine)


def _weighted(bits: PortBits, count: Int64Array, machine: Machine) -> tuple[OperandTraffic, tuple[float, float, float]]:
    inputs, weights, outputs = (float((pj * count).sum()) for pj in bits.energies_pj(machine.costs))
    traffic = OperandTraffic(
        input_read=int((bits.input_read * count).sum()),
        weight_read=int((bits.weight_read * count).sum()),
        output_read=int((bits.output_read * count).sum()),
        output_write=int((bits.output_write * count).sum()),
    )
    return traffic, (inputs, weights, outputs)


def _distinct(total: int, tile: int) -> tuple[Int64Array, Int64Array]:
    """Sizes of the full tile and of the last one, and how often each occurs."""
    tile = min(tile, total)
    trips = -(-total // tile)
    return np.array([tile, total - (trips - 1) * tile]), np.array([trips - 1, 1])


def _limit(nest: Nest, record: Int64Array, tiling: Tiling, machine: Machine) -> Limit:
    """What the operator waits for most: the busier of compute and DMA, and what makes that one slow."""
    traffic = int(tile_loops.traffic_bits(record)) + nest.resident_bits
    if record[tile_loops.DMA_CYCLES] > record[tile_loops.COMPUTE_CYCLES]:
        slow_start = record[tile_loops.DMA_CYCLES] > 2 * traffic / machine.bounds.bits_per_cycle
        return Limit.DMA_LATENCY if slow_start else Limit.OFF_CHIP
    if isinstance(nest, VectorNest):
        return Limit.VECTOR
    m = np.array([min(tiling.position_tile.num_positions, nest.m)])
    n = np.array([min(tiling.filter_tile, nest.num_filters) * nest.n_per_filter])
    k = np.array([min(tiling.channel_tile, nest.num_channels) * nest.k_per_channel])
    cycles = machine.array.tile_cycles(m, n, k)
    ports = port_cycles(machine, matrix_port_bits(nest, machine, m, n, k))
    return Limit.SCRATCHPAD if ports[0] > cycles.fill[0] + cycles.stream[0] else Limit.COMPUTE
